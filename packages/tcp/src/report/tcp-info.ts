import { checkConnection } from '../control/check-connection.ts';
import { checkNow } from '../base/check-arguments.ts';
import type { ControlBlock } from '../control/control-block.ts';
import type { ConnectionState } from '../control/connection-state.ts';
import { TIMESTAMPS_OCTETS } from '../base/option-sizes.ts';

/** Linux's numbers for the states (include/net/tcp_states.h). */
export const STATE_NUMBER: Readonly<Record<ConnectionState, number>> = {
  ESTABLISHED: 1,
  'SYN-SENT': 2,
  'SYN-RECEIVED': 3,
  'FIN-WAIT-1': 4,
  'FIN-WAIT-2': 5,
  // The descriptor of a connection in TIME-WAIT reads as closed (docs/linux/notes.md, V1).
  'TIME-WAIT': 7,
  CLOSED: 7,
  'CLOSE-WAIT': 8,
  'LAST-ACK': 9,
  LISTEN: 10,
  CLOSING: 11,
};

/** Linux's numbers for the congestion states (TCP_CA_Open ...). */
const CA_STATE = { open: 0, disorder: 1, cwr: 2, recovery: 3, loss: 4 } as const;

/**
 * The fields of Linux's struct tcp_info that have a meaning here, by its names and in its units (times in us unless it says
 * otherwise). A packet that a device cuts into segments counts as one in `tcpi_segs_*` and `tcpi_data_segs_*`.
 *
 * Left out: `tcpi_delivery_rate` and `tcpi_delivery_rate_app_limited`, as each segment in flight would have to remember what
 * was delivered when it went, for a figure that no congestion control here asks for; `tcpi_pacing_rate` and
 * `tcpi_max_pacing_rate`, as nothing is paced; `tcpi_fackets` and `tcpi_last_ack_sent`, which Linux no longer fills in;
 * `tcpi_rehash`, as there is no hash that chooses a path; and the
 * counters of accurate ECN, which is not spoken.
 */
export interface TcpInfo {
  readonly tcpi_state: number;
  readonly tcpi_ca_state: number;
  readonly tcpi_retransmits: number;
  /** Probes of a closed window, and keep-alives, without an answer. */
  readonly tcpi_probes: number;
  readonly tcpi_backoff: number;
  /**
   * Bits of TCPI_OPT_TIMESTAMPS (1), _SACK (2), _WSCALE (4), _ECN (8): what was negotiated; _SYN_DATA (32): text on the SYN was
   * taken in, ours or the peer's; _TFO_CHILD (128): the SYN that opened it had a right Fast Open cookie.
   */
  readonly tcpi_options: number;
  /** Why text did not get there with the SYN: 0, it did or there was none; 1 no cookie, 2 not acknowledged, 3 the SYN was sent again. */
  readonly tcpi_fastopen_client_fail: number;
  readonly tcpi_snd_wscale: number;
  readonly tcpi_rcv_wscale: number;
  readonly tcpi_rto: number;
  /** How long an acknowledgment is put off now. */
  readonly tcpi_ato: number;
  readonly tcpi_snd_mss: number;
  readonly tcpi_rcv_mss: number;
  readonly tcpi_unacked: number;
  readonly tcpi_sacked: number;
  readonly tcpi_lost: number;
  readonly tcpi_retrans: number;
  readonly tcpi_total_retrans: number;
  /** Retransmission timeouts, how often they began, and the milliseconds from there until something was acknowledged. */
  readonly tcpi_total_rto: number;
  readonly tcpi_total_rto_recoveries: number;
  readonly tcpi_total_rto_time: number;
  /** Segments delivered, those that arrived twice counted twice; and those whose acknowledgment said ECE. */
  readonly tcpi_delivered: number;
  readonly tcpi_delivered_ce: number;
  /** How long there was text on its way or to be sent; and for how long of that the peer's window, or the send buffer, was too small. */
  readonly tcpi_busy_time: number;
  readonly tcpi_rwnd_limited: number;
  readonly tcpi_sndbuf_limited: number;
  /** Milliseconds since we last sent text, since text last came, and since anything acceptable did. */
  readonly tcpi_last_data_sent: number;
  readonly tcpi_last_data_recv: number;
  readonly tcpi_last_ack_recv: number;
  readonly tcpi_rtt: number;
  readonly tcpi_rttvar: number;
  readonly tcpi_min_rtt: number;
  readonly tcpi_snd_ssthresh: number;
  readonly tcpi_snd_cwnd: number;
  /** How many segments apart text may arrive before some counts as lost: the greatest distance seen, three at least. */
  readonly tcpi_reordering: number;
  readonly tcpi_advmss: number;
  readonly tcpi_pmtu: number;
  /** The round trip as the receiving side measures it; 0: not yet. */
  readonly tcpi_rcv_rtt: number;
  readonly tcpi_rcv_space: number;
  /** As on Linux our FIN counts as an octet, and so does the SYN where we called connect(). */
  readonly tcpi_bytes_acked: number;
  /** Octets of text sent, those sent again counted each time. */
  readonly tcpi_bytes_sent: number;
  readonly tcpi_bytes_retrans: number;
  readonly tcpi_segs_out: number;
  readonly tcpi_segs_in: number;
  /** Those of them with text. */
  readonly tcpi_data_segs_out: number;
  readonly tcpi_data_segs_in: number;
  /** Segments that came ahead of a hole. */
  readonly tcpi_rcv_ooopack: number;
  /** Segments that the peer reported to have got twice, and events of reordering. */
  readonly tcpi_dsack_dups: number;
  readonly tcpi_reord_seen: number;
  /** The peer's FIN counts as an octet. */
  readonly tcpi_bytes_received: number;
  readonly tcpi_notsent_bytes: number;
  readonly tcpi_snd_wnd: number;
  /** The window that the peer was told last, and what it may grow to for now. */
  readonly tcpi_rcv_wnd: number;
  readonly tcpi_rcv_ssthresh: number;
}

