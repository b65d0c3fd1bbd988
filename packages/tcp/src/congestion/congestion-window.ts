import { type SequenceNumber, seqLt } from '@halfclose/codec';
import type { CongestionControlName } from '../profile/rule-names.ts';
import type { Profile } from '../profile/profile.ts';
import type { CongestionControl, CongestionView } from './congestion-control.ts';
import type { CwndReduction } from './cwnd-reduction.ts';
import { CwndUsage } from './cwnd-usage.ts';
import { LEAST_WINDOW } from './hystart.ts';
import { makeCongestionControl } from './make-congestion-control.ts';

/** What the congestion window sees of its connection. */
export interface WindowSurroundings extends CongestionView {
  readonly profile: Profile;
  /** The congestion control to be used. */
  readonly congestionControl: CongestionControlName;
  /** Segments sent and not acknowledged; and of them those that are in the network, as far as is known. */
  readonly flight: { readonly packetsOut: number; readonly inFlight: number };
  /** The retransmission timeout in milliseconds. */
  readonly rtt: { readonly rto: number };
}

/** No loss has set one yet (Linux TCP_INFINITE_SSTHRESH). */
const NO_THRESHOLD = 0x7fffffff;
/** An idle time halves the window so many times at most. */
const MOST_HALVINGS = 31;

/** cwnd and ssthresh, in segments (RFC 5681): nothing else changes them. */
export class CongestionWindow {
  readonly #surroundings: WindowSurroundings;
  #size: number;
  #ssthresh = NO_THRESHOLD;
  #rounds = 0;
  #roundEnd: SequenceNumber;
  /** Made when data is first acknowledged or lost: an idle connection has none. */
  #control: CongestionControl | null = null;
  /** Made when data is first sent. */
  #usage: CwndUsage | null = null;

  constructor(surroundings: WindowSurroundings, iss: SequenceNumber, { initialWindow }: Profile) {
    this.#surroundings = surroundings;
    this.#size = initialWindow;
    this.#roundEnd = iss;
  }

  /** cwnd in segments. */
  get size(): number {
    return this.#size;
  }

  /** In segments. */
  get ssthresh(): number {
    return this.#ssthresh;
  }

  /** See {@link CongestionView.rounds}. */
  get rounds(): number {
    return this.#rounds;
  }

