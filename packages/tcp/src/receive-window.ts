import { type SequenceNumber, seqDiff } from '@halfclose/codec';
import { microseconds } from './connection-time.ts';
import type { Profile } from './profile.ts';
import { receiveMemory } from './segment-memory.ts';

/** Unit of the ratio of text to memory. */
const WHOLE = 256;
/** Before the first segment tells, half of the buffer is taken for overhead (Linux's scaling_ratio). */
const INITIAL_RATIO = WHOLE / 2;
/** The most that any window may be, so that it and its sums are int32: as good as RFC 7323's 1 GiB. */
const MOST_WINDOW = 0x3fff_ffff;

/** Largest window field. */
const MAX_FIELD = 65_535;
/** RFC 7323, 2.3: the shift count must not exceed 14. */
export const MAX_WINDOW_SHIFT = 14;

/**
 * How much room we offer to the peer: silly window avoidance (RFC 9293, 3.8.6.2.2, MUST-39), never taking back what
 * was offered (SHLD-14), and growth of the buffer with what the application reads (Linux's receive buffer autotuning).
 */
export class ReceiveWindow {
  readonly #profile: Profile;
  /** Buffer limit in octets. */
  #buffer: number;
  /** How much of a buffer may be window, in 256ths: text as a part of the memory that the peer's segments take. */
  #ratio = INITIAL_RATIO;
  #fixed = false;
  /** Octets offered beyond `updatedAt`. */
  #offered = 0;
  /** RCV.NXT when the window was last told to the peer. */
  #updatedAt: SequenceNumber = 0;
  /** Offer at most this much until the peer has shown that it sends well-filled segments. */
  #soft: number;
  /** Our window shift, 0 until negotiated. */
  shift = 0;
  // The autotuning's measurement: octets read during about one round trip, and its beginning in microseconds, modulo
  // 2^32.
  #measuredSince = 0;
  #readSince = 0;
  #lastRound: number;

  constructor(profile: Profile) {
    this.#profile = profile;
    this.#buffer = profile.receiveBufferInitial;
    this.#soft = this.#full;
    this.#lastRound = this.#soft;
  }

  /** SO_RCVBUF: fixes the buffer at `octets` and ends autotuning. */
  fix(octets: number): void {
    this.#buffer = octets;
    this.#fixed = true;
    this.#soft = Math.min(Math.max(this.#soft, 1), this.#full);
  }

  /** What the window may grow to for now (Linux rcv_ssthresh). */
  get soft(): number {
    return this.#soft;
  }

  get buffer(): number {
    return this.#buffer;
  }

  /** The shift to offer, big enough for the largest window that the buffer may grow to (RFC 7323, 2.2). */
  shiftToOffer(): number {
    const most = this.#fixed ? this.#buffer : Math.max(this.#buffer, this.#profile.receiveBufferMax);
    const bits = 32 - Math.clz32(most);
    return Math.min(Math.max(bits - 16, 0), MAX_WINDOW_SHIFT);
  }

