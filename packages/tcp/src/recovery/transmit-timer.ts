import { deadlineAt, NEVER } from '../base/connection-time.ts';
import type { Sender } from '../sending/sender.ts';

/** What the transmit timer stands for: one timer, as only one of these can be due (Linux icsk_retransmit_timer). */
export type TransmitTimer = 'none' | 'retransmission' | 'loss probe' | 'reordering' | 'persist';

/** Milliseconds: Linux's TCP_TIMEOUT_MIN, two ticks of its clock. */
export const SHORTEST_TIMEOUT = 8;

/** Starts the retransmission timer (RFC 6298, 5.1 and 5.3). */
export function armRetransmission(sender: Sender, now: number): void {
  arm(sender, 'retransmission', now + sender.rtt.rto);
}

/** After text went out: a tail loss probe comes before the retransmission timeout where it may. */
export function armAfterSending(sender: Sender, now: number): void {
  if (!armLossProbe(sender, now)) armRetransmission(sender, now);
}

/** After an acknowledgment, or when another timer has struck. `advanced`: SND.UNA moved. */
export function rearm(sender: Sender, advanced: boolean, now: number): void {
  if (sender.flight.packetsOut === 0) {
    disarm(sender);
    return;
  }
  const { reorderDeadline } = sender.recovery.detection;
  if (reorderDeadline !== NEVER) arm(sender, 'reordering', reorderDeadline);
  else if (armLossProbe(sender, now)) return;
  else if (advanced || sender.timer !== 'retransmission') armRetransmission(sender, now);
}

/** Starts the timer for a probe into a closed window (RFC 9293, 3.8.6.1). */
export function armPersist(sender: Sender, now: number): void {
  const { minRto, maxRto } = sender.profile;
  arm(sender, 'persist', now + Math.min(Math.max(sender.rtt.rto, minRto), maxRto));
}

/** Sets the one timer, for `time`. */
export function arm(sender: Sender, timer: TransmitTimer, time: number): void {
  sender.timer = timer;
  sender.timerDeadline = deadlineAt(time);
}

/** Nothing is waited for. */
export function disarm(sender: Sender): void {
  arm(sender, 'none', Infinity);
}

/** RFC 8985, 7.2. Returns whether a tail loss probe is what the timer stands for now. */
function armLossProbe(sender: Sender, now: number): boolean {
  const { flight, recovery, rtt, profile } = sender;
  if (!profile.tailLossProbe || !recovery.sack || flight.packetsOut === 0) return false;
  if (recovery.state !== 'open' || recovery.probeEnd !== null) return false;
  let wait = profile.initialRto;
  if (rtt.hasSample) wait = 2 * rtt.smoothed + (flight.packetsOut === 1 ? profile.minRto : 2);
  arm(sender, 'loss probe', now + Math.min(wait, rtt.rto));
  return true;
}
