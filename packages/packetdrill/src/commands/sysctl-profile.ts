import type { Profile } from '@halfclose/stack';

/** Fields of a profile as a script may change them. */
export type MutableProfile = { -readonly [K in keyof Profile]: Profile[K] };

const SECOND = 1000;
/** Octets of a page, in which the kernel counts memory. */
const PAGE = 4096;
/** Linux takes 0 to mean 8 while the retransmission timeout is short of its ceiling. */
const ORPHAN_RETRIES_OF_ZERO = 8;

/** What a setting does to a profile. Throws nothing: values were checked to be numbers. */
type Setting = (profile: MutableProfile, values: readonly number[]) => void;

const one =
  (set: (profile: MutableProfile, value: number) => void): Setting =>
  (profile, [value = 0]) => {
    set(profile, value);
  };

/** Sysctls that have a field in the profile, without `net.ipv4.`. */
const SETTINGS: Readonly<Record<string, Setting>> = {
  tcp_mem: (profile, [low = 0, pressure = 0, high = 0]) => {
    profile.memoryLow = low * PAGE;
    profile.memoryPressure = pressure * PAGE;
    profile.memoryHigh = high * PAGE;
  },
  tcp_rmem: (profile, [min = 4096, initial = 131_072, max = 6_291_456]) => {
    profile.receiveBufferMin = min;
    profile.receiveBufferInitial = initial;
    profile.receiveBufferMax = max;
  },
  tcp_wmem: (profile, [min = 4096, initial = 16_384, max = 4_194_304]) => {
    profile.sendBufferMin = min;
    profile.sendBufferInitial = initial;
    profile.sendBufferMax = max;
  },
  tcp_timestamps: one((profile, value) => (profile.timestamps = value !== 0)),
  tcp_sack: one((profile, value) => (profile.sack = value !== 0)),
  tcp_window_scaling: one((profile, value) => (profile.windowScaling = value !== 0)),
  tcp_syn_retries: one((profile, value) => (profile.synRetries = value)),
  tcp_syn_linear_timeouts: one((profile, value) => (profile.synLinearTimeouts = value)),
  tcp_synack_retries: one((profile, value) => (profile.synAckRetries = value)),
  tcp_retries1: one((profile, value) => (profile.retries1 = value)),
  tcp_retries2: one((profile, value) => (profile.retries2 = value)),
  tcp_orphan_retries: one((profile, value) => (profile.orphanRetries = value || ORPHAN_RETRIES_OF_ZERO)),
  tcp_fin_timeout: one((profile, value) => (profile.finWait2 = value * SECOND)),
  tcp_rfc1337: one((profile, value) => (profile.resetEndsTimeWait = value === 0)),
  tcp_syncookies: one((profile, value) => (profile.synCookies = value === 1 ? 1 : value === 2 ? 2 : 0)),
  tcp_notsent_lowat: one((profile, value) => (profile.notSentLowat = value)),
  tcp_fastopen: one((profile, value) => (profile.fastOpen = value)),
  tcp_fastopen_blackhole_timeout_sec: one((profile, value) => (profile.fastOpenBlackHole = value * SECOND)),
  tcp_abort_on_overflow: one((profile, value) => (profile.abortOnOverflow = value !== 0)),
  tcp_invalid_ratelimit: one((profile, value) => (profile.challengeAckInterval = value)),
  tcp_early_retrans: one((profile, value) => (profile.tailLossProbe = value >= 3)),
  tcp_frto: one((profile, value) => (profile.forwardRto = value !== 0)),
  tcp_ecn: one((profile, value) => (profile.ecn = value === 1 ? 1 : value === 2 ? 2 : 0)),
  tcp_ecn_fallback: one((profile, value) => (profile.ecnFallback = value !== 0)),
  tcp_mtu_probing: one((profile, value) => (profile.mtuProbing = value === 1 ? 1 : value === 2 ? 2 : 0)),
  tcp_base_mss: one((profile, value) => (profile.baseMss = value)),
  tcp_mtu_probe_floor: one((profile, value) => (profile.mtuProbeFloor = value)),
  tcp_probe_interval: one((profile, value) => (profile.mtuProbeInterval = value * SECOND)),
  'route.mtu_expires': one((profile, value) => (profile.pathMtuExpiry = value * SECOND)),
  'route.min_pmtu': one((profile, value) => (profile.minPathMtu = value)),
  tcp_slow_start_after_idle: one((profile, value) => (profile.slowStartAfterIdle = value !== 0)),
  tcp_min_tso_segs: one((profile, value) => (profile.leastBurst = value)),
  tcp_rto_max_ms: one((profile, value) => (profile.maxRto = value)),
  tcp_min_snd_mss: one((profile, value) => (profile.minMss = value)),
  tcp_max_orphans: one((profile, value) => (profile.maxOrphans = value)),
  tcp_max_tw_buckets: one((profile, value) => (profile.maxTimeWaits = value)),
  tcp_keepalive_time: one((profile, value) => (profile.keepAliveIdle = value * SECOND)),
  tcp_keepalive_intvl: one((profile, value) => (profile.keepAliveInterval = value * SECOND)),
  tcp_keepalive_probes: one((profile, value) => (profile.keepAliveProbes = value)),
  'net.core.netdev_max_backlog': one((profile, value) => (profile.maxInputBacklog = value)),
  icmp_echo_ignore_all: one((profile, value) => (profile.ignoresEchoes = value !== 0)),
  ipfrag_time: one((profile, value) => (profile.fragmentTimeout = value * SECOND)),
  ipfrag_high_thresh: one((profile, value) => (profile.fragmentMemory = value)),
  ip_default_ttl: one((profile, value) => (profile.hopLimit = value)),
  tcp_tw_reuse: one((profile, value) => (profile.timeWaitReuse = value === 1 ? 1 : value === 2 ? 2 : 0)),
};

