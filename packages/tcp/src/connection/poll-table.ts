import { checkBits } from '../base/check-arguments.ts';
import { checkConnection } from '../control/check-connection.ts';
import type { Connection } from './connection.ts';

/** What is known of a socket that is polled, as bits. */
export const PollFact = {
  Listening: 0x001,
  /** A connection waits to be accepted. */
  Acceptable: 0x002,
  /** There is a connection, in whatever state. */
  Connection: 0x004,
  /** SYN-SENT or SYN-RECEIVED. */
  Opening: 0x008,
  /** CLOSED or TIME-WAIT. */
  Over: 0x010,
  /** Nothing more is to be read: SHUT_RD, the peer's FIN, or the end of the connection. */
  ReceiveShut: 0x020,
  /** Nothing more is to be written: SHUT_WR, or the end of the connection. */
  SendShut: 0x040,
  /** There is text to read. */
  Text: 0x080,
  /** A third of the send buffer is free. */
  Room: 0x100,
  /** The urgent octet has arrived. */
  Urgent: 0x200,
  /** An error is pending. */
  Error: 0x400,
} as const;

/** How many values the facts can have. */
export const POLL_FACTS = 0x800;

/** Flags of poll(2). */
export type PollFlag = 'IN' | 'PRI' | 'OUT' | 'ERR' | 'HUP' | 'RDHUP';

/** One row of the table: flags of a socket all of whose facts hold, and none of whose others. All rows that hold count. */
export interface PollRule {
  /** Rows of docs/linux/closing.md that show it; none: outside of what was measured. */
  readonly rows: readonly string[];
  /** When, in words. */
  readonly when: string;
  /** Bits of {@link PollFact} that must hold. */
  readonly all: number;
  /** Bits that must not hold. */
  readonly none: number;
  readonly flags: readonly PollFlag[];
}

const { Listening, Acceptable, Opening, Over, ReceiveShut, SendShut, Text, Room, Urgent } = PollFact;

/** Readiness (docs/linux/closing.md, section 5; notes.md, section 10; Linux tcp_poll). */
export const POLL_TABLE: readonly PollRule[] = [
  rule(['m02'], 'a listener, and nobody waits', Listening, Acceptable, []),
  rule(['m02'], 'a listener, and a connection waits to be accepted', Listening | Acceptable, 0, ['IN']),
  rule(['m01', 'm17'], 'there is no connection', 0, Listening | PollFact.Connection, ['OUT', 'HUP']),
  rule(['m03', 'l13'], 'the handshake is not over', Opening, 0, []),
  rule(['m05', 'm11'], 'nothing more is to be read', ReceiveShut, 0, ['IN', 'RDHUP']),
  rule(['m04', 'm12'], 'there is text to read', Text, Opening, ['IN']),
  rule(['m04', 'm16'], 'a third of the send buffer is free', Room, Opening, ['OUT']),
  rule(['m06'], 'nothing more is to be written: a write says so at once', SendShut, Opening, ['OUT']),
  rule(['m07', 'm08', 'm09', 'm11'], 'neither is', ReceiveShut | SendShut, 0, ['HUP']),
  rule(['m07', 'm10'], 'the connection is over', Over, 0, ['HUP']),
  rule(['m10', 'm13', 'm14'], 'an error is pending', PollFact.Error, 0, ['ERR']),
  rule([], 'the urgent octet has arrived', Urgent, Opening, ['PRI']),
];

/**
 * The flags of a socket; `facts`: bits of {@link PollFact}.
 *
 * @throws RangeError for what are no such bits
 */
export function decidePoll(facts: number): PollFlag[] {
  checkBits('facts', facts, POLL_FACTS - 1);
  const flags = new Set<PollFlag>();
  for (const row of POLL_TABLE) {
    if ((facts & row.all) === row.all && (facts & row.none) === 0)
      for (const flag of row.flags) flags.add(flag);
  }
  return [...flags];
}

/**
 * Bits of {@link PollFact} of a connection.
 *
 * @throws TypeError for what is no connection
 */
export function pollFactsOf(connection: Connection): number {
  checkConnection(connection);
  const { state, receiveShut, sendShut } = connection;
  return (
    PollFact.Connection |
    (isOpening(connection) ? Opening : 0) |
    (state === 'CLOSED' || state === 'TIME-WAIT' ? Over : 0) |
    (receiveShut ? ReceiveShut : 0) |
    (sendShut ? SendShut : connection.isWritable ? Room : 0) |
    (connection.readable > 0 ? Text : 0) |
    (connection.urgent?.octet === 'arrived' ? Urgent : 0) |
    (connection.error === null ? 0 : PollFact.Error)
  );
}

/** With Fast Open, who waits for text to send may write, and who got some may do all (Linux tcp_poll). */
function isOpening(connection: Connection): boolean {
  const { state, fastOpen } = connection;
  if (state === 'SYN-SENT') return fastOpen?.side !== 'active' || !fastOpen.isDeferred;
  return state === 'SYN-RECEIVED' && !connection.isOpenBeforeAck;
}

function rule(
  rows: readonly string[],
  when: string,
  all: number,
  none: number,
  flags: readonly PollFlag[],
): PollRule {
  return { rows, when, all, none, flags };
}
