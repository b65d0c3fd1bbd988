/**
 * A script that the language allows and this interpreter cannot run. Such a script neither passes nor fails: it is
 * skipped, and its message says why.
 */
export class UnsupportedError extends Error {
  override readonly name = 'UnsupportedError';
}
