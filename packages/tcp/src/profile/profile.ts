import { checkObject, checkText } from '@halfclose/codec/arguments';
import { checkProfile } from './check-profile.ts';
import type { CongestionControlName, CubicSlowStart, LingerUntil } from './rule-names.ts';

/**
 * Everything in which systems differ, as one object of named fields. Times are milliseconds unless the name says
 * otherwise. The default is {@link linux}; nothing else in the code asks which system it imitates.
 */
export interface Profile {
  readonly name: string;

  /** Options offered in our SYN. */
  readonly timestamps: boolean;
  readonly windowScaling: boolean;
  readonly sack: boolean;

  /** Smallest MSS taken from a peer: below, headers would be most of what is sent (net.ipv4.tcp_min_snd_mss). */
  readonly minMss: number;
  /**
   * A segment without timestamps is taken in although they were negotiated, as Linux does; else it is dropped silently,
   * unless it is a RST (RFC 7323, 3.2).
   */
  readonly toleratesMissingTimestamps: boolean;
  /**
   * By how much a timestamp may be older than the newest one (Linux TCP_PAWS_WINDOW): a segment that others overtake, and then
   * a retransmission that fills the hole before them, is no old duplicate. RFC 7323, 5.3 lets none pass.
   */
  readonly pawsWindow: number;

  /** Retransmission timeout before the first round-trip sample (RFC 6298, 2.1; Linux TCP_TIMEOUT_INIT). */
  readonly initialRto: number;
  /** The same once a handshake is over that gave no sample (RFC 6298, 5.7; Linux TCP_TIMEOUT_FALLBACK). */
  readonly fallbackRto: number;
  /** How long the least round-trip time is believed (RFC 8985, 6.2, step 1; net.ipv4.tcp_min_rtt_wlen). */
  readonly minRttWindow: number;
  /** Floor of the variance term of the RTO (Linux TCP_RTO_MIN; RFC 6298, 2.4 has 1 s). */
  readonly minRto: number;
  /** Ceiling of the RTO (Linux TCP_RTO_MAX; RFC 6298, 2.5). */
  readonly maxRto: number;
  /** SYN retransmissions after the linear ones (net.ipv4.tcp_syn_retries). */
  readonly synRetries: number;
  /** SYN retransmissions at a constant `initialRto` before backoff starts (net.ipv4.tcp_syn_linear_timeouts). */
  readonly synLinearTimeouts: number;
  /** SYN+ACK retransmissions (net.ipv4.tcp_synack_retries). */
  readonly synAckRetries: number;
  /**
   * R1 of RFC 9293, 3.8.3: after so many retransmissions, and the time that they take from `minRto` on, IP is told that
   * the way may be bad, and the application that nothing arrives (net.ipv4.tcp_retries1).
   */
  readonly retries1: number;
  /** R2 of RFC 9293, 3.8.3, as a count that stands for a time (net.ipv4.tcp_retries2). */
  readonly retries2: number;
  /** The same once nobody holds the connection any more (net.ipv4.tcp_orphan_retries; 0 there acts as 8). */
  readonly orphanRetries: number;

  /**
   * TCP_USER_TIMEOUT of a connection whose program has set none: how long text may stay unacknowledged, or behind a
   * closed window; 0: for as long as the retries take (RFC 5482, section 3, the local limit).
   */
  readonly userTimeout: number;