const OPTION = { timestamps: 1, sack: 2, windowScale: 4, ecn: 8, textOfSyn: 32, fastOpenChild: 128 } as const;

/** Linux's numbers (enum tcp_fastopen_client_fail). */
const FAST_OPEN_FAILURE = { none: 0, 'no cookie': 1, 'not acknowledged': 2, 'sent again': 3 } as const;

/**
 * TCP_INFO of a connection, `now` being its host's time.
 *
 * @throws TypeError or RangeError that names the argument which is none
 */
export function tcpInfo(connection: ControlBlock, now: number): TcpInfo {
  checkConnection(connection);
  checkNow(now);
  const { sender, receiver } = connection;
  const { flight, recovery, rtt, totals } = sender;
  const timeoutTime =
    (totals?.timeoutTime ?? 0) + (recovery.timeouts > 0 ? Math.floor(now) - recovery.firstTimeoutAt : 0);
  const synAndFin = (sender.sndUna === sender.iss || connection.passive ? 0 : 1) + (sender.finAcked ? 1 : 0);
  const opened = connection.history.findLast(({ to }) => to === 'ESTABLISHED')?.time ?? now;
  return {
    tcpi_state: STATE_NUMBER[connection.state],
    tcpi_ca_state: CA_STATE[recovery.state],
    tcpi_retransmits: recovery.timeouts,
    // Linux counts both in one (icsk_probes_out); where one runs, the other does not.
    tcpi_probes: sender.probesOut + connection.keepAliveProbesOut,
    tcpi_backoff: rtt.backoff,
    tcpi_options: optionsOf(connection),
    tcpi_fastopen_client_fail: fastOpenFailure(connection),
    tcpi_snd_wscale: sender.window.shift,
    tcpi_rcv_wscale: receiver.window.shift,
    tcpi_rto: Math.round(rtt.rto * 1000),
    tcpi_ato: receiver.acks.timeout * 1000,
    tcpi_snd_mss: sender.mss,
    tcpi_rcv_mss: receiver.acks.peerMss,
    tcpi_unacked: flight.packetsOut,
    tcpi_sacked: flight.sackedOut,
    tcpi_lost: flight.lostOut,
    tcpi_retrans: flight.retransmittedOut,
    tcpi_total_retrans: sender.retransmissions,
    tcpi_total_rto: totals?.timeouts ?? 0,
    tcpi_total_rto_recoveries: totals?.timeoutRecoveries ?? 0,
    tcpi_total_rto_time: timeoutTime,
    // The SYN is one of them.
    tcpi_delivered: (totals?.delivered ?? 0) + (sender.sndUna === sender.iss ? 0 : 1),
    tcpi_delivered_ce: totals?.deliveredWithEcho ?? 0,
    tcpi_busy_time: Math.round((totals?.busyUntil(now) ?? 0) * 1000),
    tcpi_rwnd_limited: Math.round((totals?.limitedUntil('window', now) ?? 0) * 1000),
    tcpi_sndbuf_limited: Math.round((totals?.limitedUntil('buffer', now) ?? 0) * 1000),
    tcpi_last_data_sent: since(sender.lastSentAt, opened, now),
    tcpi_last_data_recv: since(receiver.acks.lastTextAt, opened, now),
    tcpi_last_ack_recv: since(connection.lastReceivedAt, opened, now),
    tcpi_rtt: Math.round(rtt.smoothed * 1000),
    tcpi_rttvar: Math.round(rtt.deviation * 1000),
    tcpi_min_rtt: rtt.minimum === Infinity ? 0xffffffff : Math.round(rtt.minimum * 1000),
    tcpi_snd_ssthresh: sender.ssthresh,
    tcpi_snd_cwnd: sender.cwnd,
    tcpi_reordering: recovery.detection.threshold,
    tcpi_advmss: connection.offeredMss - (connection.timestamps ? TIMESTAMPS_OCTETS : 0),
    tcpi_pmtu: connection.path.mtu,
    tcpi_rcv_rtt: Math.round(receiver.roundTrip * 1000),
    tcpi_rcv_space: receiver.window.lastRound,
    tcpi_bytes_acked: sender.textAcknowledged + synAndFin,
    tcpi_bytes_sent: sender.textAcknowledged + sender.textInFlight + sender.textSentAgain,
    tcpi_bytes_retrans: sender.textSentAgain,
    tcpi_segs_out: connection.segmentsSent,
    tcpi_segs_in: connection.segmentsReceived,
    tcpi_data_segs_out: totals?.textSegments ?? 0,
    tcpi_data_segs_in: connection.textSegmentsReceived,
    tcpi_rcv_ooopack: receiver.arrivedOutOfOrder,
    tcpi_dsack_dups: recovery.detection.disorder.duplicates,
    tcpi_reord_seen: recovery.detection.disorder.seen,
    tcpi_bytes_received: receiver.textReceived + (receiver.finReceived ? 1 : 0),
    tcpi_notsent_bytes: sender.unsent,
    tcpi_snd_wnd: sender.sndWnd,
    tcpi_rcv_wnd: receiver.window.offered,
    tcpi_rcv_ssthresh: receiver.window.soft,
  };
}

function fastOpenFailure({ fastOpen }: ControlBlock): number {
  return fastOpen?.side === 'active' ? FAST_OPEN_FAILURE[fastOpen.failure] : 0;
}

function fastOpenBits({ fastOpen }: ControlBlock): number {
  if (fastOpen === null) return 0;
  if (fastOpen.side === 'active') return fastOpen.isTextAcknowledged ? OPTION.textOfSyn : 0;
  return (fastOpen.textReceived > 0 ? OPTION.textOfSyn : 0) | (fastOpen.opens ? OPTION.fastOpenChild : 0);
}

function optionsOf(connection: ControlBlock): number {
  const { timestamps, windowScaling, receiver, ecn } = connection;
  return (
    (timestamps ? OPTION.timestamps : 0) |
    (receiver.sack ? OPTION.sack : 0) |
    (windowScaling ? OPTION.windowScale : 0) |
    (ecn === null ? 0 : OPTION.ecn) |
    fastOpenBits(connection)
  );
}

/** Whole milliseconds since `time`, or since the connection was `opened` where it has not happened yet. */
function since(time: number, opened: number, now: number): number {
  return Math.max(0, Math.floor(now - Math.max(time, opened)));
}
