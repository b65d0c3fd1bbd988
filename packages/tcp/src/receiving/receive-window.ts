import { type SequenceNumber, seqDiff } from '@halfclose/codec';
import { microseconds } from '../base/connection-time.ts';
import type { Profile } from '../profile/profile.ts';
import { receiveMemory } from '../memory/segment-memory.ts';

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
  /** The right edge of a window that was taken back; `null`: none was, or it is offered again. */
  #takenBack: SequenceNumber | null = null;
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

  /**
   * The window field of a SYN, which is never scaled (RFC 7323, 2.2): whole segments of `mss`, of which all are offered that
   * later ones can tell of. `scales`: we scale, or ask for it.
   */
  initial(mss: number, scales: boolean, rcvNxt: SequenceNumber): number {
    let window = Math.min(this.#full, MOST_WINDOW);
    if (window > mss) window -= window % mss;
    if (!scales) window = Math.min(window, MAX_FIELD);
    this.#offered = window;
    this.#updatedAt = rcvNxt;
    this.#soft = window;
    // What the peer sends in its first round trip, so that the buffer grows before slow start has filled the window.
    this.#lastRound = Math.max(Math.min(window, this.#profile.initialWindow * mss), 1);
    return Math.min(window, MAX_FIELD);
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

  /**
   * The right edge of the window, or of a larger one that was taken back: a peer that has not heard of that goes on from there,
   * and its acknowledgments count (RFC 7323, 2.4).
   */
  acceptableEdge(rcvNxt: SequenceNumber): SequenceNumber {
    const edge = (rcvNxt + this.remaining(rcvNxt)) | 0;
    const former = this.#takenBack;
    if (former === null) return edge;
    if (seqDiff(former, edge) > 0) return former;
    this.#takenBack = null;
    return edge;
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
    const full = Math.min(this.#full, MOST_WINDOW, MAX_FIELD * 2 ** this.shift);
    const segment = Math.min(mss, full);
    let free = Math.min(Math.max(0, this.#window(this.#buffer - memory)), MOST_WINDOW);
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
    const edge = this.acceptableEdge(rcvNxt);
    this.#takenBack = seqDiff(edge, rcvNxt) > 0 ? edge : null;
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

  /** A segment of `octets` arrived, the largest so far: tells what part of memory is data. */
  measure(octets: number): void {
    this.#ratio = Math.max(Math.floor((octets * WHOLE) / receiveMemory(octets)), 1);
    this.#lastRound = Math.max(Math.min(this.#lastRound, this.#full), 1);
  }

  /**
   * A segment of `bytes` arrived that takes `cost` of memory, with `memory` taken by the queues: the soft limit may grow,
   * if such segments fill their memory as well as the window takes them to (Linux tcp_grow_window). `mss`: what we offered;
   * `peerMss`: what the peer is seen to use. Returns whether it grew.
   */
  grow(bytes: number, cost: number, memory: number, mss: number, peerMss: number): boolean {
    const room = Math.min(this.#window(this.#buffer - memory), MOST_WINDOW) - this.#soft;
    if (room <= 0) return false;
    const step = this.#window(cost) <= bytes ? 2 * mss : this.#isFilled(bytes, cost) ? 2 * peerMss : 0;
    if (step === 0) return false;
    this.#soft += Math.min(room, Math.max(step, 2 * bytes));
    return true;
  }

  /** The smaller the window still is, the less of their memory segments need to fill (Linux __tcp_grow_window). */
  #isFilled(bytes: number, cost: number): boolean {
    let overhead = this.#window(cost) >> 1;
    let window = this.#window(this.#profile.receiveBufferMax) >> 1;
    for (; this.#soft <= window; window >>= 1) {
      if (overhead <= bytes) return true;
      overhead >>= 1;
    }
    return false;
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
    return this.#window(this.#buffer);
  }

  /** How much window so much memory is. */
  #window(memory: number): number {
    return Math.floor((memory * this.#ratio) / WHOLE);
  }
}
