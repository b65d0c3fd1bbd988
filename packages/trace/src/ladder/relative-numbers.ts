import { Flag, type Segment, segmentLength, type SequenceNumber, seqDiff } from '@halfclose/codec';
import { SeenOctets } from './seen-octets.ts';
import { otherSide, type Side } from './side.ts';

/** A segment's numbers as people read them. */
export interface SegmentNumbers {
  /** Relative to the initial sequence number, not wrapped. */
  readonly seq: number;
  /** `seq` plus the octets of text. */
  readonly end: number;
  /** Relative to the other side's initial sequence number; `null`: no ACK. */
  readonly ack: number | null;
  /** In octets, scaled as the SYNs agreed. */
  readonly window: number;
  /** Left and right edges, relative like `ack`. */
  readonly sackBlocks: readonly (readonly [number, number])[];
  /** Whether some of its text, or its SYN or FIN, was sent before. */
  readonly again: boolean;
}

/** What is known of one direction. */
interface Stream {
  readonly base: SequenceNumber;
  readonly seen: SeenOctets;
  /** Flags of the SYN that told the base; 0: none was seen. */
  readonly synFlags: number;
  /** Shift count that the SYN offered; -1: none. */
  readonly windowScale: number;
}

/** The most that a window may be shifted (RFC 7323, 2.3). */
const MAXIMAL_SHIFT = 14;

/**
 * Makes the numbers of a connection's segments relative. Where no SYN was seen, the first number seen counts as 1, as
 * if a SYN had been before it.
 */
export class RelativeNumbers {
  readonly #streams: Record<Side, Stream | null> = { left: null, right: null };

  /** The numbers of the next segment, sent by `side`. */
  of(side: Side, segment: Segment): SegmentNumbers {
    const again = this.#isSynAgain(side, segment);
    this.#learn(side, segment);
    const own = this.#streams[side];
    const peer = this.#streams[otherSide(side)];
    const seq = relative(own, segment.seq);
    const length = segmentLength(segment);
    const overlaps = own !== null && length > 0 && own.seen.add(seq, seq + length);
    return {
      seq,
      end: seq + segment.payload.length,
      ack: (segment.flags & Flag.ACK) === 0 ? null : relative(peer, segment.ack),
      window: segment.window << this.#shift(side, segment),
      sackBlocks: pairs(segment.sackBlocks ?? [], peer),
      again: (segment.flags & Flag.SYN) === 0 ? overlaps : again,
    };
  }

  /** A SYN ACK after a SYN is the second step of a simultaneous open, not a repetition (RFC 9293, 3.5). */
  #isSynAgain(side: Side, { flags, seq }: Segment): boolean {
    const stream = this.#streams[side];
    return stream !== null && stream.base === seq && stream.synFlags === (flags & (Flag.SYN | Flag.ACK));
  }

  #learn(side: Side, segment: Segment): void {
    const { flags, seq, ack, windowScale } = segment;
    const own = this.#streams[side];
    const synFlags = flags & (Flag.SYN | Flag.ACK);
    if ((flags & Flag.SYN) !== 0) {
      if (own === null || own.base !== seq || own.synFlags !== synFlags) {
        // A new SYN begins a new connection of the same 4-tuple: the other side's numbers are void, too.
        const isNew = own !== null && own.synFlags !== 0 && own.base !== seq && (flags & Flag.ACK) === 0;
        if (isNew) this.#streams[otherSide(side)] = null;
        this.#streams[side] = { base: seq, seen: new SeenOctets(0), synFlags, windowScale };
      }
    } else if (own === null && (flags & Flag.RST) === 0) {
      this.#streams[side] = unopened((seq - 1) | 0);
    }
    if ((flags & Flag.ACK) !== 0) this.#streams[otherSide(side)] ??= unopened((ack - 1) | 0);
  }

  #shift(side: Side, segment: Segment): number {
    const own = this.#streams[side]?.windowScale ?? -1;
    const peer = this.#streams[otherSide(side)]?.windowScale ?? -1;
    if (own < 0 || peer < 0 || (segment.flags & Flag.SYN) !== 0) return 0;
    return Math.min(own, MAXIMAL_SHIFT);
  }
}

function unopened(base: SequenceNumber): Stream {
  return { base, seen: new SeenOctets(1), synFlags: 0, windowScale: -1 };
}

/** Counted from what was seen last, so that it goes on past 2^32. */
function relative(stream: Stream | null, seq: SequenceNumber): number {
  if (stream === null) return 0;
  const { base, seen } = stream;
  return seen.end + seqDiff(seq, (base + seen.end) | 0);
}

function pairs(edges: readonly SequenceNumber[], stream: Stream | null): [number, number][] {
  const blocks: [number, number][] = [];
  for (let index = 0; index + 1 < edges.length; index += 2) {
    blocks.push([relative(stream, edges[index] ?? 0), relative(stream, edges[index + 1] ?? 0)]);
  }
  return blocks;
}
