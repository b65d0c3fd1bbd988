import type { EventTime } from '../script/event-time.ts';
import { takeSeconds } from './parse-literal.ts';
import type { Scanner } from './scanner.ts';

/**
 * Takes the time of an event: `0.1`, `+.1`, `*`, `0.1~0.2`, `+.1~+.2`.
 *
 * @throws ParseError if there is none
 */
export function parseEventTime(scanner: Scanner): EventTime {
  if (scanner.takeText('*')) return { kind: 'any' };
  const start = scanner.offset;
  const isRelative = scanner.takeText('+');
  const from = takeSeconds(scanner);
  if (!scanner.takeText('~')) {
    return isRelative ? { kind: 'relative', after: from } : { kind: 'absolute', at: from };
  }
  const end = scanner.offset;
  if (scanner.takeText('+') !== isRelative) {
    scanner.failAt(end, 'one end of the range of time is relative and the other is not');
  }
  const to = takeSeconds(scanner);
  if (to < from) scanner.failAt(start, 'the range of time runs backwards');
  return { kind: isRelative ? 'relative-range' : 'absolute-range', from, to };
}