/** Settings whose only value here is what the stack does anyway. */
const FIXED: Readonly<Record<string, readonly string[]>> = {
  tcp_dsack: ['1'],
  tcp_recovery: ['1'],
  tcp_challenge_ack_limit: ['2147483647'],
};

/**
 * Settings of parts that are not here: listed, and what they would change in packets shows in the packets. Those after
 * the first line are in the `defaults.sh` of the public suite.
 */
const WITHOUT_MEANING = [
  ...['tcp_fack', 'tcp_no_metrics_save'],
  ...['tcp_reordering', 'tcp_tso_win_divisor', 'tcp_ecn_option'],
  ...['tcp_pacing_ss_ratio', 'tcp_pacing_ca_ratio'],
];

/** What became of a setting: done, of no meaning here, or why it cannot be done. */
export type SettingOutcome =
  | { readonly kind: 'set' }
  | { readonly kind: 'ignored' }
  | { readonly kind: 'unsupported'; readonly reason: string };

/** The keys that a value of `net.ipv4.tcp_fastopen_key` has, four words each; `null`: it is none. */
export function fastOpenKeysOf(value: string): Uint32Array[] | null {
  const keys = value.split(',').map((key) => key.split('-'));
  const isKey = (words: readonly string[]): boolean =>
    words.length === 4 && words.every((word) => /^[0-9a-f]{1,8}$/i.test(word));
  if (keys.length > 2 || !keys.every(isKey)) return null;
  return keys.map((words) => Uint32Array.from(words, (word) => Number.parseInt(word, 16)));
}

/** Sets what `sysctl -w name=value` would, in a profile that a host works with. */
export function applySysctl(profile: MutableProfile, name: string, value: string): SettingOutcome {
  const short = name.replace(/^net\.ipv4\./, '');
  if (short === 'tcp_congestion_control' && (value === 'reno' || value === 'cubic')) {
    profile.congestionControl = value;
    return { kind: 'set' };
  }
  if (short === 'tcp_fastopen_key') {
    // Its place is the host, not the profile.
    return fastOpenKeysOf(value) === null
      ? { kind: 'unsupported', reason: `${name}=${value}` }
      : { kind: 'set' };
  }
  const setting = SETTINGS[short];
  if (setting !== undefined) {
    const values = value.split(' ').map(Number);
    if (values.some((number) => !Number.isFinite(number))) {
      return { kind: 'unsupported', reason: `${name}=${value} is no number` };
    }
    setting(profile, values);
    return { kind: 'set' };
  }
  const fixed = FIXED[short];
  if (fixed !== undefined) {
    return fixed.includes(value) ? { kind: 'set' } : { kind: 'unsupported', reason: `${name}=${value}` };
  }
  return WITHOUT_MEANING.includes(short) ? { kind: 'ignored' } : { kind: 'unsupported', reason: `${name}` };
}
