import {
  checkAddress,
  checkArray,
  checkFunction,
  checkInteger,
  checkNumber,
  checkOptions,
  type OptionNames,
} from '../arguments.ts';
import { IcmpType, IcmpUnreachable, Icmpv6Type } from '../packet/icmp-type.ts';
import type { IpAddress } from '../address/ip-address.ts';

/** How many ICMP errors a host or router sends (RFC 1812, 4.3.2.8; RFC 4443, 2.4 (f)). The defaults are those of Linux 6.18. */
export interface IcmpErrorLimits {
  /**
   * Milliseconds between two errors to one IPv4 address, of which six may be saved up; 0: no limit (net.ipv4.icmp_ratelimit).
   * Default: 1000.
   */
  readonly interval?: number;
  /** The same for an IPv6 address (net.ipv6.icmp.ratelimit). Default: 100. */
  readonly intervalIPv6?: number;
  /** Errors in a second to all addresses of both families (net.ipv4.icmp_msgs_per_sec). Default: 1000. */
  readonly perSecond?: number;
  /** How many of these may come at once (net.ipv4.icmp_msgs_burst). Default: 50. */
  readonly burst?: number;
  /** Types of ICMP that are limited (net.ipv4.icmp_ratemask). Default: destination unreachable, source quench, time exceeded and
   * parameter problem. What tells of an MTU never is. */
  readonly types?: readonly number[];
  /** The same of ICMPv6 (net.ipv6.icmp.ratemask). Default: all errors but "packet too big", which never is. */
  readonly typesIPv6?: readonly number[];
}

/** Whether an error may be sent, or which limit it is over: that of its receiver, or that of all. */
export type IcmpErrorVerdict = 'send' | 'target-limit' | 'global-limit';

const DEFAULTS: Required<IcmpErrorLimits> = {
  interval: 1000,
  intervalIPv6: 100,
  perSecond: 1000,
  burst: 50,
  types: [IcmpType.DESTINATION_UNREACHABLE, 4, IcmpType.TIME_EXCEEDED, IcmpType.PARAMETER_PROBLEM],
  typesIPv6: [Icmpv6Type.DESTINATION_UNREACHABLE, Icmpv6Type.TIME_EXCEEDED, Icmpv6Type.PARAMETER_PROBLEM],
};

const NAMES: OptionNames<IcmpErrorLimits> = {
  interval: true,
  intervalIPv6: true,
  perSecond: true,
  burst: true,
  types: true,
  typesIPv6: true,
};

/** Errors that one target may have saved up (Linux XRLIM_BURST_FACTOR). */
const TARGET_BURST = 6;
/** Targets that are remembered. Who is forgotten may have a burst anew, and the limit of all errors stands. */
const MOST_TARGETS = 4096;
/** An error costs 0 to 2 of what all may send, 1 on average, so that nobody can count by it what others got (icmp_global_consume). */
const COSTS = 3;

interface Target {
  saved: number;
  since: number;
}

/** Says which ICMP errors may be sent: a token bucket for all, and one for each receiver, as Linux has them (icmpv4_xrlim_allow). */
export class IcmpErrorLimiter {
  readonly #limits: Required<IcmpErrorLimits>;
  readonly #types: ReadonlySet<number>;
  readonly #typesIPv6: ReadonlySet<number>;
  readonly #chance: () => number;
  readonly #targets = new Map<string, Target>();
  #credit: number;
  #since = -Infinity;

  /**
   * All may be sent at once at first. `chance`: numbers from 0 to below 1 that outsiders cannot foretell.
   *
   * @throws TypeError or RangeError that names the limit
   */
  constructor(limits: IcmpErrorLimits, chance: () => number) {
    checkIcmpErrorLimits('limits', limits);
    checkFunction('chance', chance);
    this.#limits = { ...DEFAULTS, ...limits };
    this.#types = new Set(this.#limits.types);
    this.#typesIPv6 = new Set(this.#limits.typesIPv6);
    this.#chance = chance;
    this.#credit = this.#limits.burst;
  }

  /** Whether an error may go to `target` at `now`, in milliseconds; if so, it counts. */
  take(target: IpAddress, type: number, code: number, now: number): IcmpErrorVerdict {
    checkAddress('target', target);
    checkNumber('now', now, -Number.MAX_VALUE, Number.MAX_VALUE);
    if (!this.#isLimited(target.isIPv4, type, code)) return 'send';
    const { perSecond, burst, interval, intervalIPv6 } = this.#limits;
    const gained = this.#since === -Infinity ? 0 : Math.max(0, now - this.#since);
    this.#credit = Math.min(burst, this.#credit + (gained * perSecond) / 1000);
    this.#since = now;
    if (this.#credit < 1) return 'global-limit';
    if (!this.#takeOf(target, target.isIPv4 ? interval : intervalIPv6, now)) return 'target-limit';
    this.#credit = Math.max(0, this.#credit - Math.floor(this.#chance() * COSTS));
    return 'send';
  }

  #isLimited(isIPv4: boolean, type: number, code: number): boolean {
    if (!isIPv4) return type !== Icmpv6Type.PACKET_TOO_BIG && this.#typesIPv6.has(type);
    const tellsMtu =
      type === IcmpType.DESTINATION_UNREACHABLE && code === IcmpUnreachable.FRAGMENTATION_NEEDED;
    return !tellsMtu && this.#types.has(type);
  }

  #takeOf(address: IpAddress, interval: number, now: number): boolean {
    if (interval === 0) return true;
    const key = address.toString();
    const target = this.#targets.get(key) ?? { saved: TARGET_BURST * interval, since: now };
    target.saved = Math.min(TARGET_BURST * interval, target.saved + Math.max(0, now - target.since));
    target.since = now;
    // Whoever was told last is forgotten last.
    this.#targets.delete(key);
    this.#targets.set(key, target);
    if (this.#targets.size > MOST_TARGETS) this.#forgetOldest();
    if (target.saved < interval) return false;
    target.saved -= interval;
    return true;
  }

  #forgetOldest(): void {
    for (const oldest of this.#targets.keys()) {
      this.#targets.delete(oldest);
      return;
    }
  }
}

/** Throws a TypeError or RangeError that begins with `name` for a limit that is none. */
export function checkIcmpErrorLimits(name: string, limits: IcmpErrorLimits): void {
  checkOptions(name, limits, NAMES);
  const { interval, intervalIPv6, perSecond, burst, types, typesIPv6 } = { ...DEFAULTS, ...limits };
  checkNumber(`${name}.interval`, interval, 0, Number.MAX_SAFE_INTEGER);
  checkNumber(`${name}.intervalIPv6`, intervalIPv6, 0, Number.MAX_SAFE_INTEGER);
  checkNumber(`${name}.perSecond`, perSecond, 0, Number.MAX_SAFE_INTEGER);
  checkNumber(`${name}.burst`, burst, 0, Number.MAX_SAFE_INTEGER);
  for (const [of, list] of Object.entries({ types, typesIPv6 })) {
    checkArray(`${name}.${of}`, list);
    for (const [i, type] of list.entries()) checkInteger(`${name}.${of}[${i}]`, type, 0, 0xff);
  }
}
