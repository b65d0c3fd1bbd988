import { shown } from '@halfclose/codec/arguments';

/** The states of a TCP connection, as RFC 9293, 3.3.2 prints them. */
export type ConnectionState =
  | 'CLOSED'
  | 'LISTEN'
  | 'SYN-SENT'
  | 'SYN-RECEIVED'
  | 'ESTABLISHED'
  | 'FIN-WAIT-1'
  | 'FIN-WAIT-2'
  | 'CLOSE-WAIT'
  | 'CLOSING'
  | 'LAST-ACK'
  | 'TIME-WAIT';

/**
 * Every transition that a connection may make: RFC 9293, figure 5, and the abort of each state to CLOSED.
 * LISTEN is held by the stack's listeners; a connection made by one starts in SYN-RECEIVED.
 */
export const TRANSITIONS: Readonly<Record<ConnectionState, readonly ConnectionState[]>> = {
  CLOSED: ['LISTEN', 'SYN-SENT', 'SYN-RECEIVED'],
  LISTEN: ['SYN-RECEIVED', 'CLOSED'],
  'SYN-SENT': ['SYN-RECEIVED', 'ESTABLISHED', 'CLOSED'],
  'SYN-RECEIVED': ['ESTABLISHED', 'FIN-WAIT-1', 'CLOSED'],
  ESTABLISHED: ['FIN-WAIT-1', 'CLOSE-WAIT', 'CLOSED'],
  'FIN-WAIT-1': ['FIN-WAIT-2', 'CLOSING', 'TIME-WAIT', 'CLOSED'],
  'FIN-WAIT-2': ['TIME-WAIT', 'CLOSED'],
  'CLOSE-WAIT': ['LAST-ACK', 'CLOSED'],
  CLOSING: ['TIME-WAIT', 'CLOSED'],
  'LAST-ACK': ['CLOSED'],
  'TIME-WAIT': ['CLOSED'],
};

/** Throws a RangeError for what is no state of a connection. */
export function checkState(state: ConnectionState): void {
  if (typeof state !== 'string' || !Object.hasOwn(TRANSITIONS, state))
    throw new RangeError(`state must be one of TRANSITIONS, not ${shown(state)}`);
}

/**
 * Whether both SYNs have been exchanged and acknowledged in this state (RFC 9293, 3.5.1).
 *
 * @throws RangeError for what is no state
 */
export function isSynchronized(state: ConnectionState): boolean {
  if (state === 'CLOSED' || state === 'LISTEN' || state === 'SYN-SENT' || state === 'SYN-RECEIVED')
    return false;
  checkState(state);
  return true;
}

/** Whether the peer's FIN has been taken in in this state. */
export function hasReceivedFin(state: ConnectionState): boolean {
  return state === 'CLOSE-WAIT' || state === 'CLOSING' || state === 'LAST-ACK' || state === 'TIME-WAIT';
}

/** Whether text may still be queued for sending in this state. */
export function canSendText(state: ConnectionState): boolean {
  return (
    state === 'ESTABLISHED' || state === 'CLOSE-WAIT' || state === 'SYN-SENT' || state === 'SYN-RECEIVED'
  );
}
