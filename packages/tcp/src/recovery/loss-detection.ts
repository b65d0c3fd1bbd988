import { type SequenceNumber, seqAdd } from '@halfclose/codec';
import { deadlineAt, microseconds, NEVER } from '../base/connection-time.ts';
import type { Profile } from '../profile/profile.ts';
import { Reordering } from './reordering.ts';
import type { RetransmitQueue } from '../flight/retransmit-queue.ts';
import type { RttEstimator } from './rtt-estimator.ts';
import { compareSending } from '../flight/send-order.ts';
import type { SentSegment } from '../flight/sent-segment.ts';

const MICROSECONDS = 1000;
/** The reordering window is a multiple of a quarter of the least RTT (RFC 8985, 6.2, step 4). */
const RTT_QUARTERS = 4;

/**
 * What counts as lost: RACK (RFC 8985, section 6) where the peer sends SACK blocks, duplicate and partial
 * acknowledgments (RFC 5681, RFC 6582) where it does not.
 */
export class LossDetection {
  readonly #flight: RetransmitQueue;
  readonly #rtt: RttEstimator;
  readonly #profile: Profile;
  /** Whether the peer reports SACK blocks. */
  sack = false;
  /** When the reordering timer of RACK should strike, in whole milliseconds; or {@link NEVER}. */
  reorderDeadline = NEVER;
  // RACK: the segment sent last among those delivered: when, in microseconds, and up to where; `null`: none was.
  #sentAt = 0;
  #end: SequenceNumber | null = null;
  /** Its round trip in microseconds. */
  #roundTrip = 0;
  #advanced = false;
  /** Made with the first sign that something came out of order or not at all. */
  #reordering: Reordering | null = null;

  constructor(flight: RetransmitQueue, rtt: RttEstimator, profile: Profile) {
    this.#flight = flight;
    this.#rtt = rtt;
    this.#profile = profile;
  }

  /** How often something was seen to come out of order, and segments reported to have arrived twice. */
  get disorder(): { readonly seen: number; readonly duplicates: number } {
    return this.#reordering ?? { seen: 0, duplicates: 0 };
  }

  /**
   * Duplicate acknowledgments, or segments SACKed, that mean a loss: three, and more on a path that was seen to bring
   * segments out of order (RFC 5681, 3.2; RFC 8985, 6.2, step 4; Linux `reordering`).
   */
  get threshold(): number {
    return this.#reordering?.degree ?? this.#profile.reordering;
  }

  /** Whether the path brings segments so much out of order that a SACK block is as good a progress as any. */
  get isReordering(): boolean {
    return this.#reordering !== null && this.#reordering.degree > this.#profile.reordering;
  }

