import { Flag, type Segment } from '@halfclose/codec';
import { checkObject, checkOctets } from '@halfclose/codec/arguments';

/** The TCP Fast Open option of a SYN or SYN+ACK (RFC 7413, 4.1.1). */
export interface FastOpenOption {
  /** 4 to 16 octets, an even number; none: a cookie is asked for. */
  readonly cookie: Uint8Array;
  /** In the form that it had before it got a kind of its own: that of an experiment (RFC 6994; RFC 7413, appendix B). */
  readonly experimental: boolean;
}

/** Kinds of TCP options (IANA). */
const FAST_OPEN = 34;
const EXPERIMENT = 254;
/** The ExID of Fast Open. */
const EXPERIMENT_ID = Uint8Array.of(0xf9, 0x89);
const SHORTEST_COOKIE = 4;
const LONGEST_COOKIE = 16;

/**
 * The Fast Open option of a segment; `null`: it has none that counts. Of several the last one does; one of an odd length is
 * passed over, and a cookie that is too short or too long is none (Linux tcp_parse_fastopen_option).
 *
 * @throws TypeError for what is no segment
 */
export function fastOpenOptionOf(segment: Segment): FastOpenOption | null {
  checkObject('segment', segment, 'a Segment');
  if (segment.unknownOptions === null || (segment.flags & Flag.SYN) === 0) return null;
  let found: FastOpenOption | null = null;
  for (const { kind, data } of segment.unknownOptions) {
    const experimental = kind === EXPERIMENT && EXPERIMENT_ID.every((octet, index) => data[index] === octet);
    if (kind !== FAST_OPEN && !experimental) continue;
    const cookie = experimental ? data.subarray(EXPERIMENT_ID.length) : data;
    const { length } = cookie;
    if (length % 2 === 1) continue;
    found = length === 0 || isCookie(cookie) ? { cookie, experimental } : null;
  }
  return found;
}

/** Whether a cookie may have so many octets (RFC 7413, 4.1.1). */
function isCookie({ length }: Uint8Array): boolean {
  return length >= SHORTEST_COOKIE && length <= LONGEST_COOKIE && length % 2 === 0;
}

/**
 * Gives a segment that was not sent yet the option.
 *
 * @throws TypeError or RangeError that names the argument which is none
 */
export function addFastOpenOption(segment: Segment, option: FastOpenOption): void {
  checkObject('segment', segment, 'a Segment');
  checkObject('option', option, 'a FastOpenOption');
  checkOctets('option.cookie', option.cookie);
  const { cookie, experimental } = option;
  if (cookie.length > 0 && !isCookie(cookie))
    throw new RangeError(`option.cookie must have 4 to 16 octets, an even number, not ${cookie.length}`);
  const added = experimental
    ? { kind: EXPERIMENT, data: Uint8Array.of(...EXPERIMENT_ID, ...cookie) }
    : { kind: FAST_OPEN, data: cookie };
  segment.unknownOptions = [...(segment.unknownOptions ?? []), added];
}
