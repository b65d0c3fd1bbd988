import { type Connection, readUrgentOctet } from '@halfclose/stack';
import { MSG_PEEK } from './constants.ts';
import { Errno } from './errno.ts';

/** recv(2) with MSG_OOB: the urgent octet into `target`. 1, 0 where it will not come, or an errno negated. */
export function receiveUrgent(connection: Connection, target: Uint8Array, flags: number): number {
  const octet = readUrgentOctet(connection, (flags & MSG_PEEK) !== 0);
  if (octet === 'end') return 0;
  if (typeof octet === 'string') return -Errno[octet];
  if (target.length === 0) return 0;
  target[0] = octet;
  return 1;
}
