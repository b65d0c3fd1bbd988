import { type Connection, tcpInfo } from '@halfclose/stack';

/** Linux's names of its congestion states, by number. */
const RECOVERY = ['open', 'disorder', 'cwr', 'recovery', 'loss'] as const;

/** What an end of a connection knows at a moment: RFC 9293's variables, counted from the SYN, and what Linux's TCP_INFO tells. */
export interface ControlBlock {
  readonly state: string;
  readonly 'SND.UNA': number;
  readonly 'SND.NXT': number;
  readonly 'SND.WND': number;
  readonly 'RCV.NXT': number;
  readonly 'RCV.WND': number;
  /** Segments. */
  readonly cwnd: number;
  /** Segments; `null`: none yet. */
  readonly ssthresh: number | null;
  /** Segments on their way, and those that count as lost. */
  readonly flight: number;
  readonly lost: number;
  readonly recovery: string;
  /** Milliseconds; 0: not measured yet. */
  readonly srtt: number;
  readonly rto: number;
  readonly backoff: number;
  /** Octets of text per segment. */
  readonly mss: number;
  /** Segments sent again so far. */
  readonly resent: number;
  /** Octets that wait to be sent or acknowledged, and to be read. */
  readonly sendQueue: number;
  readonly receiveQueue: number;
  readonly timer: string;
  /** When it strikes, in milliseconds of the clock; `null`: none runs. */
  readonly timerAt: number | null;
}

/** Reads the control block of a connection. */
export function controlBlockOf(connection: Connection, now: number): ControlBlock {
  const { sender, receiver } = connection;
  const info = tcpInfo(connection, now);
  const isSynchronized = receiver.irs !== 0 || receiver.rcvNxt !== 0;
  const isRunning = sender.timer.kind !== 'none';
  return {
    state: connection.state,
    'SND.UNA': (sender.sndUna - sender.iss) >>> 0,
    'SND.NXT': (sender.sndNxt - sender.iss) >>> 0,
    'SND.WND': info.tcpi_snd_wnd,
    'RCV.NXT': isSynchronized ? (receiver.rcvNxt - receiver.irs) >>> 0 : 0,
    'RCV.WND': isSynchronized ? receiver.remainingWindow : 0,
    cwnd: info.tcpi_snd_cwnd,
    ssthresh: info.tcpi_snd_ssthresh >= 0x7fffffff ? null : info.tcpi_snd_ssthresh,
    flight: info.tcpi_unacked - info.tcpi_sacked - info.tcpi_lost + info.tcpi_retrans,
    lost: info.tcpi_lost,
    recovery: RECOVERY[info.tcpi_ca_state] ?? '',
    srtt: info.tcpi_rtt / 1000,
    rto: info.tcpi_rto / 1000,
    backoff: info.tcpi_backoff,
    mss: info.tcpi_snd_mss,
    resent: info.tcpi_total_retrans,
    sendQueue: sender.buffer.length,
    receiveQueue: connection.readable,
    timer: isRunning ? sender.timer.kind : 'none',
    timerAt: isRunning ? sender.timer.deadline : null,
  };
}

const FIELDS = [
  ...([
    'state',
    'SND.UNA',
    'SND.NXT',
    'SND.WND',
    'RCV.NXT',
    'RCV.WND',
    'cwnd',
    'ssthresh',
    'flight',
  ] as const),
  ...(['lost', 'recovery', 'srtt', 'rto', 'backoff', 'mss', 'resent'] as const),
  ...(['sendQueue', 'receiveQueue', 'timer', 'timerAt'] as const),
];

/** Whether two blocks say the same. */
export function sameBlock(a: ControlBlock, b: ControlBlock): boolean {
  for (const field of FIELDS) if (a[field] !== b[field]) return false;
  return true;
}

/** Fields of `b` that are not as in `a`. */
export function changedFields(a: ControlBlock | null, b: ControlBlock): ReadonlySet<string> {
  return new Set(a === null ? [] : FIELDS.filter((field) => a[field] !== b[field]));
}
