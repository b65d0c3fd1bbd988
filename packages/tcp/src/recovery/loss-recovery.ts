import { type SequenceNumber, seqGeq, seqGt, seqLeq } from '@halfclose/codec';
import type { AckTally } from '../flight/ack-tally.ts';
import { CwndReduction } from '../congestion/cwnd-reduction.ts';
import { LossDetection } from './loss-detection.ts';
import type { Profile } from '../profile/profile.ts';
import type { RetransmitQueue } from '../flight/retransmit-queue.ts';
import { endTimeouts, onAckAfterTimeout } from './retransmission-timeout.ts';
import type { RttEstimator } from './rtt-estimator.ts';
import type { Sender } from '../sending/sender.ts';
import type { SentSegment } from '../flight/sent-segment.ts';
import { judgeTailLossProbe } from './tail-loss-probe.ts';
import { countDuplicateReport, mayUndo, undo, undoByDuplicates, undoInPart } from './undoing.ts';

/** Linux's names for where a sender stands: TCP_CA_Open, Disorder, CWR, Recovery, Loss. */
export type RecoveryState = 'open' | 'disorder' | 'cwr' | 'recovery' | 'loss';

/**
 * Whether what is lost may be sent again. F-RTO sends new text first, and then waits for what is acknowledged
 * (RFC 5682, 2.1, step 2b).
 */
type Permission = 'now' | 'after new text' | 'with the next acknowledgment';

/**
 * From the first sign of a loss until it is repaired, and back where there was none: fast recovery (RFC 6675 with
 * RFC 8985's detection, RFC 6582 without SACK) and ECN's reductions (RFC 3168). The order of decisions is Linux's
 * (tcp_fastretrans_alert). Timeouts are in `retransmission-timeout.ts`, tail loss probes in `tail-loss-probe.ts`, and
 * what takes back a reduction that was not needed is in `undoing.ts`.
 */
export class LossRecovery {
  readonly detection: LossDetection;
  state: RecoveryState = 'open';
  /** SND.NXT when the state was entered; it ends when this is acknowledged (RFC 6582, "recover"). */
  highSeq: SequenceNumber = 0;
  /** Times that a retransmission timeout struck in a row. */
  timeouts = 0;
  /** When the first of them struck, or the first SYN went: the time that R1 and R2 are measured from. */
  firstTimeoutAt = 0;
  /** SND.NXT when a tail loss probe went out; `null`: none is outstanding (RFC 8985, 7.3). */
  probeEnd: SequenceNumber | null = null;
  /** That probe was no new text. */
  probeRetransmitted = false;
  /** Reductions of cwnd that were taken back. */
  undone = 0;
  permission: Permission = 'now';
  /** Without SACK: what the last recovery repaired; `null`: it is acknowledged, and more (RFC 6582, "recover"). */
  recover: SequenceNumber | null = null;
  /** The latest one; kept when it is over, as a D-SACK may still undo it. */
  reduction: CwndReduction | null = null;
  /** F-RTO has not yet found out whether the timeout was spurious. */
  forwardRto = false;
  /** The last segment may go once more: nothing else tells of its loss (RFC 6675, RescueRxt). */
  #mayRescue = false;

  constructor(flight: RetransmitQueue, rtt: RttEstimator, profile: Profile) {
    this.detection = new LossDetection(flight, rtt, profile);
  }

  /** Whether the peer reports SACK blocks. */
  get sack(): boolean {
    return this.detection.sack;
  }

  set sack(on: boolean) {
    this.detection.sack = on;
  }

  /** Whether cwnd is being reduced, so that it does not grow by the ordinary rules. */
  get isReducing(): boolean {
    return this.state === 'recovery' || this.state === 'cwr';
  }

  /**
   * Whether an acknowledgment that found SND.UNA at `una` leaves the retransmission timer alone: without SACK, after the
   * first partial one of a recovery (RFC 6582, 3.2, step 3, and section 4).
   */
  isImpatient({ profile }: Sender, una: SequenceNumber): boolean {
    if (!profile.impatientRecovery || this.sack || this.state !== 'recovery') return false;
    return una !== (this.reduction?.undoMarker ?? una);
  }

