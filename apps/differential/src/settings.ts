import { linux, type Profile } from '@halfclose/stack';

/** What both sides are set to: what docs/linux was measured with, and what the machine may have set otherwise. */
export const SYSCTLS: Readonly<Record<string, string>> = {
  tcp_rmem: '4096 131072 6291456',
  tcp_wmem: '4096 262144 4194304',
  tcp_timestamps: '1',
  tcp_sack: '1',
  tcp_dsack: '1',
  tcp_window_scaling: '1',
  tcp_congestion_control: 'cubic',
  tcp_ecn: '2',
  tcp_fastopen: '1',
  tcp_syncookies: '1',
  tcp_syn_retries: '6',
  tcp_synack_retries: '5',
  tcp_fin_timeout: '60',
  tcp_orphan_retries: '0',
  tcp_retries1: '3',
  tcp_retries2: '15',
  tcp_rfc1337: '0',
  tcp_tw_reuse: '2',
  tcp_abort_on_overflow: '0',
  tcp_invalid_ratelimit: '500',
  tcp_challenge_ack_limit: '2147483647',
  tcp_early_retrans: '3',
  tcp_recovery: '1',
  tcp_slow_start_after_idle: '1',
  tcp_no_metrics_save: '1',
};

const SECOND = 1000;
/** Linux takes 0 to mean 8 while the retransmission timeout is short of its ceiling. */
const ORPHAN_RETRIES_OF_ZERO = 8;

/** What a sysctl is in a profile. Those that are not here must be as in {@link SYSCTLS}. */
const FIELDS: Readonly<Record<string, (values: readonly number[]) => Partial<Profile>>> = {
  tcp_rmem: ([receiveBufferMin = 0, receiveBufferInitial = 0, receiveBufferMax = 0]) => ({
    receiveBufferMin,
    receiveBufferInitial,
    receiveBufferMax,
  }),
  tcp_wmem: ([sendBufferMin = 0, sendBufferInitial = 0, sendBufferMax = 0]) => ({
    sendBufferMin,
    sendBufferInitial,
    sendBufferMax,
  }),
  tcp_ecn: ([ecn]) => ({ ecn: ecn === 1 ? 1 : ecn === 2 ? 2 : 0 }),
  tcp_syn_retries: ([synRetries = 0]) => ({ synRetries }),
  tcp_synack_retries: ([synAckRetries = 0]) => ({ synAckRetries }),
  tcp_fin_timeout: ([seconds = 0]) => ({ finWait2: seconds * SECOND }),
  tcp_orphan_retries: ([retries = 0]) => ({ orphanRetries: retries || ORPHAN_RETRIES_OF_ZERO }),
  tcp_retries2: ([retries2 = 0]) => ({ retries2 }),
  tcp_early_retrans: ([value = 0]) => ({ tailLossProbe: value >= 3 }),
  tcp_abort_on_overflow: ([value]) => ({ abortOnOverflow: value !== 0 }),
  tcp_rfc1337: ([value]) => ({ resetEndsTimeWait: value === 0 }),
};

/** The profile of {@link SYSCTLS} with these others; text: what of them a profile has no field for. */
export function profileOf(sysctls: Readonly<Record<string, string>>): Profile | string {
  let profile: Profile = linux;
  for (const [name, value] of Object.entries({ ...SYSCTLS, ...sysctls })) {
    const field = FIELDS[name];
    if (name === 'tcp_congestion_control' && (value === 'cubic' || value === 'reno'))
      profile = { ...profile, congestionControl: value };
    else if (field !== undefined) profile = { ...profile, ...field(value.split(/\s+/).map(Number)) };
    else if (SYSCTLS[name] !== value) return `${name}=${value}`;
  }
  return profile;
}
