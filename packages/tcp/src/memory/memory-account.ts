import { checkFunction, checkNumber, checkObject } from '@halfclose/codec/arguments';
import { checkIsProfile } from '../profile/check-profile.ts';
import type { Profile } from '../profile/profile.ts';

/** Why text that arrived was not kept: for want of memory behind what is unread, or behind a hole. */
export type MemoryDropReason = 'receive-memory' | 'out-of-order-memory';

/** Where it is counted what was done for want of memory. */
export interface MemoryCounters {
  /** Times that a host came under memory pressure (Linux TCPMemoryPressures). */
  memoryPressures: number;
  /** Times that what waits behind a hole was thrown away (Linux OfoPruned). */
  outOfOrderPruned: number;
  /** Calls of send() of which memory took less than the send buffer would have. */
  sendsCutShort: number;
  drop(reason: MemoryDropReason): void;
}

/**
 * What the buffers of all connections of one host take together, both ways, measured as each buffer is, and what follows
 * from it (net.ipv4.tcp_mem; docs/decisions/0009-memory-limit.md):
 *
 * - above `memoryPressure` and until it is below `memoryLow` again, the host is under pressure: no buffer and no receive
 *   window grows, and none may take more than its share of `memoryHigh`;
 * - no buffer takes what would exceed `memoryHigh`;
 * - but each may take its least (`receiveBufferMin`, `sendBufferMin`), so that every connection goes on.
 */
export class MemoryAccount {
  readonly counters: MemoryCounters;
  readonly #profile: Profile;
  #used = 0;
  #holders = 0;
  #isUnderPressure = false;

  /**
   * The profile may change under way.
   *
   * @throws TypeError that names the argument which is none
   */
  constructor(profile: Profile, counters: MemoryCounters) {
    checkIsProfile(profile);
    checkObject('counters', counters, 'MemoryCounters');
    checkFunction('counters.drop', Reflect.get(counters, 'drop'));
    this.#profile = profile;
    this.counters = counters;
  }

  /** Octets of memory that all buffers take. */
  get used(): number {
    return this.#used;
  }

  /** Buffers that take any. */
  get holders(): number {
    return this.#holders;
  }

  /** Linux tcp_under_memory_pressure. */
  get isUnderPressure(): boolean {
    return this.#isUnderPressure;
  }

  /** Whether there is so little of it in use that a buffer may be given more than it asks for now (Linux tcp_should_expand_sndbuf). */
  get isAmple(): boolean {
    return !this.#isUnderPressure && this.#used < this.#profile.memoryLow;
  }

  /** Whether more is in use than may be: only least shares are given (Linux tcp_out_of_memory). */
  get isExceeded(): boolean {
    return this.#used > this.#profile.memoryHigh;
  }

  /**
   * A buffer that took `before` octets takes `after` from now on.
   *
   * @throws TypeError or RangeError that names what is no number of octets
   */
  change(before: number, after: number): void {
    if (!areOctets(before)) refuseOctets('before', before);
    if (!areOctets(after)) refuseOctets('after', after);
    this.#used += after - before;
    if (before === 0) this.#holders++;
    if (after === 0) this.#holders--;
    if (after > before) {
      if (!this.#isUnderPressure && this.#used > this.#profile.memoryPressure) {
        this.#isUnderPressure = true;
        this.counters.memoryPressures++;
      }
    } else if (this.#isUnderPressure && this.#used < this.#profile.memoryLow) this.#isUnderPressure = false;
  }

  /**
   * How much more a receive buffer may take that takes `held`; not positive: nothing.
   *
   * @throws TypeError or RangeError for what is no number of octets
   */
  availableToReceive(held: number): number {
    if (!areOctets(held)) refuseOctets('held', held);
    const available = this.#available(held);
    const least = this.#profile.receiveBufferMin - held;
    return available > least ? available : least;
  }

  /**
   * The same for a send buffer.
   *
   * @throws TypeError or RangeError for what is no number of octets
   */
  availableToSend(held: number): number {
    if (!areOctets(held)) refuseOctets('held', held);
    const available = this.#available(held);
    const least = this.#profile.sendBufferMin - held;
    return available > least ? available : least;
  }

  /** As Linux's __sk_mem_raise_allocated: under pressure, a buffer has a share like all that hold any. */
  #available(held: number): number {
    const { memoryHigh } = this.#profile;
    const free = memoryHigh - this.#used;
    if (!this.#isUnderPressure) return free;
    const share = Math.floor(memoryHigh / (this.#holders + (held === 0 ? 1 : 0)));
    return Math.min(free, share - held);
  }
}

/** Asked for each segment: the words for what is none are left to {@link refuseOctets}. */
function areOctets(value: number): boolean {
  return typeof value === 'number' && value >= 0 && value < Infinity;
}

function refuseOctets(name: string, value: number): void {
  checkNumber(name, value, 0, Number.MAX_VALUE);
}

/** An account of a connection that shares its memory with none, and of which nothing is counted. */
export function ownAccount(profile: Profile): MemoryAccount {
  return new MemoryAccount(profile, {
    memoryPressures: 0,
    outOfOrderPruned: 0,
    sendsCutShort: 0,
    drop: () => undefined,
  });
}
