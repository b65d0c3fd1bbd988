import { type SequenceNumber, seqGeq } from '@halfclose/codec';
import type { WindowSurroundings } from './congestion-window.ts';

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
  allowsGrowth(cwnd: number, ssthresh: number): boolean {
    return this.#limited || (cwnd < ssthresh && cwnd < 2 * this.#mostOut);
  }

  /** A burst is over; `limited`: by cwnd. Returns the most segments that were out in an RTO that did not fill cwnd; -1: there was none. */
  onBurst(
    { flight, sndUna, sndNxt, cwnd, ssthresh, profile, rtt }: WindowSurroundings,
    limited: boolean,
    isOpen: boolean,
    now: number,
  ): number {
    const { packetsOut } = flight;
    if (seqGeq(sndUna, this.#windowEnd) || limited || (!this.#limited && packetsOut > this.#mostOut)) {
      this.#limited = limited;
      this.#mostOut = packetsOut;
      this.#windowEnd = sndNxt;
    }
    if (this.allowsGrowth(cwnd, ssthresh)) {
      this.#used = 0;
      this.#fullAt = now;
      return -1;
    }
    if (packetsOut > this.#used) this.#used = packetsOut;
    if (!profile.slowStartAfterIdle || now - this.#fullAt < rtt.rto) return -1;
    this.#fullAt = now;
    if (!isOpen) return -1;
    const used = this.#used;
    this.#used = 0;
    return used;
  }
}
