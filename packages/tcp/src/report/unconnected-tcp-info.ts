import { checkInteger } from '@halfclose/codec/arguments';
import { checkIsProfile } from '../profile/check-profile.ts';
import type { Profile } from '../profile/profile.ts';
import { STATE_NUMBER, type TcpInfo } from './tcp-info.ts';

/** TCP_INFO of what has no connection, as Linux fills it (tcp_init_sock, tcp_get_info); times since something happened are 0. */
const NOTHING: TcpInfo = {
  tcpi_state: STATE_NUMBER.CLOSED,
  tcpi_ca_state: 0,
  tcpi_retransmits: 0,
  tcpi_probes: 0,
  tcpi_backoff: 0,
  tcpi_options: 0,
  tcpi_fastopen_client_fail: 0,
  tcpi_snd_wscale: 0,
  tcpi_rcv_wscale: 0,
  tcpi_rto: 0,
  tcpi_ato: 0,
  tcpi_snd_mss: 0,
  tcpi_rcv_mss: 0,
  tcpi_unacked: 0,
  tcpi_sacked: 0,
  tcpi_lost: 0,
  tcpi_retrans: 0,
  tcpi_total_retrans: 0,
  tcpi_total_rto: 0,
  tcpi_total_rto_recoveries: 0,
  tcpi_total_rto_time: 0,
  tcpi_delivered: 0,
  tcpi_delivered_ce: 0,
  tcpi_busy_time: 0,
  tcpi_rwnd_limited: 0,
  tcpi_sndbuf_limited: 0,
  tcpi_last_data_sent: 0,
  tcpi_last_data_recv: 0,
  tcpi_last_ack_recv: 0,
  tcpi_rtt: 0,
  tcpi_rttvar: 0,
  tcpi_min_rtt: 0,
  tcpi_snd_ssthresh: 0,
  tcpi_snd_cwnd: 0,
  tcpi_reordering: 0,
  tcpi_advmss: 0,
  tcpi_pmtu: 0,
  tcpi_rcv_rtt: 0,
  tcpi_rcv_space: 0,
  tcpi_bytes_acked: 0,
  tcpi_bytes_sent: 0,
  tcpi_bytes_retrans: 0,
  tcpi_segs_out: 0,
  tcpi_segs_in: 0,
  tcpi_data_segs_out: 0,
  tcpi_data_segs_in: 0,
  tcpi_rcv_ooopack: 0,
  tcpi_dsack_dups: 0,
  tcpi_reord_seen: 0,
  tcpi_bytes_received: 0,
  tcpi_notsent_bytes: 0,
  tcpi_snd_wnd: 0,
  tcpi_rcv_wnd: 0,
  tcpi_rcv_ssthresh: 0,
};

/** The MSS where the peer has told none (RFC 9293, 3.7.1). */
const DEFAULT_MSS = 536;
const INITIAL_REORDERING = 3;

/**
 * TCP_INFO of a socket that never had a connection: CLOSED, and what one would begin with.
 *
 * @throws TypeError for what is no profile
 */
export function closedTcpInfo(profile: Profile): TcpInfo {
  checkIsProfile(profile);
  const { initialRto, initialWindow } = profile;
  return {
    ...NOTHING,
    tcpi_rto: initialRto * 1000,
    // A quarter of the first timeout, as mdev_us is in units of that.
    tcpi_rttvar: initialRto * 250,
    tcpi_min_rtt: 0xffffffff,
    tcpi_snd_mss: DEFAULT_MSS,
    tcpi_snd_ssthresh: 0x7fffffff,
    tcpi_snd_cwnd: initialWindow,
    tcpi_reordering: INITIAL_REORDERING,
  };
}

/**
 * TCP_INFO of a listener: `tcpi_unacked` tells how many connections wait to be accepted, `tcpi_sacked` how many may.
 *
 * @throws TypeError or RangeError that names the argument which is none
 */
export function listenerTcpInfo(profile: Profile, waiting: number, backlog: number): TcpInfo {
  checkIsProfile(profile);
  checkInteger('waiting', waiting, 0, Infinity);
  checkInteger('backlog', backlog, 0, Infinity);
  return {
    ...NOTHING,
    tcpi_state: STATE_NUMBER.LISTEN,
    tcpi_unacked: waiting,
    tcpi_sacked: backlog,
    tcpi_snd_cwnd: profile.initialWindow,
    tcpi_reordering: INITIAL_REORDERING,
  };
}
