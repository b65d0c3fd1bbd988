import { type Connection, isAtMark } from '@halfclose/stack';
import { Poll } from './constants.ts';

/** Bits of {@link Poll} for a socket with a connection (Linux tcp_poll). */
export function readiness(connection: Connection): number {
  const { state, receiveShut, sendShut } = connection;
  let flags = 0;
  if ((receiveShut && sendShut) || state === 'CLOSED' || state === 'TIME-WAIT') flags |= Poll.HUP;
  if (receiveShut) flags |= Poll.IN | Poll.RDHUP;
  if (state !== 'SYN-SENT' && state !== 'SYN-RECEIVED') {
    if (connection.readable > 0) flags |= Poll.IN;
    if (sendShut || connection.isWritable) flags |= Poll.OUT;
    if (connection.urgent?.octet === 'arrived') flags |= Poll.PRI;
  }
  return connection.error === null ? flags : flags | Poll.ERR;
}

/** The same for a socket without one: it has hung up, and writing tells why at once. */
export function unconnectedReadiness(receiveShut: boolean, failed: boolean): number {
  const flags = Poll.HUP | Poll.OUT | (receiveShut ? Poll.IN | Poll.RDHUP : 0);
  return failed ? flags | Poll.ERR : flags;
}

/** SIOCATMARK: 1 if the next octet is the urgent one that stands at the mark. */
export function atMark(connection: Connection | undefined): number {
  return connection !== undefined && isAtMark(connection) ? 1 : 0;
}
