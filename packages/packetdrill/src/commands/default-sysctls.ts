import type { CommandAction } from './command-action.ts';

/** What `./defaults.sh` beside the closing scripts sets, without `net.ipv4.`: docs/linux was measured with it. */
export const LINUX_CLOSING_SYSCTLS: Readonly<Record<string, string>> = {
  tcp_rmem: '4096 131072 6291456',
  tcp_wmem: '4096 262144 4194304',
  tcp_timestamps: '1',
  tcp_sack: '1',
  tcp_dsack: '1',
  tcp_window_scaling: '1',
  tcp_congestion_control: 'reno',
  tcp_ecn: '0',
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
};

/** The settings that scripts of the public packetdrill suite start from: what its `defaults.sh` amounts to. */
const PACKETDRILL: Readonly<Record<string, string>> = {
  tcp_rmem: '4096 540000 15728640',
  tcp_wmem: '4096 262144 4194304',
  tcp_timestamps: '1',
  tcp_syn_retries: '5',
  tcp_synack_retries: '5',
  tcp_frto: '2',
  tcp_sack: '1',
  tcp_dsack: '1',
  tcp_fack: '0',
  tcp_reordering: '3',
  tcp_congestion_control: 'cubic',
  tcp_slow_start_after_idle: '0',
  tcp_early_retrans: '4',
  tcp_recovery: '1',
  tcp_tso_win_divisor: '3',
  tcp_ecn: '0',
  tcp_ecn_option: '2',
  tcp_pacing_ss_ratio: '200',
  tcp_pacing_ca_ratio: '120',
  tcp_notsent_lowat: '4294967295',
  tcp_fastopen: '0x70403',
  tcp_fastopen_key: 'a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4',
  tcp_syncookies: '1',
};

/** The sysctls that a `defaults.sh` sets where its text is not at hand. */
export function defaultSettings(suite: 'linux-closing' | 'packetdrill'): CommandAction[] {
  const settings = suite === 'linux-closing' ? LINUX_CLOSING_SYSCTLS : PACKETDRILL;
  return Object.entries(settings).map(([name, value]) => ({
    kind: 'sysctl',
    name: `net.ipv4.${name}`,
    value,
  }));
}
