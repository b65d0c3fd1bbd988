import { Flag, type Packet, type Segment, type TcpPacket } from '@halfclose/codec';

/** What IP carries, less the longest headers. */
const MOST_PAYLOAD = 0xffff - 60 - 60;
/** What may differ between a segment and the one that it is joined to (Linux tcp_gro_receive; CWR is to be seen alone). */
const MAY_END = Flag.PSH | Flag.FIN;

/**
 * Joins segments that came in one after the other into one, as Linux does with what network cards give it (generic receive
 * offload): a connection is found and served once for all of them, and acknowledges them together.
 *
 * Only those are joined of which nothing is lost: of one connection, with text that follows on that before, with nothing but
 * ACK, and with the same acknowledgment, window, timestamps, hop limit and codepoints. All have as much text as the first one
 * but the last, which may be shorter; PSH and FIN make it the last.
 */
export class SegmentMerger {
  /** Segments that were joined to others. */
  merged = 0;
  readonly #pass: (packet: Packet) => void;
  #first: TcpPacket | null = null;
  /** Of all segments, in order; the memory is that of their frames. */
  #texts: Uint8Array[] = [];
  #length = 0;

  /** `pass`: takes packets in the order in which they came. */
  constructor(pass: (packet: Packet) => void) {
    this.#pass = pass;
  }

  /** Takes the next packet. It may be held back until {@link SegmentMerger.flush}. */
  take(packet: Packet): void {
    const first = this.#first;
    if (first !== null && packet.kind === 'tcp' && this.#belongs(first, packet)) {
      const { segment } = packet;
      const { payload, flags } = segment;
      const isLast = payload.length < first.segment.payload.length || (flags & MAY_END) !== 0;
      first.segment.flags |= flags & MAY_END;
      this.#texts.push(payload);
      this.#length += payload.length;
      this.merged++;
      if (isLast) this.flush();
      return;
    }
    if (first !== null) this.flush();
    if (packet.kind === 'tcp' && canBeFirst(packet)) this.#hold(packet);
    else this.#pass(packet);
  }

  /** Passes on what was held back. To be called when no more packets are there. */
  flush(): void {
    const first = this.#first;
    if (first === null) return;
    this.#first = null;
    const { segment } = first;
    if (this.#texts.length > 1) {
      segment.gsoSize = segment.payload.length;
      segment.payload = joined(this.#texts, this.#length);
    }
    this.#texts = [];
    this.#pass(first);
  }

  #hold(packet: TcpPacket): void {
    this.#first = packet;
    this.#texts.push(packet.segment.payload);
    this.#length = packet.segment.payload.length;
  }

  #belongs(first: TcpPacket, next: TcpPacket): boolean {
    const { segment } = next;
    const length = segment.payload.length;
    return (
      follows(first.segment, segment, this.#length) &&
      length > 0 &&
      length <= first.segment.payload.length &&
      this.#length + length <= MOST_PAYLOAD &&
      first.hopLimit === next.hopLimit &&
      first.dscp === next.dscp &&
      next.sourceRoute === undefined &&
      first.source.equals(next.source) &&
      first.destination.equals(next.destination)
    );
  }
}

/** Whether one more could be joined to it. */
function canBeFirst({ segment, sourceRoute }: TcpPacket): boolean {
  const { flags, payload, sackBlocks, unknownOptions } = segment;
  return (
    flags === Flag.ACK &&
    payload.length > 0 &&
    sackBlocks === null &&
    unknownOptions === null &&
    sourceRoute === undefined
  );
}

/** By the header of TCP alone; `length`: of the text so far. */
function follows(first: Segment, next: Segment, length: number): boolean {
  return (
    next.seq === ((first.seq + length) | 0) &&
    next.sourcePort === first.sourcePort &&
    next.destinationPort === first.destinationPort &&
    (next.flags & ~MAY_END) === Flag.ACK &&
    next.ack === first.ack &&
    next.window === first.window &&
    next.hasTimestamps === first.hasTimestamps &&
    next.timestampValue === first.timestampValue &&
    next.timestampEcho === first.timestampEcho &&
    next.ecn === first.ecn &&
    next.sackBlocks === null &&
    next.unknownOptions === null &&
    // Those of a SYN mean nothing here, and are options that differ.
    next.maximumSegmentSize === first.maximumSegmentSize &&
    next.windowScale === first.windowScale &&
    next.sackPermitted === first.sackPermitted
  );
}

function joined(texts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const text of texts) {
    whole.set(text, at);
    at += text.length;
  }
  return whole;
}
