import type { Connection } from './connection.ts';
import { ConnectionEvent } from './connection-events.ts';
import { isSynchronized } from './connection-state.ts';
import type { ErrorCode } from './ending.ts';

/**
 * How grave an ICMP error is (RFC 9293, 3.9.2.2): nobody there speaks to us (protocol and port unreachable); the way
 * there is not known now (network, host, source route); or something that passes (time exceeded, parameter problem).
 */
export type NetworkErrorKind = 'hard' | 'unreachable' | 'passing';

/** An ICMP error quotes a segment of ours in flight: the end of the connection, or a soft error to tell of. */
export function takeNetworkError(
  connection: Connection,
  error: ErrorCode,
  kind: NetworkErrorKind,
  now: number,
): void {
  const reason = error === 'ECONNREFUSED' ? 'connection refused' : 'unreachable';
  if (isFatal(connection, kind)) {
    if (isSynchronized(connection.state)) connection.queueReset(reason, now);
    connection.fail(error, reason, now);
    return;
  }
  connection.softError = error;
  if (connection.settings.errorReports) connection.raise(ConnectionEvent.SoftError);
}

function isFatal({ state, passive, profile }: Connection, kind: NetworkErrorKind): boolean {
  if (kind === 'passing') return false;
  if (kind === 'hard' && profile.hardErrorsEndConnections) return true;
  const isOpening = state === 'SYN-SENT' || (state === 'SYN-RECEIVED' && !passive);
  return isOpening && (kind === 'hard' || profile.unreachableEndsOpening);
}
