/** Why a host dropped a packet. */
export const HOST_DROP_REASONS = [
  'not-local',
  'multicast',
  'martian-source',
  'source-route',
  'no-connection',
  'no-connection-reset',
  'listener-ignored',
  'syn-queue-full',
  'accept-queue-full',
  'time-wait-ignored',
  'fin-wait-2-ignored',
  'icmp-no-connection',
  'icmp-record',
  'icmp-not-in-flight',
  'icmp-ignored',
  'no-route',
] as const;

/** One of {@link HOST_DROP_REASONS}. */
export type HostDropReason = (typeof HOST_DROP_REASONS)[number];

/** How much went through a host, and why packets were dropped. */
export class HostCounters {
  packetsReceived = 0;
  packetsSent = 0;
  resetsSent = 0;
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
  /** Orphans reset for being too many (Linux TCPAbortOnMemory). */
  orphansReset = 0;
  readonly dropped: Partial<Record<HostDropReason, number>> = {};

  drop(reason: HostDropReason): void {
    this.dropped[reason] = (this.dropped[reason] ?? 0) + 1;
  }
}
