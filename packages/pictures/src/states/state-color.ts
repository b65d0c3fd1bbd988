import type { Color } from '../svg/theme.ts';

const COLORS: Readonly<Record<string, Color>> = {
  'SYN-SENT': 'yellow',
  'SYN-RECEIVED': 'yellow',
  ESTABLISHED: 'green',
  'FIN-WAIT-1': 'blue',
  'FIN-WAIT-2': 'sky',
  CLOSING: 'muted',
  'CLOSE-WAIT': 'orange',
  'LAST-ACK': 'red',
  'TIME-WAIT': 'purple',
};

/** The colour of a state; those that are no connection have none of their own. */
export function stateColor(state: string | null): Color {
  return (state === null ? undefined : COLORS[state]) ?? 'faint';
}