  /** Initial congestion window in segments (RFC 6928). */
  readonly initialWindow: number;
  /** net.ipv4.tcp_congestion_control. */
  readonly congestionControl: CongestionControlName;
  /** What ends CUBIC's slow start before a loss does. */
  readonly cubicSlowStart: CubicSlowStart;
  /** Whether cwnd decays over idle times (net.ipv4.tcp_slow_start_after_idle; RFC 5681, 4.1). */
  readonly slowStartAfterIdle: boolean;
  /** Segments that a burst has at least where more may go (net.ipv4.tcp_min_tso_segs). */
  readonly leastBurst: number;
  /** Finding out whether a retransmission timeout was spurious: F-RTO (RFC 5682; net.ipv4.tcp_frto). */
  readonly forwardRto: boolean;
  /** Explicit congestion notification (RFC 3168; net.ipv4.tcp_ecn): 0 never, 1 asked for and granted, 2 granted. */
  readonly ecn: 0 | 1 | 2;
  /** A SYN that asks for ECN is sent again without (RFC 3168, 6.1.1.1; net.ipv4.tcp_ecn_fallback). */
  readonly ecnFallback: boolean;
  /**
   * Packetization layer path MTU discovery (RFC 4821; net.ipv4.tcp_mtu_probing): 0 never, 1 when a path seems to drop
   * large segments silently, 2 from the beginning.
   */
  readonly mtuProbing: 0 | 1 | 2;
  /** Octets of text per segment that such a path is taken to pass at first (net.ipv4.tcp_base_mss; RFC 4821, 7.2). */
  readonly baseMss: number;
  /** The least that it is taken to pass (net.ipv4.tcp_mtu_probe_floor). */
  readonly mtuProbeFloor: number;
  /** How long what was found stays unquestioned (net.ipv4.tcp_probe_interval). */
  readonly mtuProbeInterval: number;
  /**
   * How long the MTU of a path is believed that ICMP told of; then larger packets find out whether the path has changed
   * (net.ipv4.route.mtu_expires, net.ipv6.route.mtu_expires; RFC 1191, 6.3; RFC 8201, 5.3).
   */
  readonly pathMtuExpiry: number;
  /**
   * The least MTU that ICMP is believed of a path of IPv4; told less, packets of this size go, which routers may cut
   * (net.ipv4.route.min_pmtu). IPv6 has 1280 (RFC 8201, section 4).
   */
  readonly minPathMtu: number;
  /** Most paths of which a host knows such an MTU; beyond, the one told of longest ago is forgotten (Linux FNHE_HASH_SIZE, FNHE_RECLAIM_DEPTH). */
  readonly maxPathMtus: number;
  /**
   * The MSS that we offer is that of the path as it is known (Linux ipv4_default_advmss); else of its link alone, as the
   * way of what the peer sends may be another (RFC 8201, 5.4; RFC 6691, section 2).
   */
  readonly offersMssOfPath: boolean;
  /**
   * In recovery, once and when nothing else may be sent, the last segment goes again, as nobody may tell of its loss
   * (RFC 6675, section 4, NextSeg rule 4). Linux leaves that to the retransmission timer.
   */
  readonly rescueRetransmission: boolean;
  /**
   * A reduction that turns out not to have been needed is taken back at once. Else cwnd lets go what was acknowledged, and
   * grows from there (RFC 4015, section 3.2, step 8).
   */
  readonly undoRestoresCwnd: boolean;
  /**
   * Without SACK, partial acknowledgments after the first one leave the retransmission timer running, so that it takes
   * over where many segments were lost: RFC 6582's "impatient" variant. Linux has the "slow-but-steady" one.
   */
  readonly impatientRecovery: boolean;
  /**
   * Duplicate acknowledgments, or segments SACKed, that mean a loss (RFC 5681, 3.2; RFC 8985, 6.2, step 4;
   * net.ipv4.tcp_reordering).
   */
  readonly reordering: number;
  /** What this may rise to on a path that is seen to bring segments out of order (net.ipv4.tcp_max_reordering). */
  readonly maxReordering: number;
  /**
   * The reordering timer of RACK counts whole ticks, and has so much added to what it waits for (Linux: jiffies of 4 ms at
   * HZ = 250, TCP_TIMEOUT_MIN_US); 0: it is exact (RFC 8985, 6.2, step 5).
   */
  readonly reorderingTick: number;
  readonly reorderingSlack: number;
  /** Tail loss probes (RFC 8985, section 7; net.ipv4.tcp_early_retrans). */
  readonly tailLossProbe: boolean;

