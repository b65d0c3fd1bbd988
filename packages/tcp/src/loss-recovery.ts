import { type SequenceNumber, seqDiff, seqGeq, seqGt, seqLeq, seqLt } from '@halfclose/codec';
import type { AckTally } from './ack-tally.ts';
import { NEVER } from './connection-time.ts';
import { CwndReduction } from './cwnd-reduction.ts';
import { LossDetection } from './loss-detection.ts';
import type { RetransmitQueue } from './retransmit-queue.ts';
import type { RttEstimator } from './rtt-estimator.ts';
import type { Sender } from './sender.ts';
import type { SentSegment } from './sent-segment.ts';

/** Linux's names for where a sender stands: TCP_CA_Open, Disorder, CWR, Recovery, Loss. */
export type RecoveryState = 'open' | 'disorder' | 'cwr' | 'recovery' | 'loss';

/**
 * Whether what is lost may be sent again. F-RTO sends new text first, and then waits for what is acknowledged
 * (RFC 5682, 2.1, step 2b).
 */
type Permission = 'now' | 'after new text' | 'with the next acknowledgment';

/**
 * From the first sign of a loss until it is repaired, and back where there was none: fast recovery (RFC 6675 with
 * RFC 8985's detection, RFC 6582 without SACK), timeouts with F-RTO (RFC 5682), ECN's reductions (RFC 3168), and
 * the undoing of what was spurious, by timestamps (Eifel, RFC 3522 and RFC 4015) or D-SACK (RFC 2883, RFC 3708).
 * The order of decisions is Linux's (tcp_fastretrans_alert).
 */
export class LossRecovery {
  readonly detection: LossDetection;
  state: RecoveryState = 'open';
  /** SND.NXT when the state was entered; it ends when this is acknowledged (RFC 6582, "recover"). */
  highSeq: SequenceNumber = 0;
  /** Times that a retransmission timeout struck in a row. */
  timeouts = 0;
  /** When the first of them struck; the time that R1 and R2 are measured from. */
  firstTimeoutAt = 0;
  /** SND.NXT when a tail loss probe went out; `null`: none is outstanding (RFC 8985, 7.3). */
  probeEnd: SequenceNumber | null = null;
  /** Reductions of cwnd that were taken back. */
  undone = 0;
  permission: Permission = 'now';
  readonly #flight: RetransmitQueue;
  /** The last segment may go once more: nothing else tells of its loss (RFC 6675, RescueRxt). */
  #mayRescue = false;
  #probeRetransmitted = false;
  /** Without SACK: what the last recovery repaired; `null`: it is acknowledged, and more (RFC 6582, "recover"). */
  #recover: SequenceNumber | null = null;
  /** The latest one; kept when it is over, as a D-SACK may still undo it. */
  #reduction: CwndReduction | null = null;
  /** F-RTO has not yet found out whether the timeout was spurious. */
  #forwardRto = false;

