import { deadlineAt, NEVER } from '../base/connection-time.ts';
import type { RetransmitQueue } from '../flight/retransmit-queue.ts';
import type { Profile } from '../profile/profile.ts';
import type { LossRecovery } from './loss-recovery.ts';
import type { RttEstimator } from './rtt-estimator.ts';

/** What the transmit timer stands for: one timer, as only one of these can be due (Linux icsk_retransmit_timer). */
export type TransmitTimerKind = 'none' | 'retransmission' | 'loss probe' | 'reordering' | 'persist';

/** Milliseconds: Linux's TCP_TIMEOUT_MIN, two ticks of its clock. */
const SHORTEST_TIMEOUT = 8;

/** Milliseconds: how soon a peer that has dropped what it SACKed is sent everything again (Linux tcp_check_sack_reneging). */
const SOONEST_AFTER_RENEGING = 10;

/** The one timer of what is sent: what it waits for, and until when. */
export class TransmitTimer {
  readonly #flight: RetransmitQueue;
  readonly #rtt: RttEstimator;
  readonly #recovery: LossRecovery;
  readonly #profile: Profile;
  #kind: TransmitTimerKind = 'none';
  #deadline = NEVER;

  constructor(flight: RetransmitQueue, rtt: RttEstimator, recovery: LossRecovery, profile: Profile) {
    this.#flight = flight;
    this.#rtt = rtt;
    this.#recovery = recovery;
    this.#profile = profile;
  }

  get kind(): TransmitTimerKind {
    return this.#kind;
  }

  /** Whole milliseconds, or {@link NEVER}. */
  get deadline(): number {
    return this.#deadline;
  }

  /** Waits for the retransmission timeout (RFC 6298, 5.1 and 5.3). */
  awaitTimeout(now: number): void {
    this.#arm('retransmission', now + this.#rtt.rto);
  }

  /** Data went out: a tail loss probe comes before the retransmission timeout where it may. */
  onSent(now: number): void {
    if (!this.#awaitLossProbe(now)) this.awaitTimeout(now);
  }

  /** An acknowledgment arrived, or another timer fired. `advanced`: SND.UNA moved. */
  rearm(advanced: boolean, now: number): void {
    if (this.#flight.packetsOut === 0) {
      this.disarm();
      return;
    }
    const { reorderDeadline } = this.#recovery.detection;
    if (reorderDeadline !== NEVER) this.#arm('reordering', reorderDeadline);
    else if (this.#awaitLossProbe(now)) return;
    else if (advanced || this.#kind !== 'retransmission') this.awaitTimeout(now);
  }

  /** Waits until the closed window of the peer is to be probed (RFC 9293, 3.8.6.1). */
  awaitPersist(now: number): void {
    const { minRto, maxRto } = this.#profile;
    this.#arm('persist', now + Math.min(Math.max(this.#rtt.rto, minRto), maxRto));
  }

  /** The peer may have dropped what it SACKed (RFC 2018, section 8): the timeout comes soon. */
  onReneging(now: number): void {
    this.#arm('retransmission', now + Math.max(this.#rtt.smoothed / 16, SOONEST_AFTER_RENEGING));
  }

  /** The timeout has become shorter for a segment sent at `sentAt`: the rest of it is waited for (RFC 6069). */
  onBackoffTakenBack(sentAt: number, now: number): void {
    if (this.#kind === 'retransmission') this.#deadline = deadlineAt(Math.max(sentAt + this.#rtt.rto, now));
  }

  /** A timeout is to come as soon as one may. */
  hasten(now: number): void {
    if (this.#kind === 'retransmission') this.endBy(deadlineAt(now + SHORTEST_TIMEOUT));
  }

  /** Fires at `deadline` at the latest. */
  endBy(deadline: number): void {
    if (deadline < this.#deadline) this.#deadline = deadline;
  }

  /** Nothing is waited for. */
  disarm(): void {
    this.#kind = 'none';
    this.#deadline = NEVER;
  }

  /** RFC 8985, 7.2. Returns whether a tail loss probe is what the timer stands for now. */
  #awaitLossProbe(now: number): boolean {
    const { tailLossProbe, initialRto, minRto } = this.#profile;
    const { packetsOut } = this.#flight;
    const recovery = this.#recovery;
    if (!tailLossProbe || !recovery.sack || packetsOut === 0) return false;
    if (recovery.state !== 'open' || recovery.probeEnd !== null) return false;
    const rtt = this.#rtt;
    const wait = rtt.hasSample ? 2 * rtt.smoothed + (packetsOut === 1 ? minRto : 2) : initialRto;
    this.#arm('loss probe', now + Math.min(wait, rtt.rto));
    return true;
  }

  #arm(kind: TransmitTimerKind, time: number): void {
    this.#kind = kind;
    this.#deadline = deadlineAt(time);
  }
}
