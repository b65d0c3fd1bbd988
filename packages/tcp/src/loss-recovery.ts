import { type SequenceNumber, seqDiff, seqGeq, seqGt, seqLt } from '@halfclose/codec';
import type { RetransmitQueue, SentSegment } from './retransmit-queue.ts';
import type { RttEstimator } from './rtt-estimator.ts';

/** Linux's names for where a sender stands: TCP_CA_Open, Disorder, Recovery, Loss. */
export type RecoveryState = 'open' | 'disorder' | 'recovery' | 'loss';

/** Told when a recovery begins. */
export interface LossObserver {
  /** Lowers the slow-start threshold and returns it. */
  onLossDetected(): number;
}

/** Duplicate acknowledgments that mean a loss (RFC 5681, 3.2). */
const DUP_THRESHOLD = 3;

/**
 * Finding out what was lost: RACK (RFC 8985, section 6) where the peer sends SACK blocks, three duplicate
 * acknowledgments and partial acknowledgments (RFC 5681, RFC 6582) where it does not; and how cwnd moves until the
 * loss is repaired: proportional rate reduction (RFC 6937). Undoing of spurious recoveries has its place here, too.
 */
export class LossRecovery {
  readonly #flight: RetransmitQueue;
  readonly #rtt: RttEstimator;
  state: RecoveryState = 'open';
  /** SND.NXT when recovery began; it ends when this is acknowledged (RFC 6582, "recover"). */
  highSeq: SequenceNumber = 0;
  /** Times that a retransmission timeout struck in a row. */
  timeouts = 0;
  /** When the first of them struck; the time that R1 and R2 are measured from. */
  firstTimeoutAt = 0;
  /** SND.NXT when a tail loss probe went out; `null`: none is outstanding (RFC 8985, 7.3). */
  probeEnd: SequenceNumber | null = null;
  /** When the reordering timer of RACK should strike; Infinity: never. */
  reorderDeadline = Infinity;
  /** Whether the peer reports SACK blocks. */
  sack = false;
  #duplicateAcks = 0;
  // RACK: the segment sent last among those delivered.
  #rackSentAt = -Infinity;
  #rackEnd: SequenceNumber = 0;
  /** Its round trip in microseconds. */
  #rackRtt = 0;
  #reorderingSeen = false;
  /** RACK.fack, as it is and as it was before the acknowledgment at hand. */
  #highestSacked: SequenceNumber | null = null;
  #highestSackedBefore: SequenceNumber | null = null;
  // PRR.
  #cwndBefore = 0;
  #ssthresh = 0;
  #prrDelivered = 0;
  #prrOut = 0;

  constructor(flight: RetransmitQueue, rtt: RttEstimator) {
    this.#flight = flight;
    this.#rtt = rtt;
  }

  get isRecovering(): boolean {
    return this.state === 'recovery' || this.state === 'loss';
  }

  /** Whether the congestion window may grow by the ordinary rules. */
  get allowsGrowth(): boolean {
    return this.state !== 'recovery';
  }