  /** Shortest and longest time that an acknowledgment may be put off (Linux TCP_DELACK_MIN, TCP_DELACK_MAX). */
  readonly delayedAckMin: number;
  readonly delayedAckMax: number;
  /**
   * Acknowledgments of segments held behind a hole that may be told in one, after the first three, and how long that one
   * is put off at most (net.ipv4.tcp_comp_sack_nr, net.ipv4.tcp_comp_sack_delay_ns). RFC 5681, 4.2 has each at once: 0.
   */
  readonly compressedAcks: number;
  readonly compressedAckDelay: number;
  /**
   * An acknowledgment alone that begins before RCV.NXT is answered, as it may be a probe (RFC 9293, 3.8.4 and 3.10.7.4).
   * Linux answers those that begin before what it acknowledged last, and no old one by its timestamp.
   */
  readonly answersBeforeNext: boolean;
  /**
   * What of a segment lies beyond the window is cut off (RFC 9293, 3.10.7.4). Linux takes a segment whole while nothing is
   * unread, and nothing of it else (tcp_sequence).
   */
  readonly trimsToWindow: boolean;

  /** Receive buffer in octets: what it starts from and may grow to; SO_RCVBUF fixes it. Half of it is window, as
   * with Linux's overhead estimate (net.ipv4.tcp_rmem). */
  readonly receiveBufferInitial: number;
  readonly receiveBufferMax: number;
  /** Send buffer in octets: what it starts from, and may grow to with cwnd; SO_SNDBUF fixes it (net.ipv4.tcp_wmem; why
   * more here than there: docs/decisions/0007-send-buffer-limit.md). */
  readonly sendBufferInitial: number;
  readonly sendBufferMax: number;
  /** From so many bytes on that were written and not sent, no more is taken (net.ipv4.tcp_notsent_lowat). */
  readonly notSentLowat: number;

  /**
   * What the buffers of all connections of a host may take together, in octets, received and sent text alike, counted as
   * memory (docs/decisions/0005-memory-of-segments.md): above `memoryPressure` no buffer grows until less than `memoryLow`
   * is in use; nothing is taken in that would exceed `memoryHigh` (net.ipv4.tcp_mem, there in pages). Linux takes a sixteenth
   * of the machine's memory for `memoryPressure`, three quarters and one and a half of that for the others; so do these
   * defaults, of 2 GiB: docs/decisions/0009-memory-limit.md.
   */
  readonly memoryLow: number;
  readonly memoryPressure: number;
  readonly memoryHigh: number;
  /** What each buffer may take in any case (the first value of net.ipv4.tcp_rmem, and of net.ipv4.tcp_wmem). */
  readonly receiveBufferMin: number;
  readonly sendBufferMin: number;

