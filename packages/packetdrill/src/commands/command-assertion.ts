import type { AssertedState, AssertedTimer, CommandAction } from './command-action.ts';

/** The names of ss(8) for states. */
const STATES: ReadonlyMap<string, AssertedState> = new Map([
  ['SYN-SENT', 'SYN-SENT'],
  ['SYN-RECV', 'SYN-RECEIVED'],
  ['ESTAB', 'ESTABLISHED'],
  ['FIN-WAIT-1', 'FIN-WAIT-1'],
  ['FIN-WAIT-2', 'FIN-WAIT-2'],
  ['CLOSE-WAIT', 'CLOSE-WAIT'],
  ['CLOSING', 'CLOSING'],
  ['LAST-ACK', 'LAST-ACK'],
  ['TIME-WAIT', 'TIME-WAIT'],
]);

const TIMERS: readonly AssertedTimer[] = ['on', 'keepalive', 'timewait', 'persist'];

const SECONDS = /^[0-9]*\.?[0-9]+$/;

/** `st.sh STATE...`, `st.sh none`. */
export function interpretStateAssertion(command: string, names: readonly string[]): CommandAction {
  if (names.length === 1 && names[0] === 'none') return { kind: 'assert-states', states: [] };
  const states = new Set<AssertedState>();
  for (const name of names) {
    const state = STATES.get(name);
    if (state === undefined) return { kind: 'unsupported', command, reason: `the state ${name}` };
    states.add(state);
  }
  if (states.size === 0) return { kind: 'unsupported', command, reason: 'st.sh wants states, or none' };
  return { kind: 'assert-states', states: [...states] };
}

/** `tm.sh none`, `tm.sh LO HI [NAME]`. */
export function interpretTimerAssertion(command: string, items: readonly string[]): CommandAction {
  if (items.length === 1 && items[0] === 'none') return { kind: 'assert-timer', timer: null };
  const [from = '', to = '', name = null, ...others] = items;
  if (!SECONDS.test(from) || !SECONDS.test(to) || others.length > 0) {
    return { kind: 'unsupported', command, reason: 'tm.sh wants none, or two times and a name' };
  }
  const timer = TIMERS.find((known) => known === name) ?? null;
  if (name !== null && timer === null) return { kind: 'unsupported', command, reason: `the timer ${name}` };
  return { kind: 'assert-timer', timer: { from: toMicroseconds(from), to: toMicroseconds(to), name: timer } };
}

function toMicroseconds(seconds: string): number {
  return Math.round(Number(seconds) * 1e6);
}
