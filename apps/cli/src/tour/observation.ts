import { errnoName } from '@halfclose/sockets';

/** What one call of a program returned. */
export interface Observation {
  readonly call: 'send' | 'read' | 'shutdown' | 'close';
  /** As POSIX has it: a count, 0, or an error number negated; of several reads in a row, the octets of all. */
  readonly result: number;
  /** Milliseconds until it returned, if not at once. */
  readonly took?: number;
}

/** The observation for people. */
export function inWords({ call, result, took }: Observation): string {
  const outcome = result < 0 ? `${call} failed with ${errnoName(result) ?? result}` : success(call, result);
  return took === undefined ? outcome : `${outcome} after ${took / 1000} s`;
}

function success(call: Observation['call'], result: number): string {
  switch (call) {
    case 'send':
      return `sent ${octets(result)}`;
    case 'read':
      return result === 0 ? 'read the end of the stream' : `read ${octets(result)}`;
    case 'shutdown':
      return 'shutdown returned 0';
    case 'close':
      return 'close returned 0';
  }
}

function octets(count: number): string {
  return count === 1 ? '1 octet' : `${count} octets`;
}