  /** 2MSL: how long TIME-WAIT lasts (Linux TCP_TIMEWAIT_LEN). */
  readonly timeWait: number;
  /** How long an orphan may stay in FIN-WAIT-2; Infinity: for ever (net.ipv4.tcp_fin_timeout; docs/linux/closing.md, c11). */
  readonly finWait2: number;
  /**
   * The limit runs as soon as the program can receive no more: closed, or both directions shut. Else for orphans only
   * (4.4BSD tcp_usrclosed; docs/linux/notes.md, section 12). A half-closed socket that reads has none either way.
   */
  readonly finWait2LimitsWithoutReader: boolean;
  /**
   * At the limit, a connection whose peer has been heard of within `finWait2` stays for so long again; 0: the limit is
   * final (4.4BSD: tcp_maxidle, then each tcp_keepintvl).
   */
  readonly finWait2Recheck: number;
  /**
   * Each time that it looks, the peer is probed as by keep-alive, so that one that lives is heard of; else only what it
   * sends by itself counts. 4.4BSD looks at `t_idle` (tcp_timers, TCPT_2MSL) and probes with its keep-alives.
   */
  readonly finWait2Probes: boolean;
  /** What a limit has beyond the length of TIME-WAIT is waited for, and then again (docs/linux/closing.md, c08). */
  readonly finWait2ExcessCountsTwice: boolean;
  /** The limit is at least so many retransmission timeouts (Linux tcp_fin_time, tcp_time_wait). */
  readonly finWait2LeastRtos: number;
  /** The longest that TCP_LINGER2 may ask for (Linux TCP_FIN_TIMEOUT_MAX). */
  readonly linger2Max: number;
  /** A RST in TIME-WAIT at exactly RCV.NXT ends it; RFC 1337 says to ignore it (net.ipv4.tcp_rfc1337). */
  readonly resetEndsTimeWait: boolean;
  /**
   * A SYN whose number is not higher reopens a connection in TIME-WAIT if its timestamp is newer (RFC 6191;
   * docs/linux/closing.md, h12). A higher number does in any case.
   */
  readonly timestampReopensTimeWait: boolean;
  /** Such a SYN reopens it at all (h09); else it is answered with a RST (lwIP; docs/linux/notes.md, section 12). */
  readonly synReopensTimeWait: boolean;
  /** close() resets if text was not read (RFC 2525, 2.17; docs/linux/closing.md, a01); else it sends a FIN. */
  readonly unreadResets: boolean;
  /** linger {1,0} in CLOSING or LAST-ACK with everything sent: no segment, the connection vanishes. */
  readonly lingerZeroVanishesWhenAllSent: boolean;
  /** linger {1,0} with nothing on its way: a RST as ever; else an orderly end (lwIP; docs/linux/notes.md, section 12). */
  readonly lingerZeroResetsIdle: boolean;
  /**
   * What ends a lingering close() before its time (docs/linux/closing.md, e01, e06): Linux waits for its FIN's
   * acknowledgment, lwIP for that of its text, gVisor for the end (docs/linux/notes.md, section 12).
   */
  readonly lingerUntil: LingerUntil;
  /** When the time of a lingering close() is over, the connection is reset (lwIP); else it goes on (e02). */
  readonly lingerTimeoutResets: boolean;
  /** Text that comes after SHUT_RD is answered with a RST (lwIP); else taken in, and can be read (f01). */
  readonly textAfterShutdownResets: boolean;
  /** SHUT_WR when our FIN is queued already fails with ENOTCONN (lwIP); else it succeeds and does nothing (f05). */
  readonly secondShutdownFails: boolean;
  /**
   * A RST is taken beside RCV.NXT as well: on the peer's FIN, once that was taken in, and at the right edge of what is
   * held behind a hole (docs/linux/closing.md, k05, k06). RFC 5961, 3.2 has the exact number alone.
   */
  readonly resetsAtOtherEdges: boolean;
  /** A RST after a simultaneous open says that the peer refuses (RFC 9293, 3.10.7.4); to Linux it resets as any other. */
  readonly resetRefusesSimultaneousOpen: boolean;
  /** Data and a FIN on the peer's SYN+ACK are taken in (RFC 9293, 3.10.7.3). Linux leaves them to be sent again. */
  readonly takesDataOfSyn: boolean;
  /** In TIME-WAIT segments without the ACK flag are dropped (RFC 9293, 3.10.7.4); Linux acknowledges them. */
  readonly timeWaitIgnoresWithoutAck: boolean;
  /** Shortest time between two answers to unacceptable segments without text (net.ipv4.tcp_invalid_ratelimit). */
  readonly challengeAckInterval: number;

  /** Defaults of TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT. */
  readonly keepAliveIdle: number;
  readonly keepAliveInterval: number;
  readonly keepAliveProbes: number;
  /** Keep-alives carry an octet of garbage, for peers that answer nothing else (RFC 9293, 3.8.4, MAY-6). */
  readonly keepAliveGarbage: boolean;
  /** A connection that dies of unanswered keep-alives says so with a RST. */
  readonly keepAliveResets: boolean;

  /** TTL and hop limit of packets whose socket says nothing else (net.ipv4.ip_default_ttl, net.ipv6.conf.*.hop_limit). */
  readonly hopLimit: number;

  /**
   * An ICMP error ends an attempt to connect also if it says "network, host or source route unreachable", "time exceeded" or
   * "parameter problem" (RFC 5461, 3.1; docs/linux/closing.md, l20). RFC 9293, 3.9.2.2 (MUST-56) says that it must not.
   */
  readonly unreachableEndsOpening: boolean;
  /**
   * One that says "protocol or port unreachable" ends a connection in any state (RFC 9293, 3.9.2.2, SHLD-26), not only
   * an attempt to connect (RFC 5927, 5.2, and Linux).
   */
  readonly hardErrorsEndConnections: boolean;

