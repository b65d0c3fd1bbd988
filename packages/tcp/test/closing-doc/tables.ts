import { Flag, type Segment } from '@halfclose/codec';
import {
  CLOSE_TABLE,
  type CloseRule,
  type ConnectionState,
  END_REASONS,
  ERROR_DELIVERY,
  FIN_TABLE,
  FIN_WAIT_2_TABLE,
  LINGER_TABLE,
  lingers,
  decidePoll,
  POLL_TABLE,
  PollFact,
  pollFactsOf,
  RESET_ERRORS,
  SHUTDOWN_TABLE,
  TEXT_TABLE,
  TIME_WAIT_TABLE,
  type TimeWaitRule,
} from '../../src/index.ts';
import { Wire } from '../wire.ts';
import { evidence, NAMED, NOT_SHOWN, PROBED, sameAs, SCENARIOS } from './rows.ts';

/** States in which a program can shut and close, SYN-RECEIVED by a simultaneous open. */
const STATES: readonly ConnectionState[] = [
  'SYN-SENT',
  'SYN-RECEIVED',
  'ESTABLISHED',
  'CLOSE-WAIT',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'CLOSING',
  'LAST-ACK',
  'TIME-WAIT',
];

/** A connection in which 100 octets came and were read, closed in the given state. */
function closedIn(state: ConnectionState): Wire {
  const wire = Wire.established().send('P. 1:101(100) ack 1');
  wire.read();
  if (state === 'LAST-ACK') wire.send('F. 101:101(0) ack 1');
  wire.close();
  if (state === 'FIN-WAIT-2') wire.send('. 101:101(0) ack 2');
  if (state === 'CLOSING') wire.send('F. 101:101(0) ack 1');
  return wire.advance(50).drain().expectState(state);
}

/** What may arrive after close(): state, rows of docs/linux/closing.md, words, segment. */
const ARRIVALS: readonly (readonly [ConnectionState, string, string, string])[] = [
  ['FIN-WAIT-1', 'b01', 'new text', 'P. 101:201(100) ack 1'],
  ['FIN-WAIT-1', 'b02', 'new text that acknowledges our FIN', 'P. 101:201(100) ack 2'],
  ['FIN-WAIT-1', 'b05', 'new text with a FIN', 'FP. 101:201(100) ack 1'],
  ['FIN-WAIT-1', 'b07', 'text that was read already', 'P. 1:101(100) ack 1'],
  ['FIN-WAIT-1', 'g01', 'FIN that does not acknowledge ours', 'F. 101:101(0) ack 1'],
  ['FIN-WAIT-1', 'g02', 'FIN that acknowledges ours', 'F. 101:101(0) ack 2'],
  ['FIN-WAIT-2', 'b03', 'new text', 'P. 101:201(100) ack 2'],
  ['FIN-WAIT-2', 'b04', 'new text with a FIN', 'FP. 101:201(100) ack 2'],
  ['FIN-WAIT-2', 'b06', 'text that was read already', 'P. 1:101(100) ack 2'],
  ['FIN-WAIT-2', 'b08', 'text behind a hole', 'P. 151:251(100) ack 2'],
  ['FIN-WAIT-2', 'b13, c10', 'ACK', '. 101:101(0) ack 2'],
  ['FIN-WAIT-2', 'h25', 'FIN', 'F. 101:101(0) ack 2'],
  ['FIN-WAIT-2', 'c14', 'RST at RCV.NXT', 'R 101:101(0)'],
  ['FIN-WAIT-2', 'k13', 'RST elsewhere in the window', 'R 111:111(0)'],
  ['FIN-WAIT-2', 'p05', 'SYN in the window', 'S 101:101(0)'],
  ['CLOSING', 'g07', 'FIN again', 'F. 101:101(0) ack 1'],
  ['CLOSING', 'g01, g08', 'ACK of our FIN', '. 102:102(0) ack 2'],
  ['LAST-ACK', 'n27', 'FIN again', 'F. 101:101(0) ack 1'],
  ['LAST-ACK', 'g09', 'text after the FIN', 'P. 102:202(100) ack 1'],
  ['LAST-ACK', 'a07', 'ACK of our FIN', '. 102:102(0) ack 2'],
];

