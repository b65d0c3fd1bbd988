import { Flag } from '@halfclose/codec';
import type { TraceEndpoint } from '@halfclose/trace';
import { type Mark, markOf } from '../mark.ts';
import { Counted } from './counted.ts';
import { type FlowSegment, has, type SeenSegment } from './flow-segment.ts';
import { hopDistance } from './hop-distance.ts';
import { NumberLine } from './number-line.ts';
import { type Novelty, SentRanges } from './sent-ranges.ts';

/** A window of zero, from the segment that closed it. */
export interface ZeroWindow {
  readonly from: Mark;
  /** The segment that opened it; `null`: it stayed closed. */
  to: Mark | null;
}

/** Segments that are looked back at, to find what a RST answers. */
const LOOK_BACK = 8;
const MOST_ZERO_WINDOWS = 20;

/** What one end of a connection has sent, as far as the capture shows. */
export class SentSide {
  readonly endpoint: TraceEndpoint;
  readonly line = new NumberLine();
  readonly ranges = new SentRanges();
  /** SYNs without ACK, and with. */
  readonly syns = new Counted();
  readonly synAcks = new Counted();
  readonly fins = new Counted();
  readonly resets = new Counted();
  /** Segments that it sent, and those of them that carried data. */
  segmentCount = 0;
  dataSegmentCount = 0;
  readonly retransmissions = new Counted();
  readonly late = new Counted();
  readonly keepAlives = new Counted();
  readonly windowProbes = new Counted();
  readonly zeroWindows: ZeroWindow[] = [];
  /** SYNs with another number than the first, in mid-connection. */
  readonly straySyns = new Counted();
  lastStraySyn: SeenSegment | null = null;
  /** The number of its SYN on the wire, 0 to 2^32 - 1; `null`: none was seen. */
  initial: number | null = null;
  /** Number of its FIN; `null`: none was sent. */
  finSeq: number | null = null;
  /** The first of its segments that came before the other side said anything about its FIN. */
  finAcked: Mark | null = null;
  /** The highest number that the other side has acknowledged. */
  acked = 0;
  /** The highest number of the other side that it has acknowledged. */
  ackSent = 0;
  /** Its last new payload, and which number that ended at. */
  lastData: Mark | null = null;
  /** Keep-alives since the other side was last heard. */
  unansweredKeepAlives = 0;
  /** Segments with a length, sent again since the other side was last heard. */
  unansweredRepeats = 0;
  /** The same, when the other side was heard last. */
  repeatsBeforeHeard = 0;
  /** Shift count that its SYN offered; -1: none, or no SYN seen. */
  windowScale = -1;
  sawTimestamps = false;
  /** How far away it seems, by the TTL of what it sent before any RST; `null`: nothing yet. */
  distance: number | null = null;
  hopLimit: number | null = null;
  #window = -1;
  #unansweredProbes = 0;
  readonly #recent: SeenSegment[] = [];

  constructor(endpoint: TraceEndpoint) {
    this.endpoint = endpoint;
  }

  /** SND.NXT, as far as was seen. */
  get next(): number {
    return this.ranges.next;
  }

  /** The window that it offered last, in bytes; -1: none. */
  get window(): number {
    return this.#window;
  }

  /** Bytes of payload, each counted once. */
  get bytes(): number {
    const end = this.finSeq ?? this.next;
    return Math.max(0, end - 1 - this.ranges.missing);
  }

  /** Its last segments, the last one first. */
  get recent(): readonly SeenSegment[] {
    return this.#recent;
  }

  get last(): SeenSegment | null {
    return this.#recent[0] ?? null;
  }

  /** Takes in what it sent; `peerFin` is the number of the other side's FIN. */
  take(segment: FlowSegment, kinds: Pick<SeenSegment, 'isKeepAlive' | 'isWindowProbe'>): SeenSegment {
    const isReset = has(segment, Flag.RST);
    this.segmentCount++;
    const novelty = this.#noveltyOf(segment, kinds);
    const seen: SeenSegment = { ...segment, ...kinds, novelty };
    if (isReset) this.resets.add(segment);
    else {
      this.distance ??= hopDistance(segment.hopLimit);
      this.hopLimit ??= segment.hopLimit;
      this.#takeFlags(segment);
      this.#takeWindow(segment);
      if (segment.hasTimestamps) this.sawTimestamps = true;
    }
    if (kinds.isKeepAlive) {
      this.keepAlives.add(segment);
      this.unansweredKeepAlives++;
    }
    if (kinds.isWindowProbe) {
      this.windowProbes.add(segment);
      this.#unansweredProbes++;
    }
    if (novelty === 'again') {
      this.retransmissions.add(segment);
      this.unansweredRepeats++;
    } else if (novelty === 'late') this.late.add(segment);
    if (segment.payloadLength > 0) this.dataSegmentCount++;
    if (novelty === 'new' && segment.payloadLength > 0) this.lastData = markOf(segment);
    if (segment.ack !== null && !isReset) this.ackSent = Math.max(this.ackSent, segment.ack);
    this.#recent.unshift(seen);
    if (this.#recent.length > LOOK_BACK) this.#recent.pop();
    return seen;
  }

  /** Takes in that the other side has been heard, and how far it has acknowledged. */
  hear(segment: FlowSegment): void {
    this.unansweredKeepAlives = 0;
    this.repeatsBeforeHeard = this.unansweredRepeats + this.#unansweredProbes;
    this.unansweredRepeats = 0;
    this.#unansweredProbes = 0;
    if (segment.ack === null || has(segment, Flag.RST)) return;
    this.acked = Math.max(this.acked, segment.ack);
    if (this.finSeq !== null && segment.ack > this.finSeq) this.finAcked ??= markOf(segment);
  }

  #noveltyOf(
    segment: FlowSegment,
    { isKeepAlive, isWindowProbe }: Pick<SeenSegment, 'isKeepAlive' | 'isWindowProbe'>,
  ): Novelty | null {
    if (segment.end === segment.seq || has(segment, Flag.RST) || isKeepAlive || isWindowProbe) return null;
    const novelty = this.ranges.add(segment.seq, segment.end, segment);
    this.line.advance(this.ranges.next);
    return novelty;
  }

  #takeFlags(segment: FlowSegment): void {
    if (has(segment, Flag.SYN)) (has(segment, Flag.ACK) ? this.synAcks : this.syns).add(segment);
    if (!has(segment, Flag.FIN)) return;
    this.fins.add(segment);
    this.finSeq ??= segment.end - 1;
  }

  #takeWindow(segment: FlowSegment): void {
    if (segment.ack === null) return;
    this.#window = segment.window;
    const open = this.zeroWindows.at(-1);
    const isOpen = open === undefined || open.to !== null;
    if (segment.window > 0) {
      if (!isOpen) open.to = markOf(segment);
    } else if (isOpen && !has(segment, Flag.SYN) && this.zeroWindows.length < MOST_ZERO_WINDOWS)
      this.zeroWindows.push({ from: markOf(segment), to: null });
  }
}
