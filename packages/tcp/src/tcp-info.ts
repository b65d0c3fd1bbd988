import type { Connection } from './connection.ts';
import type { ConnectionState } from './connection-state.ts';

/** Linux's numbers for the states (include/net/tcp_states.h). */
const STATE_NUMBER: Readonly<Record<ConnectionState, number>> = {
  ESTABLISHED: 1,
  'SYN-SENT': 2,
  'SYN-RECEIVED': 3,
  'FIN-WAIT-1': 4,
  'FIN-WAIT-2': 5,
  // The descriptor of a connection in TIME-WAIT reads as closed (closing/LINUX-NOTES.md, V1).
  'TIME-WAIT': 7,
  CLOSED: 7,
  'CLOSE-WAIT': 8,
  'LAST-ACK': 9,
  LISTEN: 10,
  CLOSING: 11,
};

/** Linux's numbers for the congestion states (TCP_CA_Open ...). */
const CA_STATE = { open: 0, disorder: 1, cwr: 2, recovery: 3, loss: 4 } as const;

/** The fields of Linux's struct tcp_info that have a meaning here, by its names and in its units (times in us). */
export interface TcpInfo {
  readonly tcpi_state: number;
  readonly tcpi_ca_state: number;
  readonly tcpi_retransmits: number;
  readonly tcpi_probes: number;
  readonly tcpi_backoff: number;
  readonly tcpi_snd_wscale: number;
  readonly tcpi_rcv_wscale: number;
  readonly tcpi_rto: number;
  readonly tcpi_snd_mss: number;
  readonly tcpi_rcv_mss: number;
  readonly tcpi_unacked: number;
  readonly tcpi_sacked: number;
  readonly tcpi_lost: number;
  readonly tcpi_retrans: number;
  readonly tcpi_total_retrans: number;
  readonly tcpi_rtt: number;
  readonly tcpi_rttvar: number;
  readonly tcpi_min_rtt: number;
  readonly tcpi_snd_ssthresh: number;
  readonly tcpi_snd_cwnd: number;
  readonly tcpi_advmss: number;
  readonly tcpi_pmtu: number;
  readonly tcpi_rcv_space: number;
  readonly tcpi_bytes_acked: number;
  readonly tcpi_bytes_received: number;
  readonly tcpi_notsent_bytes: number;
  readonly tcpi_snd_wnd: number;
}

/** TCP_INFO of a connection. */
export function tcpInfo(connection: Connection): TcpInfo {
  const { sender, receiver } = connection;
  const { flight, recovery, rtt } = sender;
  return {
    tcpi_state: STATE_NUMBER[connection.state],
    tcpi_ca_state: CA_STATE[recovery.state],
    tcpi_retransmits: recovery.timeouts,
    tcpi_probes: sender.probesOut,
    tcpi_backoff: rtt.backoff,
    tcpi_snd_wscale: sender.window.shift,
    tcpi_rcv_wscale: receiver.window.shift,
    tcpi_rto: Math.round(rtt.rto * 1000),
    tcpi_snd_mss: sender.mss,
    tcpi_rcv_mss: receiver.acks.peerMss,
    tcpi_unacked: flight.packetsOut,
    tcpi_sacked: flight.sackedOut,
    tcpi_lost: flight.lostOut,
    tcpi_retrans: flight.retransmittedOut,
    tcpi_total_retrans: sender.retransmissions,
    tcpi_rtt: Math.round(rtt.smoothed * 1000),
    tcpi_rttvar: Math.round(rtt.deviation * 1000),
    tcpi_min_rtt: rtt.minimum === Infinity ? 0xffffffff : Math.round(rtt.minimum * 1000),
    tcpi_snd_ssthresh: sender.ssthresh,
    tcpi_snd_cwnd: sender.cwnd,
    tcpi_advmss: connection.pathMss,
    tcpi_pmtu: connection.path.mtu,
    tcpi_rcv_space: receiver.window.buffer >> 1,
    tcpi_bytes_acked: sender.textAcknowledged,
    tcpi_bytes_received: receiver.textReceived,
    tcpi_notsent_bytes: sender.unsent,
    tcpi_snd_wnd: sender.sndWnd,
  };
}