  constructor(flight: RetransmitQueue, rtt: RttEstimator) {
    this.#flight = flight;
    this.detection = new LossDetection(flight, rtt);
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
    return una !== (this.#reduction?.undoMarker ?? una);
  }

  /** Takes in an acknowledgment whose text is off the queue: finds losses, changes state and cwnd. */
  onAck(sender: Sender, ack: AckTally): void {
    const { detection } = this;
    const flight = this.#flight;
    const lostBefore = flight.everLost;
    this.permission = 'now';
    if (ack.advanced) {
      this.timeouts = 0;
      if (!detection.sack) {
        // What duplicates stood for was delivered before (Linux tcp_remove_reno_sacks).
        if (ack.acked > 0) ack.delivered = Math.max(ack.acked - flight.sackedOut, 1);
        detection.onAdvanceWithoutSack(ack.acked, this.state === 'recovery');
      }
      if (this.#recover !== null && seqGt(sender.sndUna, this.#recover)) this.#recover = null;
    }
    if (ack.duplicates > 0) this.#onDuplicateReport(sender, ack);
    if (this.probeEnd !== null) this.#judgeProbe(sender, ack, this.probeEnd);
    const isUsual = ack.acked > 0 && ack.sacked === 0 && ack.duplicates === 0 && !ack.congestionEcho;
    if (this.state !== 'open' || ack.duplicate || !isUsual) this.#alert(sender, ack);
    detection.onAckTaken(sender.sndUna);
    if (!this.isReducing) {
      if (ack.acked > 0) sender.growCwnd(ack.delivered, ack.now);
    } else if (ack.delivered > 0) {
      this.#reduce(sender, ack.delivered, ack.advanced && flight.everLost === lostBefore);
    }
  }

  /** Takes in an acknowledgment while nothing is in flight: it may still tell that a reduction was spurious. */
  onLateNews(sender: Sender, ack: AckTally): void {
    if (ack.duplicates > 0) this.#onDuplicateReport(sender, ack);
    if (this.probeEnd !== null) this.#judgeProbe(sender, ack, this.probeEnd);
    this.#undoByDuplicates(sender);
  }

  /** The reordering timer of RACK struck (RFC 8985, 6.2, step 5). */
  onReorderingTimer(sender: Sender, now: number): void {
    const flight = this.#flight;
    const lostBefore = flight.everLost;
    this.detection.detectOverdue(this.isRecovering, now);
    if (flight.everLost === lostBefore || this.state === 'recovery') return;
    this.#enterRecovery(sender, false);
    this.#reduce(sender, 1, false);
  }

  /** The retransmission timer struck: what is in flight counts as lost (RFC 5681, 3.1; RFC 8985, 6.3). */
  onTimeout(sender: Sender, now: number): void {
    const isFirst = this.timeouts === 0;
    const begins =
      this.state === 'open' ||
      this.state === 'disorder' ||
      seqLeq(this.highSeq, sender.sndUna) ||
      (this.state === 'loss' && isFirst);
    this.#forwardRto = sender.profile.forwardRto && (!this.isRecovering || !isFirst);
    this.#markAllLost(sender, now);
    if (begins) {
      this.#beginReduction(sender, thresholdBefore(sender), sender.sndUna);
      sender.congestion.onTimeout();
    }
    sender.cwnd = this.#flight.inFlight + 1;
    if (isFirst) this.firstTimeoutAt = Math.floor(now);
    this.timeouts++;
    this.state = 'loss';
    this.highSeq = sender.sndNxt;
    this.probeEnd = null;
    this.permission = 'now';
    this.detection.reorderDeadline = NEVER;
  }

  /** What was sent in larger segments than the path now takes is sent again; cwnd stays (Linux tcp_simple_retransmit). */
  onSegmentsTooLarge(sender: Sender): void {
    const flight = this.#flight;
    const lostBefore = flight.everLost;
    for (let sent = flight.head; sent !== null; sent = sent.next) {
      if (seqDiff(sent.end, sent.seq) > sent.count * sender.mss) flight.markLost(sent);
    }
    if (flight.everLost === lostBefore || this.state === 'loss') return;
    sender.ssthresh = thresholdBefore(sender);
    this.#reduction = null;
    this.highSeq = sender.sndNxt;
    this.state = 'loss';
    this.#forwardRto = false;
    this.permission = 'now';
  }

  /** A tail loss probe went out. */
  onProbe(sndNxt: SequenceNumber, retransmitted: boolean): void {
    this.probeEnd = sndNxt;
    this.#probeRetransmitted = retransmitted;
  }

  /** The segment that is to be sent when nothing else may: once in a recovery. `null`: none. */
  takeRescue(): SentSegment | null {
    const { tail } = this.#flight;
    if (!this.#mayRescue || this.state !== 'recovery' || tail === null) return null;
    if (tail.sacked || tail.lost || tail.transmissions > 1) return null;
    this.#mayRescue = false;
    return tail;
  }

  /** `count` segments were sent for the first time. */
  onSent(count: number): void {
    if (this.isReducing) this.#reduction?.onSent(count);
  }

  /** `count` segments were sent again, with our timestamp `stamp`. */
  onRetransmitted(count: number, stamp: number): void {
    if (this.isReducing) this.#reduction?.onSent(count);
    if (this.isReducing || this.state === 'loss') this.#reduction?.onRetransmitted(count, stamp);
  }

  /** No new text is left to be sent before what was lost: F-RTO waits if there was some (RFC 5682, 2.1, step 2b). */
  onNewTextSent(sndNxt: SequenceNumber): void {
    if (seqGt(sndNxt, this.highSeq)) {
      this.permission = 'with the next acknowledgment';
      return;
    }
    this.permission = 'now';
    this.#forwardRto = false;
  }

  /** Whether a loss is being repaired. */
  get isRecovering(): boolean {
    return this.#isIn('recovery') || this.#isIn('loss');
  }

  /** Beside `state`, for the sake of code in which it changes on the way. */
  #isIn(state: RecoveryState): boolean {
    return this.state === state;
  }

  #alert(sender: Sender, ack: AckTally): void {
    const flight = this.#flight;
    if (this.isReducing && seqGeq(sender.sndUna, this.highSeq)) {
      this.#leaveReduction(sender, ack);
    }
    if (this.#isIn('recovery')) {
      this.#countDuplicate(sender, ack);
      if (ack.advanced && this.#undoInPart(sender, ack)) return;
      if (this.#undoByDuplicates(sender)) this.#tryToOpen(sender, ack);
      this.#detect(sender, ack);
      if (this.#isIn('recovery')) return;
    } else if (this.#isIn('loss')) {
      this.#onAckAfterTimeout(sender, ack);
      const out = flight.retransmittedOut;
      this.#detect(sender, ack);
      // Where a retransmission was lost in turn, fast recovery takes over.
      if (this.#isIn('loss') && flight.retransmittedOut >= out) return;
    } else {
      this.#countDuplicate(sender, ack);
      if (!this.#isIn('cwr')) this.#undoByDuplicates(sender);
      this.#detect(sender, ack);
    }
    if (flight.lostOut === 0) this.#tryToOpen(sender, ack);
    else if (!this.isReducing && sender.maker.mtuProbe?.onLoss(sender) === true) this.#onMtuProbeLost(sender);
    else this.#enterRecovery(sender, ack.congestionEcho);
  }

  #detect(sender: Sender, ack: AckTally): void {
    this.detection.detect(ack.advanced, this.isRecovering, sender.mss, ack.now);
  }

  /** RFC 6937 until the state is left. */
  #reduce(sender: Sender, delivered: number, progress: boolean): void {
    const reduction = this.#reduction;
    if (reduction === null) return;
    sender.cwnd = reduction.cwnd(this.#flight.inFlight, sender.ssthresh, delivered, progress);
  }

  /** Everything is acknowledged that was out when the reduction began. */
  #leaveReduction(sender: Sender, ack: AckTally): void {
    if (this.state === 'cwr') {
      // CWR went with the segment above: it has to arrive before a second reduction may begin.
      if (sender.sndUna === this.highSeq) return;
    } else {
      if (!this.sack) this.#flight.sackedOut = 0;
      if (this.#mayUndo(sender, ack)) this.#undo(sender);
      this.#recover = this.highSeq;
      this.detection.onRecovered();
    }
    const marker = this.#reduction?.undoMarker ?? null;
    if (this.state === 'cwr' || marker !== null) sender.cwnd = sender.ssthresh;
    this.state = 'open';
  }

  /** Without SACK. Duplicates of what was repaired already are no new loss (RFC 6582, 3.2, step 1). */
  #countDuplicate(sender: Sender, ack: AckTally): void {
    if (this.sack || !ack.duplicate) return;
    if (this.#recover !== null && seqLeq(sender.sndUna, this.#recover)) return;
    const before = this.#flight.sackedOut;
    this.detection.onDuplicateAck();
    ack.delivered += this.#flight.sackedOut - before;
  }

  /** F-RTO (RFC 5682, section 2.1 and 3.1), else the ordinary way (RFC 5681, section 3.1). */
  #onAckAfterTimeout(sender: Sender, ack: AckTally): void {
    const { sndUna, sndNxt } = sender;
    const isOver = seqGeq(sndUna, this.highSeq);
    if (ack.advanced && this.#mayUndo(sender, ack)) {
      this.#undoTimeout(sender, this.sack);
      return;
    }
    if (this.#forwardRto) {
      // Step 3b: what was sent once and before the timeout arrived after it.
      if (ack.original) {
        this.#undoTimeout(sender, true);
        return;
      }
      if (seqGt(sndNxt, this.highSeq)) {
        if (ack.sacked > 0 || ack.duplicate) this.#forwardRto = false;
      } else if (ack.advanced && !isOver) {
        this.highSeq = sndNxt;
        if (sender.canSendNewText) {
          this.permission = 'after new text';
          return;
        }
        this.#forwardRto = false;
      }
    }
    if (isOver) {
      if (this.#mayUndo(sender, ack)) this.#undo(sender);
      this.#recover = this.highSeq;
      this.state = 'open';
    } else if (seqGt(sndNxt, this.highSeq)) this.#countDuplicate(sender, ack);
  }

  /** Its segment alone is sent again, and in smaller ones. */
  #onMtuProbeLost(sender: Sender): void {
    sender.cwnd++;
    this.onSegmentsTooLarge(sender);
  }

  #enterRecovery(sender: Sender, byEcho: boolean): void {
    if (this.isReducing) {
      // What ECN asked for goes on, and is not to be undone.
      if (this.#reduction !== null) this.#reduction.ssthreshBefore = 0;
    } else this.#beginReduction(sender, byEcho ? 0 : thresholdBefore(sender), sender.sndUna);
    this.state = 'recovery';
    this.#mayRescue = sender.profile.rescueRetransmission;
  }

  #tryToOpen(sender: Sender, ack: AckTally): void {
    if (ack.congestionEcho && !this.isReducing && !this.isRecovering) {
      this.#beginReduction(sender, 0, null);
      this.state = 'cwr';
    }
    if (!this.#isIn('cwr')) this.#keepOpen(sender);
  }

  #keepOpen(sender: Sender): void {
    const flight = this.#flight;
    const repairs = flight.retransmittedOut > 0 || (flight.head !== null && flight.head.transmissions > 1);
    const state = flight.sackedOut > 0 || flight.lostOut > 0 || repairs ? 'disorder' : 'open';
    if (this.state === state) return;
    this.state = state;
    this.highSeq = sender.sndNxt;
  }

  /** `ssthreshBefore` of 0: not to be undone. */
  #beginReduction(sender: Sender, ssthreshBefore: number, marker: SequenceNumber | null): void {
    const flight = this.#flight;
    this.#reduction = new CwndReduction(
      sender.cwnd,
      ssthreshBefore,
      marker,
      flight.retransmittedOut,
      sender.firstRetransmissionStamp,
    );
    sender.ssthresh = sender.congestion.thresholdAfterLoss(sender);
    this.highSeq = sender.sndNxt;
    this.probeEnd = null;
    sender.noteReduction();
  }

  #markAllLost(sender: Sender, now: number): void {
    const { detection } = this;
    const flight = this.#flight;
    const reneged = flight.head?.sacked === true;
    if (reneged) sender.forgetSacked();
    else if (!detection.sack) flight.sackedOut = 0;
    for (let sent = flight.head; sent !== null; sent = sent.next) {
      // What was sent shortly before may well be on its way (Linux tcp_timeout_mark_lost).
      if (reneged || sent === flight.head || detection.isOverdue(sent, now)) flight.markLost(sent);
    }
  }

