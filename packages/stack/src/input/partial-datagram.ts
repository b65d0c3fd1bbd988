import { type FragmentView, joinFragments } from '@halfclose/codec';
import type { Milliseconds } from '@halfclose/timers';

/** Bytes that the engine needs for a fragment and for a datagram, beside what they carry: measured, and rounded up. */
const FRAGMENT_OVERHEAD = 384;
const DATAGRAM_OVERHEAD = 512;
const MOST_LENGTH_FIELD = 0xffff;
/** IPv6 does not count its own header (RFC 8200, section 3). */
const IPV6_HEADER = 40;
const CONGESTION_EXPERIENCED = 3;

/** What a fragment did to its datagram: it belongs to it, is there already, or contradicts what is there. */
export type FragmentVerdict = 'taken' | 'fragment-duplicate' | 'fragment-overlap' | 'fragment-beyond-end';

interface Piece {
  readonly start: number;
  readonly end: number;
  readonly payload: Uint8Array;
}

/** The fragments of one packet that have come so far. */
export class PartialDatagram {
  readonly key: string;
  /** When it is given up. */
  readonly deadline: Milliseconds;
  /** Bytes that it takes. */
  memory = DATAGRAM_OVERHEAD;
  /** By their place; none overlaps another. */
  readonly #pieces: Piece[] = [];
  /** Bytes of all pieces. */
  #held = 0;
  /** Bytes of the whole; -1: its last fragment has not come. */
  #length = -1;
  /** From the first fragment; `null`: it has not come. */
  #header: Uint8Array | null = null;
  #ecn = 0;
  /** Which ECN codepoints were seen, as bits. */
  #codepoints = 0;

  constructor(key: string, deadline: Milliseconds) {
    this.key = key;
    this.deadline = deadline;
  }

  /** How many fragments are held. */
  get fragments(): number {
    return this.#pieces.length;
  }

  get isComplete(): boolean {
    // As pieces do not overlap, and none goes past the end.
    return this.#header !== null && this.#held === this.#length;
  }

  /** Takes a fragment of this datagram in, by copying it: a small frame may hold a large block of memory. */
  add(fragment: FragmentView): FragmentVerdict {
    const { offset: start, payload, hasMore } = fragment;
    const end = start + payload.length;
    if (!this.#admitsEnd(end, hasMore)) return 'fragment-beyond-end';
    const at = this.#placeOf(start);
    const next = this.#pieces[at];
    const before = this.#pieces[at - 1];
    if (next?.start === start && isEqual(next.payload, payload)) return 'fragment-duplicate';
    if ((next !== undefined && next.start < end) || (before !== undefined && before.end > start))
      return 'fragment-overlap';
    this.#pieces.splice(at, 0, { start, end, payload: payload.slice() });
    this.#held += payload.length;
    this.memory += FRAGMENT_OVERHEAD + payload.length;
    this.#codepoints |= 1 << fragment.ecn;
    if (!hasMore) this.#length = end;
    if (start === 0) this.#takeHeader(fragment);
    return 'taken';
  }

  /** The whole packet as a frame, or why there is none. To be called when it is complete. */
  join(): Uint8Array | 'fragment-ecn' | 'fragment-oversize' {
    const header = this.#header ?? new Uint8Array(0);
    const ecn = this.#joinedEcn();
    if (ecn === null) return 'fragment-ecn';
    if (!fitsIp(header, this.#length)) return 'fragment-oversize';
    return joinFragments(
      header,
      this.#pieces.map(({ payload }) => payload),
      ecn,
    );
  }

  /** A frame of the first fragment as far as it goes, as if it were the whole; `null`: it has not come. */
  beginning(): Uint8Array | null {
    const first = this.#pieces[0];
    if (this.#header === null || first === undefined || !fitsIp(this.#header, first.end)) return null;
    return joinFragments(this.#header, [first.payload], this.#ecn);
  }

  #takeHeader(fragment: FragmentView): void {
    this.#header = fragment.wholeHeader();
    this.#ecn = fragment.ecn;
    this.memory += this.#header.length;
  }

  /** Whether a fragment may end there, by what is known of the end of the whole. */
  #admitsEnd(end: number, hasMore: boolean): boolean {
    if (this.#length !== -1) return hasMore ? end <= this.#length : end === this.#length;
    return hasMore || end >= (this.#pieces.at(-1)?.end ?? 0);
  }

  /** The index of the first piece that does not begin before `start`. */
  #placeOf(start: number): number {
    const pieces = this.#pieces;
    let low = 0;
    let high = pieces.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((pieces[middle]?.start ?? 0) < start) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** RFC 3168, 5.3, as Linux reads it (ip_frag_ecn_table): `null` for fragments with ECN and without. */
  #joinedEcn(): number | null {
    const hasNotEct = (this.#codepoints & 1) !== 0;
    if (hasNotEct && this.#codepoints !== 1) return null;
    const isMarked = (this.#codepoints & (1 << CONGESTION_EXPERIENCED)) !== 0;
    return isMarked ? CONGESTION_EXPERIENCED : this.#ecn;
  }
}

/** Whether the length field of IP holds that of a packet with such a header and `length` bytes behind it. */
function fitsIp(header: Uint8Array, length: number): boolean {
  return countedHeader(header.length, (header[0] ?? 0) >> 4 === 4) + length <= MOST_LENGTH_FIELD;
}

/** Whether a fragment can be of a packet that IP carries: else it is what "ping of death" was. */
export function canBeCarried({ source, headerLength, offset, payload }: FragmentView): boolean {
  return countedHeader(headerLength, source.isIPv4) + offset + payload.length <= MOST_LENGTH_FIELD;
}

function countedHeader(length: number, isIPv4: boolean): number {
  return isIPv4 ? length : length - IPV6_HEADER;
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false;
  return true;
}
