import { shown } from '@halfclose/codec/arguments';
import { checkIsProfile } from '../profile/check-profile.ts';
import { checkState, type ConnectionState } from '../control/connection-state.ts';
import type { Profile } from '../profile/profile.ts';

/** The direction that a shutdown() gives up; SHUT_RDWR is both of them. */
export type ShutdownDirection = 'read' | 'write';

/**
 * What a shutdown() does. `fin`: a FIN after what is still to be sent; `stop reading`: nothing on the wire, and recv()
 * says end of stream once the queue is empty; `disconnect`: the attempt to connect is given up without a segment, and the
 * socket can be used again; `unlisten`: what nobody accepted is reset; `remember`: recv() says end of stream from now on.
 */
export type ShutdownEffect = 'fin' | 'stop reading' | 'disconnect' | 'unlisten' | 'remember' | 'nothing';

/** One row of the table. The first row decides that holds. */
export interface ShutdownRule {
  /** Rows of docs/linux/closing.md and notes.md that show it; none: another profile than `linux`. */
  readonly rows: readonly string[];
  readonly direction: ShutdownDirection;
  readonly states: readonly ConnectionState[];
  /** Only where the profile has the second SHUT_WR fail (`secondShutdownFails`). */
  readonly ifSecondFails?: true;
  readonly effect: ShutdownEffect;
  /** What the call fails with; SHUT_RDWR tells that of SHUT_RD. */
  readonly error: 'ENOTCONN' | null;
}

const NOT_CONNECTED: readonly ConnectionState[] = ['CLOSED', 'TIME-WAIT'];
const FIN_QUEUED: readonly ConnectionState[] = ['FIN-WAIT-1', 'FIN-WAIT-2', 'CLOSING', 'LAST-ACK'];
const OPEN: readonly ConnectionState[] = ['SYN-RECEIVED', 'ESTABLISHED', 'CLOSE-WAIT'];

/** shutdown(), by direction and state (docs/linux/closing.md, section 1; notes.md, section 4). */
export const SHUTDOWN_TABLE: readonly ShutdownRule[] = [
  { rows: ['f06', 'f10', 'a14', 'd15'], direction: 'write', states: OPEN, effect: 'fin', error: null },
  {
    rows: [],
    direction: 'write',
    states: FIN_QUEUED,
    ifSecondFails: true,
    effect: 'nothing',
    error: 'ENOTCONN',
  },
  { rows: ['f05', 'C6'], direction: 'write', states: FIN_QUEUED, effect: 'nothing', error: null },
  { rows: ['f07'], direction: 'write', states: ['SYN-SENT'], effect: 'disconnect', error: null },
  { rows: ['j06'], direction: 'write', states: ['LISTEN'], effect: 'nothing', error: null },
  { rows: ['f05', 'C5'], direction: 'write', states: NOT_CONNECTED, effect: 'nothing', error: 'ENOTCONN' },
  {
    rows: ['f01', 'f02', 'f03', 'f04'],
    direction: 'read',
    states: [...OPEN, ...FIN_QUEUED],
    effect: 'stop reading',
    error: null,
  },
  { rows: ['f08'], direction: 'read', states: ['SYN-SENT'], effect: 'disconnect', error: null },
  { rows: ['j05'], direction: 'read', states: ['LISTEN'], effect: 'unlisten', error: null },
  { rows: ['D1', 'C5'], direction: 'read', states: NOT_CONNECTED, effect: 'remember', error: 'ENOTCONN' },
];

/**
 * The row that decides.
 *
 * @throws TypeError or RangeError that names the argument which is none
 */
export function decideShutdown(
  direction: ShutdownDirection,
  state: ConnectionState,
  profile: Profile,
): ShutdownRule {
  checkIsProfile(profile);
  for (const rule of SHUTDOWN_TABLE) {
    if (rule.direction !== direction || !rule.states.includes(state)) continue;
    if (rule.ifSecondFails !== true || profile.secondShutdownFails) return rule;
  }
  checkState(state);
  throw new RangeError(`direction must be read or write, not ${shown(direction)}`);
}