  /** ICMP errors that quote SND.NXT are believed, too; RFC 5927, 4.1 has what is in flight alone. */
  readonly icmpMayQuoteNext: boolean;
  /**
   * Of a half-open entry of a listener an ICMP error is believed only if it quotes the SYN+ACK: it goes, or nothing happens
   * (Linux tcp_req_err).
   */
  readonly halfOpenGoesByIcmp: boolean;
  /** "Network or host unreachable" about the oldest segment takes a doubling of the retransmission timeout back (RFC 6069). */
  readonly icmpRevertsBackoff: boolean;

  /** Packets that came by a source route are taken in (net.ipv4.conf.*.accept_source_route; RFC 9293, 3.9.2.1). */
  readonly acceptSourceRoute: boolean;

  /** Echo requests are not answered (net.ipv4.icmp_echo_ignore_all, net.ipv6.icmp.echo_ignore_all). */
  readonly ignoresEchoes: boolean;
  /**
   * How long fragments wait for others after the first of their packet (net.ipv4.ipfrag_time; net.ipv6.ip6frag_time, RFC
   * 8200, 4.5).
   */
  readonly fragmentTimeout: number;
  readonly fragmentTimeoutIPv6: number;
  /**
   * What fragments that wait may take in bytes, for each of IPv4 and IPv6 (net.ipv4.ipfrag_high_thresh,
   * net.ipv6.ip6frag_high_thresh). Beyond, the packet that has waited longest is given up, where Linux takes in no new ones.
   */
  readonly fragmentMemory: number;

  /**
   * Most packets from wires that wait for the host to take them in; more are dropped, as no host keeps up with everything
   * that can be sent to it (net.core.netdev_max_backlog, of which Linux has one for each processor).
   */
  readonly maxInputBacklog: number;
  /** Upper bound of a listener's backlog (net.core.somaxconn). */
  readonly maxBacklog: number;
  /**
   * SYNs are answered with SYN cookies (RFC 4987, 3.6; net.ipv4.tcp_syncookies): 0 never, and a full SYN queue drops
   * them; 1 when the SYN queue is full; 2 always.
   */
  readonly synCookies: 0 | 1 | 2;
  /**
   * TCP Fast Open (RFC 7413; net.ipv4.tcp_fastopen), for who asks for it, as bits: 1 clients may use it, 2 listeners may; 4
   * clients send text without a cookie; 0x200 listeners take text without one; 0x400 all listeners have it, not only those that
   * set TCP_FASTOPEN.
   */
  readonly fastOpen: number;
  /**
   * For how long clients do without Fast Open when a path seems to swallow what follows on it, twice as long each time up to 64
   * times; 0: never (net.ipv4.tcp_fastopen_blackhole_timeout_sec).
   */
  readonly fastOpenBlackHole: number;
  /** A full accept queue answers the handshake's ACK with a RST (net.ipv4.tcp_abort_on_overflow). */
  readonly abortOnOverflow: boolean;
  /** First and last ephemeral port (net.ipv4.ip_local_port_range). */
  readonly ephemeralPortFirst: number;
  readonly ephemeralPortLast: number;
  /**
   * Most orphans per host: connections that no program holds and that have text or a FIN to bring over. Beyond, the one
   * that would become one is reset, and so is one whose retransmission timer strikes; a network error counts the orphans
   * of the host double for it (net.ipv4.tcp_max_orphans). Linux makes it depend on memory, up to this default.
   */
  readonly maxOrphans: number;
  /** Most TIME-WAIT entries per host; beyond, TIME-WAIT is skipped (net.ipv4.tcp_max_tw_buckets). */
  readonly maxTimeWaits: number;
  /** A connect() without a bound port may take one in TIME-WAIT after 1 s if timestamps guard it
   * (net.ipv4.tcp_tw_reuse: 0 never, 1 always, 2 on loopback). */
  readonly timeWaitReuse: 0 | 1 | 2;
  /** How long TIME-WAIT must have lasted for that (net.ipv4.tcp_tw_reuse_delay). */
  readonly timeWaitReuseDelay: number;
}

