import {
  Flag,
  segmentLength,
  seqAdd,
  seqDiff,
  seqGt,
  seqLt,
  type SequenceNumber,
  type TcpPacket,
} from '@halfclose/codec';

/** Where a segment stands in its stream. */
export interface StreamPlace {
  /** Octets from the start of the stream; NaN if that is not known. */
  readonly offset: number;
  readonly isRetransmission: boolean;
}

/** The place of what belongs to no known stream. */
export const NOWHERE: StreamPlace = { offset: Number.NaN, isRetransmission: false };

/** Streams to remember; the oldest are forgotten. */
const CAPACITY = 65_536;

/** What one direction of a link has seen of each TCP stream: where it began, and how far it went. */
export class StreamOffsets {
  readonly #streams = new Map<string, { start: SequenceNumber; end: SequenceNumber }>();

  /** Takes note of a segment and tells its place. */
  see(packet: TcpPacket): StreamPlace {
    const { source, destination, segment } = packet;
    const key = `${source.toString()} ${segment.sourcePort} ${destination.toString()} ${segment.destinationPort}`;
    const start = isSyn(packet) ? seqAdd(segment.seq, 1) : segment.seq;
    const length = segmentLength(segment);
    const end = seqAdd(segment.seq, length);
    const stream = this.#streams.get(key);
    if (isSyn(packet) && stream?.start !== start) {
      this.#begin(key, start, end);
      return { offset: 0, isRetransmission: false };
    }
    if (stream === undefined) return NOWHERE;
    const isRetransmission = length > 0 && seqLt(segment.seq, stream.end);
    if (seqGt(end, stream.end)) stream.end = end;
    return { offset: seqDiff(start, stream.start), isRetransmission };
  }

  #begin(key: string, start: SequenceNumber, end: SequenceNumber): void {
    this.#streams.delete(key);
    this.#streams.set(key, { start, end });
    if (this.#streams.size <= CAPACITY) return;
    for (const oldest of this.#streams.keys()) {
      this.#streams.delete(oldest);
      return;
    }
  }
}

/** Whether the segment opens a stream. */
export function isSyn(packet: TcpPacket): boolean {
  return (packet.segment.flags & Flag.SYN) !== 0;
}
