import type { LingerUntil } from '../profile/rule-names.ts';
import { checkConnection } from '../control/check-connection.ts';
import type { ControlBlock } from '../control/control-block.ts';
import type { ConnectionState } from '../control/connection-state.ts';

/** One row of the table. The first row decides that knows the state and whose conditions hold. */
export interface LingerRule {
  /** Rows of docs/linux/closing.md that show it; none: another profile than `linux`. */
  readonly rows: readonly string[];
  /** After the close() itself, which {@link CLOSE_TABLE} decides. */
  readonly states: readonly ConnectionState[];
  /** The profile's `lingerUntil`; none: any. */
  readonly until?: LingerUntil;
  /** Everything written was acknowledged. */
  readonly textAcknowledged?: true;
  readonly close: 'waits' | 'returns';
}

/** close() with SO_LINGER {1, t}, t > 0, in the state that it has brought about, and with each event after. */
export const LINGER_TABLE: readonly LingerRule[] = [
  {
    rows: ['a13', 'd11', 'e05', 'e12'],
    states: ['CLOSED', 'LISTEN', 'SYN-SENT', 'SYN-RECEIVED', 'ESTABLISHED', 'CLOSE-WAIT', 'TIME-WAIT'],
    close: 'returns',
  },
  {
    rows: [],
    states: ['FIN-WAIT-1', 'FIN-WAIT-2', 'CLOSING', 'LAST-ACK'],
    until: 'text',
    textAcknowledged: true,
    close: 'returns',
  },
  { rows: [], states: ['FIN-WAIT-2'], until: 'end', close: 'waits' },
  { rows: ['e01', 'e06'], states: ['FIN-WAIT-2'], close: 'returns' },
  {
    rows: ['e01', 'e02', 'e03', 'e07', 'e08', 'e09'],
    states: ['FIN-WAIT-1', 'CLOSING', 'LAST-ACK'],
    close: 'waits',
  },
];

/**
 * Whether a lingering close() of the connection waits now.
 *
 * @throws TypeError for what is no connection
 */
export function lingers(connection: ControlBlock): boolean {
  checkConnection(connection);
  const { state, sender, profile } = connection;
  const textAcknowledged = sender.buffer.length === 0;
  return decideLinger(state, textAcknowledged, profile.lingerUntil) === 'waits';
}

/** What the first row that holds says. */
function decideLinger(
  state: ConnectionState,
  textAcknowledged: boolean,
  until: LingerUntil,
): LingerRule['close'] {
  for (const rule of LINGER_TABLE) {
    if (!rule.states.includes(state)) continue;
    if (rule.until !== undefined && rule.until !== until) continue;
    if (rule.textAcknowledged !== true || textAcknowledged) return rule.close;
  }
  throw new Error(`no rule lingers in ${state}`);
}