/** What Linux 6.18 does with default settings, as measured in docs/linux/closing.md and read from its sysctls. */
export const linux: Profile = {
  name: 'linux',
  timestamps: true,
  windowScaling: true,
  sack: true,
  minMss: 48,
  toleratesMissingTimestamps: true,
  pawsWindow: 1,
  initialRto: 1000,
  fallbackRto: 3000,
  minRttWindow: 300_000,
  minRto: 200,
  maxRto: 120_000,
  synRetries: 6,
  synLinearTimeouts: 4,
  synAckRetries: 5,
  retries1: 3,
  retries2: 15,
  orphanRetries: 8,
  userTimeout: 0,
  initialWindow: 10,
  congestionControl: 'cubic',
  cubicSlowStart: 'hystart',
  slowStartAfterIdle: true,
  leastBurst: 2,
  forwardRto: true,
  ecn: 2,
  ecnFallback: true,
  mtuProbing: 0,
  rescueRetransmission: false,
  impatientRecovery: false,
  undoRestoresCwnd: true,
  baseMss: 1024,
  mtuProbeFloor: 48,
  mtuProbeInterval: 600_000,
  pathMtuExpiry: 600_000,
  minPathMtu: 552,
  maxPathMtus: 10_240,
  offersMssOfPath: true,
  reordering: 3,
  maxReordering: 300,
  reorderingTick: 4,
  reorderingSlack: 2,
  tailLossProbe: true,
  delayedAckMin: 40,
  delayedAckMax: 200,
  compressedAcks: 44,
  compressedAckDelay: 1,
  answersBeforeNext: false,
  trimsToWindow: false,
  receiveBufferInitial: 131_072,
  receiveBufferMax: 33_554_432,
  sendBufferInitial: 262_144,
  sendBufferMax: 33_554_432,
  notSentLowat: 0xffff_ffff,
  memoryLow: 100_663_296,
  memoryPressure: 134_217_728,
  memoryHigh: 201_326_592,
  receiveBufferMin: 4096,
  sendBufferMin: 4096,
  timeWait: 60_000,
  finWait2: 60_000,
  finWait2LimitsWithoutReader: false,
  finWait2Recheck: 0,
  finWait2Probes: false,
  finWait2ExcessCountsTwice: true,
  finWait2LeastRtos: 3.5,
  linger2Max: 120_000,
  resetEndsTimeWait: true,
  timestampReopensTimeWait: true,
  synReopensTimeWait: true,
  unreadResets: true,
  lingerZeroVanishesWhenAllSent: true,
  lingerZeroResetsIdle: true,
  lingerUntil: 'fin',
  lingerTimeoutResets: false,
  textAfterShutdownResets: false,
  secondShutdownFails: false,
  resetsAtOtherEdges: true,
  resetRefusesSimultaneousOpen: false,
  takesDataOfSyn: false,
  timeWaitIgnoresWithoutAck: false,
  challengeAckInterval: 500,
  keepAliveIdle: 7_200_000,
  keepAliveInterval: 75_000,
  keepAliveProbes: 9,
  keepAliveGarbage: false,
  keepAliveResets: true,
  hopLimit: 64,
  unreachableEndsOpening: true,
  hardErrorsEndConnections: false,
  icmpMayQuoteNext: true,
  halfOpenGoesByIcmp: true,
  icmpRevertsBackoff: true,
  acceptSourceRoute: false,
  ignoresEchoes: false,
  fragmentTimeout: 30_000,
  fragmentTimeoutIPv6: 60_000,
  fragmentMemory: 4_194_304,
  maxInputBacklog: 1000,
  maxBacklog: 4096,
  synCookies: 1,
  fastOpen: 1,
  fastOpenBlackHole: 0,
  abortOnOverflow: false,
  ephemeralPortFirst: 32_768,
  ephemeralPortLast: 60_999,
  maxOrphans: 131_072,
  maxTimeWaits: 131_072,
  timeWaitReuse: 2,
  timeWaitReuseDelay: 1000,
};