  /** A segment turned out to be delivered (RFC 8985, 6.2, steps 1 to 3). */
  onDelivered(sent: SentSegment, now: number): void {
    const { transmissions, sentAt, end } = sent;
    if (transmissions === 1) this.#reordering?.onDelivered(sent.seq);
    const roundTrip = now - sentAt;
    // The acknowledgment may be one of an earlier transmission.
    if (transmissions > 1 && roundTrip < this.#rtt.minimum) return;
    this.#advanced = true;
    this.#roundTrip = Math.round(roundTrip * MICROSECONDS);
    if (this.#end === null || compareSending(sent, this.#sentAt, this.#end) > 0) {
      this.#sentAt = microseconds(sentAt);
      this.#end = end;
    }
  }

  /** A SACK block reached up to `edge`. */
  onSacked(edge: SequenceNumber): void {
    this.#learnt.onSacked(edge);
  }

  /**
   * RFC 6582 without SACK: each duplicate acknowledgment means that one segment has left the network, other than the
   * one that is missing (Linux tcp_add_reno_sack).
   */
  onDuplicateAck(): void {
    const flight = this.#flight;
    flight.sackedOut++;
    if (this.limitDuplicates(1)) this.#learnt.onTooManyDuplicates(flight.packetsOut);
  }

  /** Without SACK: `acked` segments were acknowledged, and the duplicates before stood for all but one of them. */
  onAdvanceWithoutSack(acked: number, partial: boolean): void {
    const flight = this.#flight;
    flight.sackedOut = Math.max(0, flight.sackedOut - Math.max(acked - 1, 0));
    if (this.limitDuplicates(1)) this.#learnt.onTooManyDuplicates(flight.packetsOut + acked);
    if (!partial) flight.sackedOut = 0;
  }

  /** What was sent again for lost arrived late (RFC 8985, RACK.reordering_seen; Linux tcp_try_undo_partial). */
  onReordered(seq: SequenceNumber, sndUna: SequenceNumber, mss: number): void {
    this.#learnt.onLate(seq, sndUna, mss);
  }

  /** A timeout struck while duplicates came: reordering is less than it was taken for (Linux tcp_enter_loss). */
  onTimeoutInDisorder(): void {
    const { reordering } = this.#profile;
    if (this.#flight.sackedOut >= reordering) this.#reordering?.lower(reordering);
  }

  /** A D-SACK: the reordering window was too small (RFC 8985, 6.2, step 4; Linux tcp_rack_update_reo_wnd). */
  onDuplicateReported(
    count: number,
    sentAgain: number,
    sndUna: SequenceNumber,
    sndNxt: SequenceNumber,
  ): void {
    this.#learnt.onDuplicateReported(count, sentAgain, sndUna, sndNxt);
  }

  /** A recovery is over, and was needed. */
  onRecovered(): void {
    this.#reordering?.onRecovered();
  }

  /** A reduction was taken back: losses are to be looked for anew. `byDuplicates`: as D-SACKs told. */
  onUndone(byDuplicates: boolean): void {
    this.#advanced = true;
    if (byDuplicates) this.#reordering?.onUndone();
  }

  /** All was told that an acknowledgment says of what was delivered. */
  onAckTold(sndUna: SequenceNumber, mss: number): void {
    this.#reordering?.onAckTold(sndUna, mss);
  }

  /** All that one acknowledgment told was taken in. */
  onAckTaken(sndUna: SequenceNumber): void {
    this.#reordering?.onAckTaken(sndUna);
    // Whatever is sent from now on is sent after that.
    if (this.#flight.head === null) this.#end = null;
  }

  /** Marks what is lost. `advanced`: SND.UNA moved; `recovering`: in recovery or after a timeout. */
  detect(advanced: boolean, recovering: boolean, now: number): void {
    if (this.sack) this.#detectByTime(recovering, now);
    else this.#detectByDuplicates(advanced, recovering);
  }

  /** Whether a segment should have been acknowledged by now if nothing was reordered (Linux tcp_rack_skb_timeout). */
  isOverdue(sent: SentSegment, now: number): boolean {
    return !this.sack || sent.sentAt + this.#roundTrip / MICROSECONDS <= now;
  }

  /** RFC 6582, 3.2; a partial acknowledgment shows the next hole. */
  #detectByDuplicates(advanced: boolean, recovering: boolean): void {
    const flight = this.#flight;
    const { head } = flight;
    if (head === null || head.lost) return;
    if (recovering ? !advanced : flight.sackedOut < this.threshold) return;
    if (head.count > 1) flight.split(head, seqAdd(head.seq, head.mss));
    flight.markLost(head);
    this.limitDuplicates(1);
  }

  /**
   * Without SACK. No more duplicates count than segments that may have caused them: `holes` at least are missing (Linux
   * tcp_limit_reno_sacked). Returns whether there were more.
   */
  limitDuplicates(holes: number): boolean {
    const flight = this.#flight;
    const most = Math.max(0, flight.packetsOut - Math.max(flight.lostOut, holes));
    if (flight.sackedOut <= most) return false;
    flight.sackedOut = most;
    return true;
  }

  /** RFC 8985, 6.2, step 5. */
  #detectByTime(recovering: boolean, now: number): void {
    if (this.#flight.head === null) this.reorderDeadline = NEVER;
    if (!this.#advanced) return;
    this.#advanced = false;
    this.detectOverdue(recovering, now);
  }

  /** The same when the reordering timer struck. */
  detectOverdue(recovering: boolean, now: number): void {
    const flight = this.#flight;
    this.reorderDeadline = NEVER;
    if (this.#end === null) return;
    const window = this.#reorderingWindow(recovering);
    const wait = this.#roundTrip / MICROSECONDS + window;
    let sent = flight.oldestSent;
    while (sent !== null && sent.sentAt + wait <= now && compareSending(sent, this.#sentAt, this.#end) < 0) {
      const next = sent.sentAfter;
      flight.markLost(sent);
      sent = next;
    }
    // Those sent later are due later: the last one's time is that of all.
    const last = flight.lastSentBefore(this.#sentAt, this.#end);
    if (last !== null) this.reorderDeadline = deadlineAt(this.#inTicks(last.sentAt + wait, now));
  }

  /** The time by which the reordering timer fires that is to fire at `time` (Linux tcp_rack_mark_lost, usecs_to_jiffies). */
  #inTicks(time: number, now: number): number {
    const { reorderingTick, reorderingSlack } = this.#profile;
    if (reorderingTick === 0) return time;
    return now + (Math.floor((time - now + reorderingSlack) / reorderingTick) + 1) * reorderingTick;
  }

  #reorderingWindow(recovering: boolean): number {
    const { seen = 0, widening = 1 } = this.#reordering ?? {};
    if (seen === 0 && (recovering || this.#flight.sackedOut >= this.threshold)) return 0;
    return Math.min((this.#rtt.minimum / RTT_QUARTERS) * widening, this.#rtt.smoothed);
  }

  get #learnt(): Reordering {
    return (this.#reordering ??= new Reordering(this.#profile));
  }
}