  /** Takes in an acknowledgment whose text is off the queue: finds losses, changes state and cwnd. */
  onAck(sender: Sender, ack: AckTally): void {
    const { detection } = this;
    const { flight } = sender;
    const lostBefore = flight.everLost;
    this.permission = 'now';
    if (ack.advanced) {
      if (this.timeouts > 0) endTimeouts(sender, ack.now);
      if (!detection.sack) {
        // What duplicates stood for was delivered before (Linux tcp_remove_reno_sacks).
        if (ack.acked > 0) ack.delivered = Math.max(ack.acked - flight.sackedOut, 1);
        detection.onAdvanceWithoutSack(ack.acked, this.state === 'recovery');
      }
      if (this.recover !== null && seqGt(sender.sndUna, this.recover)) this.recover = null;
    }
    detection.onAckTold(sender.sndUna, sender.mss);
    if (ack.duplicates > 0) countDuplicateReport(sender, ack);
    if (this.probeEnd !== null) judgeTailLossProbe(sender, ack, this.probeEnd);
    countDelivered(sender, ack.delivered + ack.duplicates, ack.congestionEcho);
    const isUsual = ack.acked > 0 && ack.sacked === 0 && ack.duplicates === 0 && !ack.congestionEcho;
    if (this.state !== 'open' || ack.duplicate || !isUsual) this.#alert(sender, ack);
    detection.onAckTaken(sender.sndUna);
    if (!this.isReducing) {
      // RFC 5681 counts what is acknowledged in order. On a path that reorders, little is (Linux tcp_may_raise_cwnd).
      if (ack.acked > 0 || (ack.sacked > 0 && detection.isReordering))
        sender.congestion.grow(ack.delivered, ack.now);
    } else if (ack.delivered > 0) {
      this.#reduce(sender, ack.delivered, ack.advanced && flight.everLost === lostBefore);
    }
  }

  /** Takes in an acknowledgment while nothing is in flight: it may still tell that a reduction was spurious. */
  onLateNews(sender: Sender, ack: AckTally): void {
    if (ack.duplicates > 0) {
      countDuplicateReport(sender, ack);
      countDelivered(sender, ack.duplicates, false);
    }
    if (this.probeEnd !== null) judgeTailLossProbe(sender, ack, this.probeEnd);
    undoByDuplicates(sender, ack);
  }

  /** The reordering timer of RACK struck (RFC 8985, 6.2, step 5). */
  onReorderingTimer(sender: Sender, now: number): void {
    const { flight } = sender;
    const lostBefore = flight.everLost;
    this.detection.detectOverdue(this.isRecovering, now);
    if (flight.everLost === lostBefore || this.state === 'recovery') return;
    this.#enterRecovery(sender, false);
    this.#reduce(sender, 1, false);
  }

  /** What was sent in segments of more than `most` octets of text is sent again; cwnd stays (Linux tcp_simple_retransmit). */
  onSegmentsTooLarge(sender: Sender, most: number): void {
    const { flight } = sender;
    const lostBefore = flight.everLost;
    for (let sent = flight.head; sent !== null; sent = sent.next) {
      if (sent.text > sent.count * most) flight.markLost(sent);
    }
    if (flight.everLost === lostBefore) return;
    if (!this.sack) this.detection.limitDuplicates(0);
    this.#repair(sender);
  }

  /** All that is in flight is sent again, as it is known not to have been taken in; cwnd stays (Linux tcp_rcv_fastopen_synack). */
  repairAll(sender: Sender): void {
    for (let sent = sender.flight.head; sent !== null; sent = sent.next) sender.flight.markLost(sent);
    this.state = 'open';
    this.#repair(sender);
  }

