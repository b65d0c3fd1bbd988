import type { ConnectionState } from '../control/connection-state.ts';

/** What happens to a FIN: the peer acknowledged ours, or its own was taken in, in order. */
export type FinEvent = 'ours acknowledged' | "the peer's arrived";

/** One row of the table. */
export interface FinRule {
  /** Rows of docs/linux/closing.md that show it. */
  readonly rows: readonly string[];
  readonly from: ConnectionState;
  readonly event: FinEvent;
  readonly to: ConnectionState;
}

/** How FINs move a connection (RFC 9293, figure 5, and 3.10.7.4, fifth and eighth check). */
export const FIN_TABLE: readonly FinRule[] = [
  { rows: ['g03', 'g11'], from: 'ESTABLISHED', event: "the peer's arrived", to: 'CLOSE-WAIT' },
  { rows: ['c01', 'c11'], from: 'FIN-WAIT-1', event: 'ours acknowledged', to: 'FIN-WAIT-2' },
  { rows: ['g01'], from: 'FIN-WAIT-1', event: "the peer's arrived", to: 'CLOSING' },
  { rows: ['g02', 'g05', 'h25'], from: 'FIN-WAIT-2', event: "the peer's arrived", to: 'TIME-WAIT' },
  { rows: ['g01', 'g08'], from: 'CLOSING', event: 'ours acknowledged', to: 'TIME-WAIT' },
  { rows: ['a07', 'e08'], from: 'LAST-ACK', event: 'ours acknowledged', to: 'CLOSED' },
];

/** The state that follows; `null`: the event changes nothing in this one. */
export function stateAfterFin(from: ConnectionState, event: FinEvent): ConnectionState | null {
  for (const rule of FIN_TABLE) if (rule.from === from && rule.event === event) return rule.to;
  return null;
}