/** All rows that the tables of the code name. */
export const NAMED_ROWS: readonly string[] = [
  CLOSE_TABLE,
  ERROR_DELIVERY,
  FIN_TABLE,
  FIN_WAIT_2_TABLE,
  LINGER_TABLE,
  POLL_TABLE,
  RESET_ERRORS,
  SHUTDOWN_TABLE,
  TEXT_TABLE,
  TIME_WAIT_TABLE,
].flatMap((rules: readonly { readonly rows: readonly string[] }[]) => rules.flatMap(({ rows }) => rows));

/** The tables of docs/CLOSING.md by name, made from the tables of the code, or by trying the code out. */
export const TABLES: Readonly<Record<string, () => string>> = {
  close: () =>
    table(
      ['state', 'unread text', 'linger 0', 'all sent', 'idle', 'close() does', 'reason', 'rows'],
      CLOSE_TABLE.map(closeRow),
    ),
  'time-wait': () => table(['segment', 'answer', '2MSL', 'rows'], TIME_WAIT_TABLE.map(timeWaitRow)),
  'after-close': () =>
    table(
      ['closed in', 'arrives', 'answer', 'then', 'rows'],
      ARRIVALS.map(([state, rows, words, line]) => {
        const wire = closedIn(state).send(line);
        return [state, words, answers(wire), wire.connection.state, rows];
      }),
    ),
  shutdown: () =>
    table(
      ['direction', 'state', 'effect', 'result', 'rows'],
      SHUTDOWN_TABLE.map(({ direction, states, ifSecondFails, effect, error, rows }) => {
        const where =
          ifSecondFails === true ? `${states.join(', ')}, if the profile says so` : states.join(', ');
        return [direction, where, effect, error ?? '0', rows.join(', ')];
      }),
    ),
  'shutdown-tried': () =>
    table(
      ['state', 'SHUT_WR sends', 'then', 'SHUT_RD sends', 'then'],
      STATES.filter((state) => state !== 'SYN-SENT').map((state) => [
        state,
        ...after(state, shutWriting),
        ...after(state, shutReading),
      ]),
    ),
  text: () =>
    table(
      ['state', 'arrives', 'answer', 'rows'],
      TEXT_TABLE.map(({ states, segment, answer, rows }) => [
        states.join(', '),
        segment,
        answer,
        rows.join(', '),
      ]),
    ),
  fin: () =>
    table(
      ['state', 'FIN', 'then', 'rows'],
      FIN_TABLE.map(({ from, event, to, rows }) => [from, event, to, rows.join(', ')]),
    ),
  'fin-wait-2': () =>
    table(
      ['segment', 'answer', 'rows'],
      FIN_WAIT_2_TABLE.map(({ segment, answer, limited, rows }) => [
        segment,
        limited ? `${answer}, at most once in 500 ms` : answer,
        rows.join(', '),
      ]),
    ),
  'error-delivery': () =>
    table(
      ['call', 'when', 'gives', 'rows'],
      ERROR_DELIVERY.map(({ call, when, gives, rows }) => [
        call,
        when,
        GIVEN[gives] ?? gives,
        rows.join(', '),
      ]),
    ),
  linger: () =>
    table(
      ['state after close()', 'profile', 'close()', 'rows'],
      LINGER_TABLE.map(({ states, until, textAcknowledged, close, rows }) => {
        const condition = textAcknowledged === true ? ', and the text is acknowledged' : '';
        const profile = until === undefined ? 'any' : `lingers until '${until}'${condition}`;
        return [states.join(', '), profile, close, rows.join(', ')];
      }),
    ),
  'linger-tried': () =>
    table(
      ['state', 'linger {1, 0} sends', 'then', 'linger {1, t} sends', 'then', 'close() waits'],
      STATES.map((state) => {
        const closed = wireIn(state).close();
        const waits = lingers(closed.connection) ? 'yes' : 'no';
        const { state: then } = closed.connection;
        return [state, ...after(state, (wire) => wire.close(true)), answers(closed), then, waits];
      }),
    ),
  errors: () =>
    table(
      ['a RST in', 'is told as', 'rows'],
      RESET_ERRORS.map(({ states, refuses, error, rows }) => {
        const which = ' of an active open, if the profile calls that refused';
        const where = `${states.join(', ')}${refuses === true ? which : ''}`;
        return [where, error, rows.join(', ')];
      }),
    ),
  reasons: () =>
    table(
      ['reason', 'comes from', 'meaning'],
      Object.entries(END_REASONS).map(([reason, { cause, meaning }]) => [reason, cause, meaning]),
    ),
  poll: () =>
    table(
      ['when', 'flags', 'rows'],
      POLL_TABLE.map(({ when, flags, rows }) => [when, flags.join(', ') || 'none', rows.join(', ')]),
    ),
  'poll-tried': () =>
    table(
      ['state', 'flags', 'after SHUT_RD', 'after SHUT_WR', 'after SHUT_RDWR', 'after a RST'],
      STATES.map((state) => [state, ...POLLED.map((act) => flagsOf(state, act))]),
    ),
  rows: () => {
    const shownBy = showing();
    return table(
      ['row', 'shown by'],
      NAMED.map((row) => [row, shownBy(row)]),
    );
  },
  probed: () => {
    const shownBy = showing();
    return table(
      ['row', 'section', 'statement', 'shown by'],
      Object.entries(PROBED).map(([row, [section, what]]) => [row, String(section), what, shownBy(row)]),
    );
  },
  notes: () => {
    const shownBy = showing();
    return table(
      ['scenario', 'row', 'shown by'],
      SCENARIOS.map((name) => [name, sameAs(name) === name ? '' : sameAs(name), shownBy(name)]),
    );
  },
};