  /** Linux tcp_non_congestion_loss_retransmit. */
  #repair(sender: Sender): void {
    if (this.state === 'loss') return;
    sender.congestion.keepThroughRepair(this.isReducing);
    this.reduction = null;
    this.highSeq = sender.sndNxt;
    this.state = 'loss';
    this.forwardRto = false;
    this.permission = 'now';
  }

  /** The segment that is to be sent when nothing else may: once in a recovery. `null`: none. */
  takeRescue(sender: Sender): SentSegment | null {
    const { tail } = sender.flight;
    if (!this.#mayRescue || this.state !== 'recovery' || tail === null) return null;
    if (tail.sacked || tail.lost || tail.transmissions > 1) return null;
    this.#mayRescue = false;
    return tail;
  }

  /** `count` segments were sent for the first time. */
  onSent(count: number): void {
    if (this.isReducing) this.reduction?.onSent(count);
  }

  /** `count` segments were sent again, with our timestamp `stamp`. */
  onRetransmitted(count: number, stamp: number): void {
    if (this.isReducing) this.reduction?.onSent(count);
    if (this.isReducing || this.state === 'loss') this.reduction?.onRetransmitted(count, stamp);
  }

  /** Whether a loss is being repaired. */
  get isRecovering(): boolean {
    return this.#isIn('recovery') || this.#isIn('loss');
  }

  /** Beside `state`, for the sake of code in which it changes on the way. */
  #isIn(state: RecoveryState): boolean {
    return this.state === state;
  }

  // --- shared by the modules of the sender

  /** cwnd is to become smaller. `ssthreshBefore`, and `marker` for SND.UNA: `null` where that is not to be undone. */
  beginReduction(sender: Sender, ssthreshBefore: number | null, marker: SequenceNumber | null): void {
    const { flight } = sender;
    this.reduction = new CwndReduction(
      sender.cwnd,
      ssthreshBefore,
      marker,
      flight.retransmittedOut,
      sender.firstRetransmissionStamp,
    );
    sender.congestion.enterReduction();
    this.highSeq = sender.sndNxt;
    this.probeEnd = null;
    sender.maker.ecn?.onReduction();
  }

  /** Nothing (more) is being repaired. */
  keepOpen(sender: Sender): void {
    const { flight } = sender;
    const repairs = flight.retransmittedOut > 0 || (flight.head !== null && flight.head.transmissions > 1);
    const state = flight.sackedOut > 0 || flight.lostOut > 0 || repairs ? 'disorder' : 'open';
    if (this.state === state) return;
    this.state = state;
    this.highSeq = sender.sndNxt;
  }

  /** Without SACK. Duplicates of what was repaired already are no new loss (RFC 6582, 3.2, step 1). */
  countDuplicate(sender: Sender, ack: AckTally): void {
    if (this.sack || !ack.duplicate) return;
    if (this.recover !== null && seqLeq(sender.sndUna, this.recover)) return;
    const before = sender.flight.sackedOut;
    this.detection.onDuplicateAck();
    const delivered = sender.flight.sackedOut - before;
    ack.delivered += delivered;
    countDelivered(sender, delivered, ack.congestionEcho);
  }

  // --- the state machine

  #alert(sender: Sender, ack: AckTally): void {
    const { flight } = sender;
    if (this.isReducing && seqGeq(sender.sndUna, this.highSeq)) {
      this.#leaveReduction(sender, ack);
    }
    if (this.#isIn('recovery')) {
      this.countDuplicate(sender, ack);
      if (ack.advanced && undoInPart(sender, ack)) return;
      if (undoByDuplicates(sender, ack)) this.#tryToOpen(sender, ack);
      this.#detect(ack);
      if (this.#isIn('recovery')) return;
    } else if (this.#isIn('loss')) {
      onAckAfterTimeout(sender, ack);
      const out = flight.retransmittedOut;
      this.#detect(ack);
      // Where a retransmission was lost in turn, fast recovery takes over.
      if (this.#isIn('loss') && flight.retransmittedOut >= out) return;
    } else {
      this.countDuplicate(sender, ack);
      if (!this.#isIn('cwr')) undoByDuplicates(sender, ack);
      this.#detect(ack);
    }
    if (flight.lostOut === 0) this.#tryToOpen(sender, ack);
    else if (!this.isReducing && sender.maker.mtuProbe?.onLoss(sender) === true) this.#onMtuProbeLost(sender);
    else this.#enterRecovery(sender, ack.congestionEcho);
  }

  #detect(ack: AckTally): void {
    this.detection.detect(ack.advanced, this.isRecovering, ack.now);
  }

  /** RFC 6937 until the state is left. */
  #reduce(sender: Sender, delivered: number, progress: boolean): void {
    const reduction = this.reduction;
    if (reduction === null) return;
    sender.congestion.proportional(reduction, delivered, progress);
  }

  /** Everything is acknowledged that was out when the reduction began. */
  #leaveReduction(sender: Sender, ack: AckTally): void {
    if (this.state === 'cwr') {
      // CWR went with the segment above: it has to arrive before a second reduction may begin.
      if (sender.sndUna === this.highSeq) return;
    } else {
      if (!this.sack) sender.flight.sackedOut = 0;
      if (mayUndo(sender, ack)) undo(sender, ack);
      else this.detection.onRecovered();
      this.recover = this.highSeq;
    }
    const marker = this.reduction?.undoMarker ?? null;
    if (this.state === 'cwr' || marker !== null) sender.congestion.leaveReduction();
    this.state = 'open';
  }

  /** Its segment alone is sent again, and in smaller ones. */
  #onMtuProbeLost(sender: Sender): void {
    sender.congestion.onMtuProbeLost();
    this.onSegmentsTooLarge(sender, sender.mss);
  }

  #enterRecovery(sender: Sender, byEcho: boolean): void {
    if (this.isReducing) {
      // What ECN asked for goes on, and is not to be undone.
      if (this.reduction !== null) this.reduction.ssthreshBefore = null;
    } else
      this.beginReduction(sender, byEcho ? null : sender.congestion.thresholdBefore(false), sender.sndUna);
    this.state = 'recovery';
    this.#mayRescue = sender.profile.rescueRetransmission;
  }

  #tryToOpen(sender: Sender, ack: AckTally): void {
    if (ack.congestionEcho && !this.isReducing && !this.isRecovering) {
      this.beginReduction(sender, null, null);
      this.state = 'cwr';
    }
    if (!this.#isIn('cwr')) this.keepOpen(sender);
  }
}

/** `count` more segments arrived. A SYN is not among them: nothing is counted before there is text. */
function countDelivered({ totals }: Sender, count: number, withEcho: boolean): void {
  if (totals === null) return;
  totals.delivered += count;
  if (withEcho) totals.deliveredWithEcho += count;
}
