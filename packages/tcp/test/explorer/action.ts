/** One of the two ends. */
export type EndName = 'a' | 'b';

/** What the program at one end may do; each needs nothing but the end it is done at. */
export type ProgramVerb =
  | 'send 1'
  | 'send 2'
  | 'read'
  | 'shutdown RD'
  | 'shutdown WR'
  | 'close'
  | 'close linger 0'
  | 'close linger t'
  | 'linger over'
  | 'abort';

/** What may befall the segments that an end has sent. The oldest of them is meant, but for `overtake`: the next. */
type NetworkVerb = 'deliver' | 'drop' | 'duplicate' | 'overtake';

/** A timer of the end strikes, or a third party forges a RST to it, at RCV.NXT or one octet beyond. */
type OtherVerb = 'timer' | 'forge RST' | 'forge inexact RST';

/** One step, as it stands in a path: `a close`, `b deliver` (what b sent), `a timer`. */
export type Action = `${EndName} ${ProgramVerb | NetworkVerb | OtherVerb}`;

/** The verb and the end of an action. */
export function partsOf(action: Action): { end: EndName; verb: string } {
  return { end: action.startsWith('a') ? 'a' : 'b', verb: action.slice(2) };
}

/** Writes a path as one line; {@link parsePath} reads it. */
export function formatPath(path: readonly Action[]): string {
  return path.join('; ');
}

/** Reads a path as a failure prints it. What is not an action shows when it is taken. */
export function parsePath(line: string): Action[] {
  return line.split('; ').filter((word): word is Action => /^[ab] \w/.test(word));
}

/** The other end. */
export function opposite(end: EndName): EndName {
  return end === 'a' ? 'b' : 'a';
}
