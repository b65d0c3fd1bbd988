import type { ControlBlock } from './control-block.ts';
import type { ConnectionState } from './connection-state.ts';
import type { ErrorCode } from './ending.ts';

/** What the peer's RST means to the owner of a connection in one of `states`. */
export interface ResetErrorRule {
  /** Rows of docs/linux/closing.md that show it. */
  readonly rows: readonly string[];
  readonly states: readonly ConnectionState[];
  /** `true`: only where we opened actively, and the profile calls that refused (`resetRefusesSimultaneousOpen`). */
  readonly refuses?: true;
  readonly error: ErrorCode;
}

/** Errors of a RST (docs/linux/closing.md, section 5). The first row that holds decides; a RST elsewhere is no error. */
export const RESET_ERRORS: readonly ResetErrorRule[] = [
  { rows: ['k16', 'l12', 'l13', 'm13'], states: ['SYN-SENT'], error: 'ECONNREFUSED' },
  { rows: [], states: ['SYN-RECEIVED'], refuses: true, error: 'ECONNREFUSED' },
  { rows: ['l06', 'l07', 'l17', 'm14'], states: ['CLOSE-WAIT'], error: 'EPIPE' },
  {
    rows: ['j07', 'l01', 'l02', 'l03', 'l08', 'l09', 'l10'],
    states: ['SYN-RECEIVED', 'ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2', 'CLOSING', 'LAST-ACK'],
    error: 'ECONNRESET',
  },
];

/** The error of a RST that arrives now. */
export function errorOfReset({ state, passive, profile }: ControlBlock): ErrorCode {
  const refuses = !passive && profile.resetRefusesSimultaneousOpen;
  for (const rule of RESET_ERRORS) {
    if (rule.states.includes(state) && (rule.refuses !== true || refuses)) return rule.error;
  }
  throw new Error(`a RST says nothing in ${state}`);
}
