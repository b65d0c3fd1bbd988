import { checkConnection } from '../control/check-connection.ts';
import type { ControlBlock } from '../control/control-block.ts';
import { checkState, type ConnectionState } from '../control/connection-state.ts';
import { causeOfEnd, type EndCause } from '../control/end-reasons.ts';
import type { DirectionEnd, EndMark, StateChange } from '../control/ending.ts';

/**
 * Which side ended its direction first, by what this end sent and saw; `both`: the FINs crossed (RFC 9293, figure 13). The
 * two ends may differ: an end whose FIN is lost, and sent again after the peer's has come, says `both`, while the peer, who
 * heard of no FIN before its own was acknowledged, says `local`.
 */
export type FirstToClose = 'local' | 'peer' | 'both' | 'nobody';

/** Octets of text, SYN and FIN not counted. */
export interface CloseReportOctets {
  /** Taken by send(): `sent`, and what never left the send buffer. */
  readonly written: number;
  /** Sent at least once. */
  readonly sent: number;
  /** Acknowledged by the peer's TCP; whether its program read them nobody can tell. */
  readonly acknowledged: number;
  /** Arrived in order. Text that came after close() is not taken in, so not counted: the RST tells the peer. */
  readonly received: number;
  /** Handed to the program. */
  readonly read: number;
  /** Received and not read: still to be read, or thrown away at close. */
  readonly unread: number;
  /** Let go of by this side: written and never acknowledged, or received and thrown away unread. */
  readonly lost: number;
}

/** One end of a connection, for people. */
export interface ReportEndpoint {
  readonly address: string;
  readonly port: number;
}

/** How a connection ended, or how far it is from that. */
export interface CloseReport {
  readonly local: ReportEndpoint;
  readonly remote: ReportEndpoint;
  readonly state: ConnectionState;
  /**
   * Every octet of both directions arrived, and both FINs were exchanged and acknowledged. As far as TCP can tell:
   * what the peer's program did with the octets it does not say.
   */
  readonly orderly: boolean;
  /** The last change of state in words; empty before the first. */
  readonly reason: string;
  readonly closedFirst: FirstToClose;
  /** How our direction ended. */
  readonly sending: DirectionEnd;
  /** How the peer's direction ended. */
  readonly receiving: DirectionEnd;
  readonly octets: CloseReportOctets;
  /** FINs and RSTs of both sides in order, each once, with time and reason. */
  readonly marks: readonly EndMark[];
  /** The states that it went through, and when (milliseconds of the connection's clock). */
  readonly states: readonly StateChange[];
}

/**
 * The close report of a connection, in any state and after its buffers are gone. It is put together from what the
 * connection keeps anyway (RFC 9293 variables, its history), so it costs nothing until somebody asks.
 *
 * @throws TypeError for what is no connection
 *
 * @example
 * const { orderly, octets } = closeReport(connection);
 */
export function closeReport(connection: ControlBlock): CloseReport {
  checkConnection(connection);
  const { sender, receiver, history } = connection;
  const octets = octetsOf(connection);
  return {
    local: { address: connection.localAddress.toString(), port: connection.localPort },
    remote: { address: connection.remoteAddress.toString(), port: connection.remotePort },
    state: connection.state,
    orderly: sender.finAcked && receiver.finReceived && octets.lost === 0,
    reason: history.at(-1)?.why ?? '',
    closedFirst: closedFirst(connection),
    sending: sender.finAcked ? 'fin' : unfinished(connection, sender.finSent),
    receiving: receiver.finReceived ? 'fin' : unfinished(connection, false),
    octets,
    marks: [...connection.marks],
    states: history,
  };
}

/**
 * Whether a connection in this state has ended for good: what follows only guards its four numbers.
 *
 * @throws RangeError for what is no state
 */
export function hasEnded(state: ConnectionState): boolean {
  if (state === 'CLOSED' || state === 'TIME-WAIT') return true;
  checkState(state);
  return false;
}

function octetsOf({ sender, receiver }: ControlBlock): CloseReportOctets {
  const unread = receiver.queue.length + receiver.discarded;
  return {
    written: sender.textAcknowledged + sender.buffer.length + sender.discarded,
    sent: sender.textAcknowledged + sender.textInFlight,
    acknowledged: sender.textAcknowledged,
    received: receiver.textReceived,
    read: receiver.textReceived - unread,
    unread,
    lost: sender.discarded + receiver.discarded,
  };
}

function closedFirst({ marks, history, sender }: ControlBlock): FirstToClose {
  const [first] = marks;
  if (first === undefined) {
    const isWish = sender.finQueued || lastCause(history) === 'program';
    return isWish ? 'local' : 'nobody';
  }
  if (first.direction === 'received') return 'peer';
  const crossed = first.kind === 'fin' && history.some(({ to }) => to === 'CLOSING');
  return crossed ? 'both' : 'local';
}

/** How a direction ended whose FIN did not make it. */
function unfinished({ marks, history }: ControlBlock, finSent: boolean): DirectionEnd {
  if (lastCause(history) === 'time') return 'timeout';
  if (marks.some(({ kind }) => kind === 'rst')) return 'reset';
  return finSent ? 'fin unacknowledged' : 'open';
}

/** What the last change of state came from; `null`: it is no end. */
function lastCause(history: readonly StateChange[]): EndCause | null {
  return causeOfEnd(history.at(-1)?.why ?? '');
}
