import { Flag, type IpAddress, type Packet, type Segment } from '@halfclose/codec';
import {
  checkAddress,
  checkFunction,
  checkInteger,
  checkNumber,
  checkOneOf,
  checkOptions,
} from '@halfclose/codec/arguments';
import type { Milliseconds } from '@halfclose/timers';
import type { DirectionName, Match } from './rule.ts';

/** All bits of `Flag`. */
const EVERY_FLAG = 0x1ff;

/** Every packet. */
export function any(): Match {
  return () => true;
}

/** Segments of which the condition holds. */
export function segment(condition: (segment: Segment) => boolean): Match {
  checkFunction('condition', condition);
  return (packet) => packet.kind === 'tcp' && condition(packet.segment);
}

/** Segments whose flags under `mask` are exactly `value`; without a value, those that have every flag of the mask. */
export function flags(mask: number, value = mask): Match {
  checkInteger('mask', mask, 1, EVERY_FLAG);
  checkInteger('value', value, 0, mask);
  if ((value & ~mask) !== 0)
    throw new RangeError(`value has flags that mask ${mask} does not, and matches nothing`);
  return segment((segment) => (segment.flags & mask) === value);
}

/** The first SYN of a connection, not the SYN-ACK. */
export function syn(): Match {
  return flags(Flag.SYN | Flag.ACK, Flag.SYN);
}

/** SYN with ACK. */
export function synAck(): Match {
  return flags(Flag.SYN | Flag.ACK);
}

/** Segments with FIN, with text or without. */
export function fin(): Match {
  return flags(Flag.FIN);
}

/** Segments with RST. */
export function rst(): Match {
  return flags(Flag.RST);
}

/** Segments with text. */
export function data(): Match {
  return segment((segment) => segment.payload.length > 0);
}

/** Segments that only acknowledge: no text, no SYN, FIN or RST. */
export function pureAck(): Match {
  const control = Flag.SYN | Flag.FIN | Flag.RST | Flag.ACK;
  return segment((segment) => (segment.flags & control) === Flag.ACK && segment.payload.length === 0);
}

/** Segments that carry again what was sent before, as far as this link has seen. */
export function retransmission(): Match {
  return (_packet, context) => context.isRetransmission;
}

/** ICMP and ICMPv6. */
export function icmp(): Match {
  return (packet) => packet.kind === 'icmp';
}

/** Segments from or to a port. */
export function port(number: number): Match {
  checkInteger('number', number, 0, 0xffff);
  return segment(({ sourcePort, destinationPort }) => sourcePort === number || destinationPort === number);
}

/** Packets from an address, or on a `Mesh` from the host of a name. */
export function from(host: IpAddress | string): Match {
  if (typeof host === 'string') return (_packet, context) => context.from === host;
  checkAddress('host', host);
  return (packet) => packet.source.equals(host);
}

/** Packets to an address, or on a `Mesh` to the host of a name. */
export function to(host: IpAddress | string): Match {
  if (typeof host === 'string') return (_packet, context) => context.to === host;
  checkAddress('host', host);
  return (packet) => packet.destination.equals(host);
}

/** Packets that go this way. */
export function direction(name: DirectionName): Match {
  checkOneOf('name', name, ['aToB', 'bToA']);
  return (_packet, context) => context.direction === name;
}

/** Segments with text between two places of the stream, in octets from its start; `end` is not included. */
export function octets(start: number, end: number): Match {
  checkNumber('start', start, -Infinity, Infinity);
  checkNumber('end', end, start, Infinity);
  return (packet, context) =>
    packet.kind === 'tcp' &&
    packet.segment.payload.length > 0 &&
    context.offset < end &&
    context.offset + packet.segment.payload.length > start;
}

/** Packets sent between two times of the clock; `end` is not included. */
export function during(start: Milliseconds, end: Milliseconds): Match {
  checkNumber('start', start, -Infinity, Infinity);
  checkNumber('end', end, start, Infinity);
  return (_packet, { now }) => now >= start && now < end;
}

/** Packets that match all conditions. Counting conditions belong around it: `nth(2, all(fin(), port(80)))`. */
export function all(...matches: readonly Match[]): Match {
  checkMatches(matches);
  return (packet, context) => matches.every((match) => match(packet, context));
}

/** Packets that match one of the conditions. */
export function either(...matches: readonly Match[]): Match {
  checkMatches(matches);
  return (packet, context) => matches.some((match) => match(packet, context));
}

/** Packets that do not match. */
export function not(match: Match): Match {
  checkFunction('match', match);
  return (packet, context) => !match(packet, context);
}

/** What a counting condition counts for. */
export interface Counting {
  /** Whether each connection, by its 4-tuple, has a count of its own, or all have one. Default: `'all'`. */
  readonly per?: 'all' | 'connection';
}

/** The `n`th packet that matches, from 1. Counts what it is asked about, in both directions of a link alike. */
export function nth(n: number, match: Match, options?: Counting): Match {
  return counting(n, match, options, (count) => count === n);
}

/** The first `n` packets that match. */
export function first(n: number, match: Match, options?: Counting): Match {
  return counting(n, match, options, (count) => count <= n);
}

/** Every `n`th packet that matches. */
export function every(n: number, match: Match, options?: Counting): Match {
  return counting(n, match, options, (count) => count % n === 0);
}

function checkMatches(matches: readonly Match[]): void {
  for (const [i, match] of matches.entries()) checkFunction(`matches[${i}]`, match);
}

function counting(
  n: number,
  match: Match,
  options: Counting = {},
  isChosen: (count: number) => boolean,
): Match {
  checkInteger('n', n, 1, Infinity);
  checkFunction('match', match);
  checkOptions('options', options, { per: true });
  const { per = 'all' } = options;
  checkOneOf('options.per', per, ['all', 'connection']);
  const counts = new Map<string, number>();
  return (packet, context) => {
    if (!match(packet, context)) return false;
    const key = per === 'all' ? '' : connectionOf(packet);
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return isChosen(count);
  };
}

/** The same for both directions. */
function connectionOf(packet: Packet): string {
  const { source, destination } = packet;
  if (packet.kind !== 'tcp') return [source.toString(), destination.toString()].sort().join(' ');
  const { sourcePort, destinationPort } = packet.segment;
  return [`${source.toString()} ${sourcePort}`, `${destination.toString()} ${destinationPort}`]
    .sort()
    .join(' ');
}
