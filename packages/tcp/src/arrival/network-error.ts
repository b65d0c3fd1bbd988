import { checkBoolean, checkObject, checkOneOf, checkText } from '@halfclose/codec/arguments';
import { type SequenceNumber, seqDiff } from '@halfclose/codec';
import type { ControlBlock } from '../control/control-block.ts';
import { ConnectionEvent } from '../control/connection-events.ts';
import { isSynchronized } from '../control/connection-state.ts';
import type { ErrorCode } from '../control/ending.ts';

/**
 * How grave an ICMP error is (RFC 9293, 3.9.2.2): nobody there speaks to us (protocol and port unreachable); the way
 * there is not known now (network, host, source route); or something that passes (time exceeded, parameter problem).
 */
export type NetworkErrorKind = 'hard' | 'unreachable' | 'passing';

/** An ICMP error, as it concerns a connection. */
export interface NetworkError {
  readonly code: ErrorCode;
  readonly severity: NetworkErrorKind;
  /** A half-open entry of a listener goes (Linux tcp_v4_err, tcp_v6_err). */
  readonly endsHalfOpen: boolean;
  /** The path is known to be broken, so that a timeout says nothing of congestion (RFC 6069; Linux tcp_ld_RTO_revert). */
  readonly revertsBackoff: boolean;
}

/** An ICMP error quotes a segment of ours that begins at `seq`: the end of the connection, or a soft error to tell of. */
export function takeNetworkError(
  connection: ControlBlock,
  error: NetworkError,
  seq: SequenceNumber,
  now: number,
): void {
  const { code, severity } = error;
  if (connection.isOpenBeforeAck && connection.profile.halfOpenGoesByIcmp) {
    // As one that is connected, once its program has it (Linux tcp_v4_err).
    if (connection.fastOpen?.side === 'passive' && !connection.fastOpen.isAccepted) {
      connection.fail(code, 'unreachable', now);
      return;
    }
  } else if (
    connection.state === 'SYN-RECEIVED' &&
    connection.passive &&
    connection.profile.halfOpenGoesByIcmp
  ) {
    // Nobody is told: there is no socket yet.
    if (error.endsHalfOpen && seq === connection.sender.iss) connection.finish('unreachable', now);
    return;
  }
  if (error.revertsBackoff && connection.profile.icmpRevertsBackoff) revertBackoff(connection, seq, now);
  const reason = code === 'ECONNREFUSED' ? 'connection refused' : 'unreachable';
  if (isFatal(connection, severity)) {
    if (isSynchronized(connection.state)) connection.queueReset(reason, now);
    connection.fail(code, reason, now);
    return;
  }
  connection.softError = code;
  if (connection.settings.errorReports) connection.raise(ConnectionEvent.SoftError);
}

/**
 * Whether a segment of ours that begins at `seq` can be on its way: one number beyond what is in flight as well where the
 * profile has it (RFC 5927, 4.1).
 */
export function mayBeQuoted({ sender, profile }: ControlBlock, seq: SequenceNumber): boolean {
  const ahead = seqDiff(seq, sender.sndUna);
  const sent = seqDiff(sender.sndNxt, sender.sndUna);
  return ahead >= 0 && (profile.icmpMayQuoteNext ? ahead <= sent : ahead < sent);
}

/** RFC 6069: one doubling of the timeout is taken back, and the rest of what is left is waited for. */
function revertBackoff({ sender }: ControlBlock, seq: SequenceNumber, now: number): void {
  const { flight, recovery, rtt } = sender;
  if (seq !== sender.sndUna || recovery.timeouts === 0 || rtt.backoff === 0 || flight.head === null) return;
  rtt.takeBackBackoff();
  sender.timer.onBackoffTakenBack(flight.head.sentAt, now);
}

function isFatal({ state, passive, profile }: ControlBlock, kind: NetworkErrorKind): boolean {
  if (kind === 'hard' && profile.hardErrorsEndConnections) return true;
  const isOpening = state === 'SYN-SENT' || (state === 'SYN-RECEIVED' && !passive);
  return isOpening && (kind === 'hard' || profile.unreachableEndsOpening);
}

/** Throws a TypeError or RangeError for what is no network error. */
export function checkNetworkError(error: NetworkError): void {
  checkObject('error', error);
  checkText('error.code', error.code);
  checkOneOf('error.severity', error.severity, ['hard', 'unreachable', 'passing']);
  checkBoolean('error.endsHalfOpen', error.endsHalfOpen);
  checkBoolean('error.revertsBackoff', error.revertsBackoff);
}
