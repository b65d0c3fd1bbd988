import { type SequenceNumber, seqGeq } from '@halfclose/codec';
import { thresholdOfWindow } from './congestion-control.ts';
import type { Sender } from '../sending/sender.ts';

/**
 * Whether cwnd is what limits a sender: only then may it grow, and a window that the program has not used for an RTO
 * shrinks to halfway between what it was and what was used (RFC 2861; Linux tcp_cwnd_validate, tcp_is_cwnd_limited,
 * tcp_cwnd_application_limited). This is what RFC 7661 asks for, by Linux's means.
 */
export class CwndUsage {
  #limited = false;
  /** Most segments out in the window at hand. */
  #mostOut = 0;
  #windowEnd: SequenceNumber;
  /** Most segments out since cwnd was last used in full, and when that was. */
  #used = 0;
  #fullAt: number;

  constructor(sndNxt: SequenceNumber, now: number) {
    this.#windowEnd = sndNxt;
    this.#fullAt = now;
  }

  /** Whether acknowledgments may let cwnd grow. In slow start it may reach twice what was out. */
  allowsGrowth({ cwnd, ssthresh }: Sender): boolean {
    return this.#limited || (cwnd < ssthresh && cwnd < 2 * this.#mostOut);
  }

  /** A burst is over; `limited`: by cwnd. */
  onBurst(sender: Sender, limited: boolean, now: number): void {
    const { packetsOut } = sender.flight;
    if (seqGeq(sender.sndUna, this.#windowEnd) || limited || (!this.#limited && packetsOut > this.#mostOut)) {
      this.#limited = limited;
      this.#mostOut = packetsOut;
      this.#windowEnd = sender.sndNxt;
    }
    if (this.allowsGrowth(sender)) {
      this.#used = 0;
      this.#fullAt = now;
      return;
    }
    if (packetsOut > this.#used) this.#used = packetsOut;
    if (sender.profile.slowStartAfterIdle && now - this.#fullAt >= sender.rtt.rto) this.#shrink(sender, now);
  }

  #shrink(sender: Sender, now: number): void {
    if (sender.recovery.state === 'open') {
      const used = Math.max(this.#used, sender.profile.initialWindow);
      if (used < sender.cwnd) {
        sender.ssthresh = thresholdOfWindow(sender);
        sender.cwnd = (sender.cwnd + used) >> 1;
      }
      this.#used = 0;
    }
    this.#fullAt = now;
  }
}