/**
 * What the RFCs say where Linux does otherwise: 2MSL of four minutes (RFC 9293, 3.4.2), no limit to FIN-WAIT-2, RSTs do
 * not end TIME-WAIT (RFC 1337), a minimum RTO of one second and no linear SYN retransmissions (RFC 6298), linger 0
 * resets in every state, timestamps once agreed on are in every segment (RFC 7323, 3.2), and RSTs stand exactly at
 * RCV.NXT (RFC 5961, 3.2). A SYN is sent again for more than three minutes (RFC 9293, 3.8.3, MUST-23); ICMP errors end
 * what RFC 9293, 3.9.2.2 says; source routes are taken for the way back. A path that drops silently is suspected
 * (RFC 4821, 7.7), what it takes is not offered as the MSS (RFC 8201, 5.4). Recovery is that of RFC 6675 with the rescue
 * retransmission, RFC 6582's impatient variant and RFC 4015's response; three duplicates always mean a loss (RFC 5681),
 * and no timestamp may be older (RFC 7323, 5.3).
 */
export const rfc9293: Profile = {
  ...linux,
  name: 'rfc9293',
  cubicSlowStart: 'hystart++',
  reorderingTick: 0,
  reorderingSlack: 0,
  compressedAcks: 0,
  answersBeforeNext: true,
  trimsToWindow: true,
  mtuProbing: 1,
  offersMssOfPath: false,
  rescueRetransmission: true,
  impatientRecovery: true,
  undoRestoresCwnd: false,
  maxReordering: 3,
  toleratesMissingTimestamps: false,
  pawsWindow: 0,
  minRto: 1000,
  synRetries: 8,
  synLinearTimeouts: 0,
  synAckRetries: 8,
  unreachableEndsOpening: false,
  hardErrorsEndConnections: true,
  icmpMayQuoteNext: false,
  halfOpenGoesByIcmp: false,
  acceptSourceRoute: true,
  timeWait: 240_000,
  finWait2: Infinity,
  finWait2LeastRtos: 0,
  resetEndsTimeWait: false,
  resetsAtOtherEdges: false,
  resetRefusesSimultaneousOpen: true,
  takesDataOfSyn: true,
  timeWaitIgnoresWithoutAck: true,
  lingerZeroVanishesWhenAllSent: false,
  timeWaitReuse: 0,
};

/**
 * How 4.4BSD closes (Stevens and Wright, TCP/IP Illustrated, volume 2; docs/linux/notes.md, section 12): an MSL of 30
 * s; FIN-WAIT-2 limited once nobody can receive, to 10 minutes and then as long as the peer is heard of, looked at
 * and probed each 75 s; unread text does not make close() reset; linger 0 resets in every state; timestamps do not reopen
 * TIME-WAIT; 12 retransmissions, and 8 keep-alives. In what does not belong to closing it is as {@link linux}.
 */
export const bsd: Profile = {
  ...linux,
  name: 'bsd',
  compressedAcks: 0,
  answersBeforeNext: true,
  trimsToWindow: true,
  minRto: 1000,
  maxRto: 64_000,
  synLinearTimeouts: 0,
  retries2: 12,
  orphanRetries: 12,
  timeWait: 60_000,
  finWait2: 600_000,
  finWait2LimitsWithoutReader: true,
  finWait2Recheck: 75_000,
  finWait2Probes: true,
  finWait2ExcessCountsTwice: false,
  finWait2LeastRtos: 0,
  timestampReopensTimeWait: false,
  unreadResets: false,
  lingerZeroVanishesWhenAllSent: false,
  keepAliveProbes: 8,
  timeWaitReuse: 0,
};

/** The profiles by name. */
export const PROFILES: Readonly<Record<string, Profile>> = { linux, rfc9293, bsd };

/**
 * A copy of `base` (the default: {@link linux}) with some fields changed.
 *
 * @throws TypeError or RangeError that names a field which is unknown, or has an impossible value
 */
export function profile(changes: Partial<Profile>, base: Profile = linux): Profile {
  checkProfile('changes', changes, linux);
  checkWholeProfile('base', base);
  return { ...base, ...changes };
}

/**
 * Checks that `value` is a profile with all of its fields.
 *
 * @throws TypeError or RangeError that names what is missing, unknown or impossible
 */
export function checkWholeProfile(name: string, value: Profile): void {
  checkText('name', name);
  checkObject(name, value, 'a Profile: linux, rfc9293, bsd, or what profile() makes');
  checkProfile(name, value, linux);
  for (const field of Object.keys(linux)) {
    if (Reflect.get(value, field) === undefined)
      throw new TypeError(`${name}.${field} is missing: profile() makes whole ones`);
  }
}