  /** RFC 8985, 7.4: an acknowledgment tells whether the probe repaired a loss. */
  #judgeProbe(sender: Sender, ack: AckTally, probeEnd: SequenceNumber): void {
    if (seqLt(sender.sndUna, probeEnd)) return;
    const repeats = !ack.advanced && ack.sacked === 0 && ack.duplicate;
    if (!this.#probeRetransmitted || ack.probeDuplicated || (sender.sndUna === probeEnd && repeats)) {
      this.probeEnd = null;
    } else if (seqGt(sender.sndUna, probeEnd)) {
      this.#beginReduction(sender, 0, null);
      sender.cwnd = sender.ssthresh;
      this.#keepOpen(sender);
    }
  }

  #onDuplicateReport(sender: Sender, ack: AckTally): void {
    this.detection.onDuplicateReported(sender.sndUna, sender.sndNxt);
    const reduction = this.#reduction;
    if (reduction === null || reduction.undoMarker === null || reduction.undoRetransmissions <= 0) return;
    if (ack.duplicateEnd === null || seqGt(ack.duplicateEnd, ack.una)) return;
    if (seqLeq(ack.duplicateEnd, reduction.undoMarker)) return;
    reduction.undoRetransmissions = Math.max(0, reduction.undoRetransmissions - ack.duplicates);
  }

  #mayUndo(sender: Sender, ack: AckTally): boolean {
    const reduction = this.#reduction;
    if (reduction === null || reduction.undoMarker === null) return false;
    return reduction.undoRetransmissions === 0 || this.#wasDelayed(sender, ack, reduction);
  }

  /** Eifel (RFC 3522): what is acknowledged was sent before the first retransmission. */
  #wasDelayed(sender: Sender, ack: AckTally, { firstStamp }: CwndReduction): boolean {
    if (firstStamp !== null) return ack.echo !== null && seqLt(ack.echo, firstStamp);
    return this.sack || seqLt(sender.sndUna, this.highSeq);
  }

  /** RFC 4015: windows as they were. */
  #undo(sender: Sender): void {
    const reduction = this.#reduction;
    if (reduction === null) return;
    reduction.undoMarker = null;
    if (reduction.ssthreshBefore === 0) return;
    sender.cwnd = Math.max(sender.cwnd, reduction.cwndBefore);
    sender.ssthresh = Math.max(sender.ssthresh, reduction.ssthreshBefore);
    sender.noteUndo();
    this.undone++;
  }

  /** Every retransmission was reported as a duplicate (RFC 2883, section 5). */
  #undoByDuplicates(sender: Sender): boolean {
    const reduction = this.#reduction;
    if (reduction === null || reduction.undoMarker === null || reduction.undoRetransmissions !== 0)
      return false;
    this.#undo(sender);
    return true;
  }

  /** Returns true if nothing more is to be taken for lost now. */
  #undoInPart(sender: Sender, ack: AckTally): boolean {
    const flight = this.#flight;
    const reduction = this.#reduction;
    if (reduction === null || reduction.undoMarker === null) return false;
    if (!this.#wasDelayed(sender, ack, reduction)) return false;
    this.detection.onReordered();
    if (flight.retransmittedOut > 0) return true;
    flight.unmarkLost();
    this.#undo(sender);
    this.#keepOpen(sender);
    return false;
  }

  #undoTimeout(sender: Sender, opens: boolean): void {
    this.#flight.unmarkLost();
    this.#undo(sender);
    this.timeouts = 0;
    if (opens) this.state = 'open';
  }
}

/** What the threshold was worth (Linux tcp_current_ssthresh). */
function thresholdBefore({ cwnd, ssthresh, recovery }: Sender): number {
  return recovery.isReducing ? ssthresh : Math.max(ssthresh, (cwnd >> 1) + (cwnd >> 2));
}
