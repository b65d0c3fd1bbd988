import type { SequenceNumber } from '@halfclose/codec';
import { deadlineAt, LONG_AGO, NEVER } from '../base/connection-time.ts';
import type { Profile } from '../profile/profile.ts';

const MAX_QUICK_ACKS = 16;
/** As many duplicates as mean a loss go at once (RFC 5681, 3.2). */
const DUPLICATES_AT_ONCE = 3;
/** Those held back wait for this part of a round trip. */
const COMPRESSION_PART = 20;
/** Milliseconds: what arrives at once is told in one also where no round trip is known (net.ipv4.tcp_comp_sack_slack_ns). */
const COMPRESSION_SLACK = 0.1;
/** Linux's TCP_MSS_DEFAULT: what the peer's segments are taken to hold before the first. */
const INITIAL_PEER_MSS = 536;
/** Linux's TCP_MIN_MSS: what is larger and not marked as the end of something is a full segment. */
const LEAST_PEER_MSS = 88;

/**
 * When to acknowledge: RFC 9293, 3.8.6.3 (MUST-58, MUST-59, SHLD-18) in the way of Linux, which acknowledges at once
 * while it takes the peer to be in slow start ("quick"), puts acknowledgments off in a conversation ("ping-pong"),
 * and learns from the spacing of arrivals how long to put them off. It counts in whole milliseconds.
 */
export class AckSchedule {
  readonly #profile: Profile;
  /** Acknowledgments owed now; more than one when several segments each call for a duplicate of their own. */
  owed = 0;
  /** There is something to acknowledge, now or later. */
  scheduled = false;
  /** When the acknowledgment put off goes out; {@link NEVER}: none is. */
  deadline = NEVER;
  /** Quick acknowledgments left. */
  #quick = 0;
  /** The application answers what it reads, so an answer will carry the acknowledgment. */
  #pingPong = false;
  #timeout = 0;
  /** See {@link onSynAnswered}. */
  #windowOfWriter = 0;
  /** The millisecond in which text last came. */
  lastTextAt = LONG_AGO;
  /** What we offered to the peer: the most that its segments may hold. */
  readonly mss: number;
  /** Estimate of the peer's segment size in octets. */
  peerMss: number;
  /** The size of the last segment if it was smaller than those before, and maybe full; 0: no. */
  #lastSize = 0;
  /** Acknowledgments held back of duplicates, how many went at once before, and for which number. */
  #compressed = 0;
  #duplicates = 0;
  #duplicatesOf: SequenceNumber = 0;
  /** A small segment is unacknowledged; twice: a second one after it. */
  #pushed = 0;

  constructor(profile: Profile, mss: number) {
    this.#profile = profile;
    this.mss = mss;
    this.peerMss = Math.min(mss, INITIAL_PEER_MSS);
  }

  /**
   * Data arrived, in order or not, in segments of `bytes`, with so many bytes of SACK blocks and timestamps beside. Learns
   * the size of the peer's segments: from the largest, or from two smaller ones alike (Linux tcp_measure_rcv_mss). Returns
   * whether that grew.
   */
  measure(
    bytes: number,
    sackBytes: number,
    timestampBytes: number,
    isRemnant: boolean,
    push: boolean,
  ): boolean {
    const last = this.#lastSize;
    this.#lastSize = 0;
    if (bytes >= this.peerMss) {
      const grew = bytes > this.peerMss;
      this.peerMss = Math.min(bytes, this.mss);
      // A full segment may end what was written, too.
      if (push) this.#pushed ||= 1;
      return grew;
    }
    const whole = bytes + sackBytes + timestampBytes;
    if (whole >= INITIAL_PEER_MSS || (whole >= LEAST_PEER_MSS && !isRemnant)) {
      const size = bytes + sackBytes;
      this.#lastSize = size;
      if (size === last) {
        this.peerMss = size;
        return false;
      }
    }
    this.#pushed = this.#pushed === 0 ? 1 : 2;
    return false;
  }