  /** The congestion control in use. */
  get control(): CongestionControl {
    const { congestionControl, profile } = this.#surroundings;
    return (this.#control ??= makeCongestionControl(congestionControl, profile.cubicSlowStart));
  }

  /** The threshold that remembers most of a window which is about to shrink (Linux tcp_current_ssthresh). */
  get #remembered(): number {
    return Math.max(this.#ssthresh, (this.#size >> 1) + (this.#size >> 2));
  }

  /** The threshold that an undo restores if the window is reduced now. `isReducing`: it is being reduced already. */
  thresholdBefore(isReducing: boolean): number {
    return isReducing ? this.#ssthresh : this.#remembered;
  }

  // --- without a loss

  /** The handshake is over: the connection begins with `size` segments. */
  begin(size: number): void {
    this.#size = size;
    this.#ssthresh = NO_THRESHOLD;
  }

  /** Another control is to be used: it starts from the window as it is (Linux tcp_reinit_congestion_control). */
  changeControl(): void {
    if (this.#control?.name !== this.#surroundings.congestionControl) this.#control = null;
  }

  /** SND.UNA has moved: a round is over when that is past everything that was out when it began. */
  countRound(): void {
    const { sndUna, sndNxt } = this.#surroundings;
    if (seqLt(sndUna, this.#roundEnd)) return;
    this.#rounds++;
    this.#roundEnd = sndNxt;
  }

  /** A round trip was measured. No control is made that is only to hear of it: an idle connection has none. */
  onSample(rtt: number, now: number): void {
    if (this.#control === null && this.#size < LEAST_WINDOW) return;
    if (this.control.onSample(this.#surroundings, rtt, now)) this.#ssthresh = this.#size;
  }

  /** `acked` segments were acknowledged outside of recovery. */
  grow(acked: number, now: number): void {
    if (this.#usage?.allowsGrowth(this.#size, this.#ssthresh) !== true) return;
    const { control } = this;
    const view = this.#surroundings;
    if (this.#size < this.#ssthresh && control.endsSlowStart(view)) this.#ssthresh = this.#size;
    this.#size = control.onAcknowledged(view, acked, now);
  }

  /** A burst of data is over; `isLimited`: by the window. `isOpen`: nothing is being repaired. */
  onBurst(isLimited: boolean, isOpen: boolean, now: number): void {
    const view = this.#surroundings;
    this.#usage ??= new CwndUsage(view.sndUna, now);
    const used = this.#usage.onBurst(view, isLimited || view.flight.inFlight >= this.#size, isOpen, now);
    if (used < 0) return;
    const most = Math.max(used, view.profile.initialWindow);
    if (most < this.#size) this.#shrinkTo((this.#size + most) >> 1);
  }

  /** Data is sent after `idle` milliseconds without: after an RTO the window tells nothing any more (RFC 5681, 4.1). */
  restartAfterIdle(idle: number): void {
    const { profile, rtt } = this.#surroundings;
    const { initialWindow } = profile;
    if (!profile.slowStartAfterIdle || idle <= rtt.rto || this.#size <= initialWindow) return;
    const halvings = Math.min(Math.floor(idle / rtt.rto), MOST_HALVINGS);
    this.#shrinkTo(Math.max(this.#size >> halvings, initialWindow));
  }

  #shrinkTo(size: number): void {
    this.#ssthresh = this.#remembered;
    this.#size = size;
  }

  // --- losses, and other signs of congestion

  /** A reduction begins: to where, the control says. cwnd follows by {@link proportional} or {@link onTimeout}. */
  enterReduction(): void {
    this.#ssthresh = this.control.thresholdAfterLoss(this.#surroundings);
  }

  /** `delivered` more segments arrived during a reduction. `progress`: SND.UNA moved, and nothing more was lost. */
  proportional(reduction: CwndReduction, delivered: number, progress: boolean): void {
    const { inFlight } = this.#surroundings.flight;
    this.#size = reduction.cwnd(inFlight, this.#ssthresh, delivered, progress);
  }

  /** A reduction is over. */
  leaveReduction(): void {
    this.#size = this.#ssthresh;
  }

  /** Something is repaired without a sign of congestion: cwnd stays (Linux tcp_non_congestion_loss_retransmit). */
  keepThroughRepair(isReducing: boolean): void {
    this.#ssthresh = this.thresholdBefore(isReducing);
  }

  /** What is in flight counts as lost after a timeout: one segment may go (RFC 5681, 3.1). `begins`: this is a reduction. */
  onTimeout(begins: boolean): void {
    if (begins) this.control.onTimeout();
    this.#size = this.#surroundings.flight.inFlight + 1;
  }

  /**
   * A reduction was not needed: the threshold is as it was, and cwnd as well, as on Linux, or no more than lets go the `acked`
   * segments, so that no burst follows (RFC 4015, section 3.2, step 8).
   */
  undo(cwndBefore: number, ssthreshBefore: number, acked: number): void {
    const { profile, flight } = this.#surroundings;
    if (profile.undoRestoresCwnd) this.#size = Math.max(this.#size, cwndBefore);
    else this.#size = Math.max(1, flight.inFlight + Math.min(acked, profile.initialWindow));
    this.#ssthresh = Math.max(this.#ssthresh, ssthreshBefore);
    this.control.onUndo();
  }

  // --- the search for the path's MTU (RFC 4821, 7.4)

  /** A probe goes out: it counts for two segments. */
  onMtuProbeSent(): void {
    this.#size--;
  }

  /** It is lost, and that tells of no congestion. */
  onMtuProbeLost(): void {
    this.#size++;
  }

  /** Segments have `mss` bytes from now on: so many fewer of them are as much as before. */
  rescale(mss: number): void {
    this.#size = Math.max(1, Math.floor((this.#size * this.#surroundings.mss) / mss));
  }
}