  /** The window of a SYN, which is never scaled: whole segments of `mss` (RFC 7323, 2.2). */
  initial(mss: number, rcvNxt: SequenceNumber): number {
    let window = Math.min(this.#full, MAX_FIELD, MOST_WINDOW);
    if (window > mss) window -= window % mss;
    this.#offered = window;
    this.#updatedAt = rcvNxt;
    this.#soft = window;
    // What the peer sends in its first round trip, so that the buffer grows before slow start has filled the window.
    this.#lastRound = Math.max(Math.min(window, this.#profile.initialWindow * mss), 1);
    return window;
  }

  /** Begins at `rcvNxt` with what the SYN offered. */
  synchronize(rcvNxt: SequenceNumber): void {
    this.#updatedAt = rcvNxt;
  }

  /** What the peer may still send beyond `rcvNxt`. */
  remaining(rcvNxt: SequenceNumber): number {
    const used = seqDiff(rcvNxt, this.#updatedAt);
    return used >= this.#offered ? 0 : this.#offered - used;
  }

  /** RCV.NXT of the last window told; segments that end before it are old. */
  get lastUpdate(): SequenceNumber {
    return this.#updatedAt;
  }

  /** Octets that were read in the last round trip measured (Linux rcvq_space.space). */
  get lastRound(): number {
    return this.#lastRound;
  }

  get offered(): number {
    return this.#offered;
  }

  /** The window that could be offered now, with `memory` taken by the queues and `mss` the peer's segment size. */
  candidate(memory: number, mss: number): number {
    const full = Math.min(this.#full, MOST_WINDOW);
    const segment = Math.min(mss, full);
    let free = Math.min(
      Math.max(0, Math.floor(((this.#buffer - memory) * this.#ratio) / WHOLE)),
      MOST_WINDOW,
    );
    if (free < full >> 1) {
      free &= -(1 << this.shift);
      if (free < full >> 4 || free < segment) return 0;
    }
    if (free > this.#soft) free = this.#soft;
    if (this.shift > 0) {
      const unit = 1 << this.shift;
      return (free + unit - 1) & -unit;
    }
    const offered = this.#offered;
    if (offered <= free - segment || offered > free) return free - (free % segment);
    return segment === full && free > offered + (full >> 1) ? free : offered;
  }

  /**
   * What was offered holds no more: there is no memory for it. The one case in which the window shrinks from the right
   * (Linux tcp_select_window, ICSK_ACK_NOMEM), as else the peer goes on to send what is thrown away.
   */
  takeBack(rcvNxt: SequenceNumber): void {
    this.#offered = 0;
    this.#updatedAt = rcvNxt;
  }

  /** The host is short of memory: the window does not grow beyond a few segments (Linux tcp_adjust_rcv_ssthresh). */
  restrain(mss: number): void {
    this.#soft = Math.min(this.#soft, 4 * mss);
  }

  /** The window field of the segment that goes out now. */
  field(rcvNxt: SequenceNumber, memory: number, mss: number): number {
    const current = this.remaining(rcvNxt);
    let window = this.candidate(memory, mss);
    const unit = 1 << this.shift;
    if (window < current) window = (current + unit - 1) & -unit;
    window = Math.min(window, MAX_FIELD * unit);
    this.#offered = window;
    this.#updatedAt = rcvNxt;
    return window >>> this.shift;
  }

  /** A segment of `octets` arrived, the largest or a full one so far: tells what part of memory is text. */
  measure(octets: number): void {
    this.#ratio = Math.max(Math.floor((octets * WHOLE) / receiveMemory(octets)), 1);
  }

  /** A segment of `octets` arrived with `memory` taken by the queues: the soft limit may grow. */
  onText(octets: number, memory: number, mss: number): void {
    if (octets < 128) return;
    const free = Math.floor(((this.#buffer - memory) * this.#ratio) / WHOLE);
    const room = Math.min(free, MOST_WINDOW) - this.#soft;
    if (room > 0) this.#soft += Math.min(room, 2 * Math.max(mss, octets));
  }

  /**
   * The application read `octets`: once a round trip, looks whether the buffer is to grow (Linux's
   * tcp_rcv_space_adjust). It holds twice what was read in one, as what is measured is one round trip old, and twice
   * the growth on top, as slow start doubles meanwhile; and the `waiting` octets from RCV.NXT to the end of what came
   * behind a hole, which the peer sends beyond. `mayGrow`: the host has memory for that.
   */
  onRead(octets: number, waiting: number, now: number, roundTrip: number, mayGrow = true): void {
    this.#readSince += octets;
    if (roundTrip <= 0) return;
    const time = microseconds(now);
    const elapsed = (time - this.#measuredSince) | 0;
    // Negative: more than half of what the clock counts has gone by since.
    if (elapsed >= 0 && elapsed < roundTrip * 1000) return;
    const round = this.#readSince;
    const last = this.#lastRound;
    if (round > last && mayGrow) {
      if (!this.#fixed) {
        const window = 2 * round * (1 + (2 * (round - last)) / last) + waiting;
        const buffer = Math.min(Math.ceil((window * WHOLE) / this.#ratio), this.#profile.receiveBufferMax);
        if (buffer > this.#buffer) this.#buffer = buffer;
      }
      this.#lastRound = round;
    }
    this.#readSince = 0;
    this.#measuredSince = time;
  }

  get #full(): number {
    return Math.floor((this.#buffer * this.#ratio) / WHOLE);
  }
}