  /** Data arrived in order. `rto` and `window` are the connection's now. */
  onText(now: number, rto: number, window: number): void {
    this.scheduled = true;
    const min = this.#profile.delayedAckMin;
    if (this.#timeout === 0) {
      this.#addQuick(window);
      this.#timeout = min;
    } else {
      const gap = Math.floor(now) - this.lastTextAt;
      if (gap <= min / 2) this.#timeout = (this.#timeout + min) >> 1;
      else if (gap < this.#timeout) this.#timeout = Math.min((this.#timeout >> 1) + gap, Math.ceil(rto));
      else if (gap > rto) this.#addQuick(window);
    }
    this.lastTextAt = Math.floor(now);
  }

  /** The window grew: one more is acknowledged at once (Linux tcp_grow_window). */
  onWindowGrown(): void {
    this.#quick |= 1;
  }

  /** Owes one acknowledgment now. */
  atOnce(): void {
    this.scheduled = true;
    this.owed++;
  }

  /**
   * Our SYN was answered. Where the program waits to write what the SYN did not take, what it writes acknowledges, and an answer is
   * expected to that (Linux tcp_rcv_synsent_state_process, sk_write_pending). `window`: what was offered, if so; else 0.
   */
  onSynAnswered(window: number, now: number): void {
    this.atOnce();
    this.#windowOfWriter = window;
    this.lastTextAt = Math.floor(now);
  }

  /** Something irregular arrived: the peer may be recovering, so acknowledge quickly for a while. */
  enterQuickMode(window: number): void {
    this.#pingPong = false;
    this.#addQuick(window);
    this.#timeout = this.#profile.delayedAckMin;
    this.scheduled = true;
  }

  /** The application is expected to answer, and its answer to carry the acknowledgment. */
  enterConversation(): void {
    this.#pingPong = true;
  }

  /** TCP_QUICKACK taken away, or set: then nothing is put off for an answer, until the next one goes. */
  setConversation(expectsAnswer: boolean): void {
    this.#pingPong = expectsAnswer;
  }

  get isConversation(): boolean {
    return this.#pingPong;
  }

  /** How long an acknowledgment is put off now, in milliseconds. */
  get timeout(): number {
    return this.#timeout;
  }

  get isQuick(): boolean {
    return this.#quick > 0 && !this.#pingPong;
  }

  /** Whether an acknowledgment should go once the application has drained what was small and pushed. */
  get wantsAckOnDrain(): boolean {
    return this.#pushed === 2 || (this.#pushed === 1 && !this.#pingPong);
  }

  /** Puts the acknowledgment off. */
  postpone(now: number, smoothedRtt: number): void {
    const { delayedAckMin, delayedAckMax } = this.#profile;
    // Nothing received yet but a FIN: as soon as the timer can strike (docs/linux/closing.md, n03).
    let wait = this.#timeout;
    if (wait > delayedAckMin) {
      let max = this.#pingPong || this.#pushed > 0 ? delayedAckMax : 500;
      if (smoothedRtt > 0) max = Math.min(max, Math.max(smoothedRtt, delayedAckMin));
      wait = Math.min(wait, max);
    }
    wait = Math.min(wait, delayedAckMax);
    const { deadline } = this;
    if (deadline !== NEVER && deadline <= now + wait / 4) {
      this.atOnce();
      return;
    }
    if (deadline === NEVER || now + wait < deadline) this.deadline = deadlineAt(now + wait);
  }

  /**
   * Something more is held behind a hole at `rcvNxt`: after the duplicates that tell a sender of a loss, one acknowledgment
   * is for several (Linux __tcp_ack_snd_check, net.ipv4.tcp_comp_sack_nr). `roundTrip`: milliseconds, 0 if not known.
   */
  compress(rcvNxt: SequenceNumber, now: number, roundTrip: number): void {
    const { compressedAcks, compressedAckDelay } = this.#profile;
    if (rcvNxt !== this.#duplicatesOf) {
      this.#duplicatesOf = rcvNxt;
      this.#duplicates = 0;
    }
    if (this.#compressed >= compressedAcks || this.#duplicates < DUPLICATES_AT_ONCE) {
      if (this.#compressed < compressedAcks) this.#duplicates++;
      this.atOnce();
      return;
    }
    if (this.#compressed++ > 0) return;
    const wait = Math.max(Math.min(roundTrip / COMPRESSION_PART, compressedAckDelay), COMPRESSION_SLACK);
    const deadline = deadlineAt(now + wait);
    if (this.deadline === NEVER || deadline < this.deadline) this.deadline = deadline;
  }

  /** What is about to be told next does not fit beside what was held back: that is told first. */
  endCompression(): void {
    if (this.#compressed > 0) this.atOnce();
  }

  /** The time that it was put off to has come. */
  onDeadline(rto: number): void {
    this.deadline = NEVER;
    if (this.#compressed > 0) {
      this.atOnce();
      return;
    }
    if (!this.scheduled) return;
    if (this.#pingPong) {
      this.#pingPong = false;
      this.#timeout = this.#profile.delayedAckMin;
    } else this.#timeout = Math.min(this.#timeout * 2, Math.ceil(rto));
    this.atOnce();
  }

  /** A segment with an acknowledgment went out. `text`: it carried text of ours. */
  onSent(text: boolean, now: number): void {
    if (this.#windowOfWriter > 0) {
      if (text) this.enterQuickMode(this.#windowOfWriter);
      this.#windowOfWriter = 0;
    }
    if (this.#quick > 0) {
      this.#quick--;
      if (this.#quick === 0) this.#timeout = this.#profile.delayedAckMin;
    }
    if (text && now - this.lastTextAt < this.#timeout) this.#pingPong = true;
    if (this.owed > 0) this.owed--;
    if (text) this.owed = 0;
    this.scheduled = false;
    this.#compressed = 0;
    this.#pushed = 0;
    this.deadline = NEVER;
  }

  #addQuick(window: number): void {
    const count = Math.min(Math.floor(window / (2 * this.peerMss)) || 2, MAX_QUICK_ACKS);
    if (count > this.#quick) this.#quick = count;
  }
}
