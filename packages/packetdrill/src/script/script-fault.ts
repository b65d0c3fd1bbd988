/**
 * A script that cannot be carried out as it stands: it echoes a timestamp that nobody sent, or names an ICMP type that
 * is none. Such a script has failed.
 */
export class ScriptFault extends Error {
  override readonly name = 'ScriptFault';
}