  /** A segment turned out to be delivered (RFC 8985, 6.2, steps 1 and 2). */
  onDelivered(sent: SentSegment, now: number): void {
    const rtt = now - sent.sentAt;
    if (sent.transmissions > 1 && rtt < this.#rtt.minimum) return;
    if (
      sent.sentAt > this.#rackSentAt ||
      (sent.sentAt === this.#rackSentAt && seqGt(sent.end, this.#rackEnd))
    ) {
      this.#rackSentAt = sent.sentAt;
      this.#rackEnd = sent.end;
      this.#rackRtt = Math.round(rtt * 1000);
    }
    if (
      sent.transmissions === 1 &&
      !sent.lost &&
      this.#highestSackedBefore !== null &&
      seqLt(sent.end, this.#highestSackedBefore)
    ) {
      this.#reorderingSeen = true;
    }
  }

  /** A SACK block reached up to `edge`. */
  onSacked(edge: SequenceNumber): void {
    if (this.#highestSacked === null || seqGt(edge, this.#highestSacked)) this.#highestSacked = edge;
  }

  /** A segment that acknowledges nothing new and carries nothing else came while segments are in flight. */
  onDuplicateAck(): void {
    if (this.sack) return;
    this.#duplicateAcks++;
    // RFC 6582 without SACK: each duplicate means that one segment has left the network.
    if (this.#flight.sackedOut + 1 < this.#flight.packetsOut - this.#flight.lostOut) this.#flight.sackedOut++;
  }

  /**
   * An acknowledgment was taken in: finds losses, enters and leaves recovery.
   * `acked`: segments cumulatively acknowledged by it; `delivered`: those plus newly SACKed ones.
   * Returns the congestion window to use from now on.
   */
  onAck(
    acked: number,
    delivered: number,
    sndUna: SequenceNumber,
    sndNxt: SequenceNumber,
    cwnd: number,
    now: number,
    observer: LossObserver,
  ): number {
    const flight = this.#flight;
    if (acked > 0) {
      this.timeouts = 0;
      if (this.probeEnd !== null && seqGeq(sndUna, this.probeEnd)) this.probeEnd = null;
      if (!this.sack) {
        this.#duplicateAcks = 0;
        flight.sackedOut = 0;
      }
    }
    if (this.#highestSacked !== null && seqGeq(sndUna, this.#highestSacked)) this.#highestSacked = null;
    this.#highestSackedBefore = this.#highestSacked;
    if (this.isRecovering && seqGeq(sndUna, this.highSeq)) cwnd = this.#leave(cwnd);
    this.#detect(acked, now);
    if (flight.lostOut > 0 && (this.state === 'open' || this.state === 'disorder')) {
      this.#cwndBefore = cwnd;
      this.#ssthresh = observer.onLossDetected();
      this.#prrDelivered = 0;
      this.#prrOut = 0;
      this.highSeq = sndNxt;
      this.state = 'recovery';
    }
    if (this.state === 'recovery') return this.#reduce(delivered);
    if (!this.isRecovering) {
      this.state = flight.sackedOut > 0 || this.#duplicateAcks > 0 ? 'disorder' : 'open';
    }
    return cwnd;
  }

  /** The retransmission timer struck: everything in flight counts as lost (RFC 5681, 3.1; RFC 8985, 6.3). */
  onTimeout(sndNxt: SequenceNumber, now: number): void {
    const flight = this.#flight;
    if (!this.sack) flight.sackedOut = 0;
    for (let sent = flight.head; sent !== null; sent = sent.next) flight.markLost(sent);
    if (this.timeouts === 0) this.firstTimeoutAt = now;
    this.timeouts++;
    this.state = 'loss';
    this.highSeq = sndNxt;
    this.probeEnd = null;
    this.reorderDeadline = Infinity;
    this.#duplicateAcks = 0;
  }

  onSent(count: number): void {
    if (this.state === 'recovery') this.#prrOut += count;
  }

  #leave(cwnd: number): number {
    // RFC 6582, 3.2, step 3; RFC 6937, section 3: proportional reduction ends at ssthresh.
    const to = this.state === 'recovery' ? this.#ssthresh : cwnd;
    this.state = 'open';
    return Math.max(to, 1);
  }

  #detect(acked: number, now: number): void {
    const head = this.#flight.head;
    if (head === null) {
      this.reorderDeadline = Infinity;
      return;
    }
    if (this.sack) {
      this.#detectByTime(now);
      return;
    }
    if (this.#duplicateAcks >= DUP_THRESHOLD && this.state !== 'recovery') this.#flight.markLost(head);
    // RFC 6582, 3.2: a partial acknowledgment shows the next hole.
    if (acked > 0 && this.state === 'recovery' && !head.retransmitted) this.#flight.markLost(head);
  }

  /** RFC 8985, 6.2, step 5. */
  #detectByTime(now: number): void {
    const flight = this.#flight;
    this.reorderDeadline = Infinity;
    const window = this.#reorderingWindow();
    for (let sent = flight.head; sent !== null; sent = sent.next) {
      if (sent.sacked || (sent.lost && !sent.retransmitted)) continue;
      const after =
        this.#rackSentAt > sent.sentAt ||
        (this.#rackSentAt === sent.sentAt && seqDiff(this.#rackEnd, sent.end) > 0);
      if (!after) continue;
      const wait = sent.sentAt + this.#rackRtt / 1000 + window;
      if (wait <= now) flight.markLost(sent);
      else if (wait < this.reorderDeadline) this.reorderDeadline = wait;
    }
  }

  #reorderingWindow(): number {
    if (!this.#reorderingSeen && (this.isRecovering || this.#flight.sackedOut >= DUP_THRESHOLD)) return 0;
    return Math.min(this.#rtt.minimum / 4, this.#rtt.smoothed);
  }

  /** RFC 6937, with the slow-start reduction bound. */
  #reduce(delivered: number): number {
    const flight = this.#flight;
    this.#prrDelivered += delivered;
    const pipe = flight.inFlight;
    let count: number;
    if (pipe > this.#ssthresh) {
      count = Math.ceil((this.#prrDelivered * this.#ssthresh) / Math.max(this.#cwndBefore, 1)) - this.#prrOut;
    } else {
      const limit = Math.max(this.#prrDelivered - this.#prrOut, delivered) + 1;
      count = Math.min(this.#ssthresh - pipe, limit);
    }
    // The first retransmission must not wait (RFC 6937, section 3).
    if (this.#prrOut === 0) count = Math.max(count, 1);
    return pipe + Math.max(count, 0);
  }
}