/** What shows a row, as text. */
function showing(): (row: string) => string {
  const shownBy = evidence();
  return (row) => {
    const path = shownBy(row);
    return path === null ? `none yet: ${NOT_SHOWN[row] ?? 'missing'}` : `\`${path}\``;
  };
}

function closeRow({ states, unread, lingerZero, allSent, idle, action, reason, rows }: CloseRule): string[] {
  const condition = (holds: true | undefined): string => (holds === true ? 'yes' : '');
  const conditions = [condition(unread), condition(lingerZero), condition(allSent), condition(idle)];
  return [states.join(', '), ...conditions, action, reason, rows.join(', ')];
}

function timeWaitRow({ segment, verdict, limited, rows }: TimeWaitRule): string[] {
  const answer = limited ? `${verdict.answer}, at most once in 500 ms` : verdict.answer;
  const ends = verdict.answer === 'end' || verdict.answer === 'open';
  return [segment, answer, ends ? '' : verdict.restart ? 'start again' : 'go on', rows.join(', ')];
}

function shutWriting(wire: Wire): Wire {
  return wire.shutdown();
}

function shutReading(wire: Wire): Wire {
  wire.connection.shutdownReceive(wire.now);
  return wire.pull();
}

const FLAG_ORDER = ['IN', 'PRI', 'OUT', 'RDHUP', 'ERR', 'HUP'] as const;

const SHUT: readonly ((wire: Wire) => Wire)[] = [
  shutReading,
  shutWriting,
  (wire) => shutReading(shutWriting(wire)),
];

/** What is done before a socket is polled. */
const POLLED: readonly ((wire: Wire) => Wire)[] = [
  (wire) => wire,
  ...SHUT,
  (wire) => wire.send(wire.connection.state === 'SYN-SENT' ? 'R. 0:0(0) ack 1' : 'R 1:1(0)'),
];

function flagsOf(state: ConnectionState, act: (wire: Wire) => Wire): string {
  // The socket gives up the attempt to connect, and is without a connection and with an error then.
  const givesUp = state === 'SYN-SENT' && SHUT.includes(act);
  const facts = givesUp ? PollFact.Error : pollFactsOf(act(wireIn(state)).connection);
  const flags = decidePoll(facts);
  return FLAG_ORDER.filter((flag) => flags.includes(flag)).join(', ') || 'none';
}

/** What calls give, in words. */
const GIVEN: Readonly<Record<string, string>> = {
  error: 'the error, once',
  'soft error': 'the error, once',
  end: '0',
};

function wireIn(state: ConnectionState): Wire {
  return state === 'SYN-RECEIVED' ? Wire.simultaneousOpen() : Wire.in(state);
}

/** What is sent by what a program does in a state, and the state then. */
function after(state: ConnectionState, act: (wire: Wire) => Wire): [string, ConnectionState] {
  const wire = act(wireIn(state));
  return [answers(wire), wire.connection.state];
}

const FLAGS = [
  ['RST', Flag.RST],
  ['FIN', Flag.FIN],
  ['ACK', Flag.ACK],
] as const;

/** What a connection has sent. */
function answers({ sent }: Wire): string {
  const names = ({ flags }: Segment): string =>
    FLAGS.filter(([, bit]) => (flags & bit) !== 0)
      .map(([name]) => name)
      .join('+');
  return sent.map(names).join(', ') || 'nothing';
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(headings), `|${'---|'.repeat(headings.length)}`, ...rows.map(line)].join('\n');
}
