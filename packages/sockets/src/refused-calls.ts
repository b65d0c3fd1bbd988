import { CallFact, type Connection, decideCall, type ErrorCall } from '@halfclose/stack';
import { Errno } from './errno.ts';

/** Whether send() may try: nothing stands against it but a lack of room. */
export function maySend(connection: Connection): boolean {
  const { error, sendShut, state } = connection;
  if (error !== null || sendShut || state === 'SYN-SENT') return false;
  return state !== 'SYN-RECEIVED' || connection.isOpenBeforeAck;
}

/**
 * What a call on a connection gives that cannot do its work at once, as `ERROR_DELIVERY` of `@halfclose/tcp` has it: 0,
 * or an error number negated. An error that was pending is thereby taken.
 */
export function refusal(call: ErrorCall, connection: Connection): number {
  const result = decideCall(call, factsOf(connection));
  switch (result) {
    case 'end':
      return 0;
    case 'error':
    case 'soft error': {
      const error = connection.takeError();
      return error === null ? 0 : -Errno[error];
    }
    default:
      return -Errno[result];
  }
}

/** The same on a socket without a connection; `error`: what is pending, as a positive number. */
export function unconnectedRefusal(call: ErrorCall, error: number | null, receiveShut: boolean): number {
  const result = decideCall(
    call,
    (error === null ? 0 : CallFact.Error) | (receiveShut ? CallFact.ReceiveShut : 0),
  );
  switch (result) {
    case 'end':
      return 0;
    case 'error':
    case 'soft error':
      return -(error ?? 0);
    default:
      return -Errno[result];
  }
}

function factsOf({ error, softError, receiver, receiveShut, sendShut }: Connection): number {
  return (
    CallFact.Connection |
    (error === null ? 0 : CallFact.Error) |
    (softError === null ? 0 : CallFact.SoftError) |
    (receiver.finReceived ? CallFact.PeerClosed : 0) |
    (receiveShut ? CallFact.ReceiveShut : 0) |
    (sendShut ? CallFact.SendShut : 0)
  );
}
