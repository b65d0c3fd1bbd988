import { checkOneOf } from '@halfclose/codec/arguments';
import type { MemoryCounters } from '@halfclose/tcp';

/** Why a host dropped a packet, or text out of one. */
export const HOST_DROP_REASONS = [
  'input-backlog-full',
  'not-local',
  'multicast',
  'broadcast',
  'martian-source',
  'martian-destination',
  'loopback-address-on-wire',
  'source-route',
  'no-connection',
  'no-connection-reset',
  'listener-ignored',
  'syn-queue-full',
  'accept-queue-full',
  'time-wait-ignored',
  'fin-wait-2-ignored',
  'icmp-martian',
  'icmp-no-connection',
  'icmp-record',
  'icmp-not-in-flight',
  'icmp-ignored',
  'icmp-echo-ignored',
  'fragment-length',
  'fragment-oversize',
  'fragment-tiny',
  'fragment-duplicate',
  'fragment-overlap',
  'fragment-beyond-end',
  'fragment-ecn',
  'fragment-timeout',
  'fragment-memory',
  'no-route',
  'receive-memory',
  'out-of-order-memory',
] as const;

/** One of {@link HOST_DROP_REASONS}. */
export type HostDropReason = (typeof HOST_DROP_REASONS)[number];

/** How much went through a host, and why packets were dropped. */
export class HostCounters implements MemoryCounters {
  packetsReceived = 0;
  packetsSent = 0;
  resetsSent = 0;
  /** Echo requests that were answered. */
  echoesAnswered = 0;
  /** Errors of ICMP that were sent about what came from wires. */
  icmpErrorsSent = 0;
  /** Errors that were not, for there had been as many to all (Linux IcmpOutRateLimitGlobal), or to their receiver
   * (IcmpOutRateLimitHost). */
  icmpErrorsLimited = 0;
  icmpErrorsLimitedByTarget = 0;
  /**
   * Fragments from wires, and packets that were put together of them (RFC 2011, ipReasmReqds, ipReasmOKs). Fragments that were
   * dropped, alone or with their datagram, are among `dropped` each.
   */
  fragmentsReceived = 0;
  datagramsReassembled = 0;
  connectionsOpened = 0;
  connectionsAccepted = 0;
  timeWaitsEntered = 0;
  /** TIME-WAITs skipped because the table was full (net.ipv4.tcp_max_tw_buckets). */
  timeWaitsSkipped = 0;
  /** SYNs answered with a SYN cookie, cookies that came back, and acknowledgments that should have brought one and did
   * not (Linux SyncookiesSent, SyncookiesRecv, SyncookiesFailed). */
  synCookiesSent = 0;
  synCookiesReceived = 0;
  synCookiesFailed = 0;
  memoryPressures = 0;
  outOfOrderPruned = 0;
  sendsCutShort = 0;
  /** Orphans reset for being too many, or for want of memory (Linux TCPAbortOnMemory). */
  orphansReset = 0;
  readonly dropped: Partial<Record<HostDropReason, number>> = {};

  /** One more for `reason`; throws a TypeError or RangeError for what is none. */
  drop(reason: HostDropReason): void {
    const before = this.dropped[reason];
    if (before === undefined) checkOneOf('reason', reason, HOST_DROP_REASONS);
    this.dropped[reason] = (before ?? 0) + 1;
  }
}
