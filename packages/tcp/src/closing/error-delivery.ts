import { shown } from '@halfclose/codec/arguments';
import { checkBits } from '../base/check-arguments.ts';

/** What is known of a socket when a call cannot do its work at once, as bits. */
export const CallFact = {
  /** There is a connection, in whatever state: connect() was called, or accept() gave it. */
  Connection: 0x01,
  /** An error is pending: a RST (see {@link RESET_ERRORS}), a timeout, an attempt to connect that failed. */
  Error: 0x02,
  /** A network error is pending that did not end the connection. */
  SoftError: 0x04,
  /** The peer's FIN was taken in. */
  PeerClosed: 0x08,
  /** Nothing more is to be read: SHUT_RD, the peer's FIN, or the end of the connection. */
  ReceiveShut: 0x10,
  /** Nothing more is to be written: SHUT_WR, or the end of the connection. */
  SendShut: 0x20,
} as const;

/** The calls that deliver errors: recv() without text to read, send() that takes nothing, and SO_ERROR. */
export type ErrorCall = 'recv' | 'send' | 'SO_ERROR';

/**
 * What a call gives. `error`, `soft error`: the pending one, which is thereby taken; `end`: 0, the end of the stream, or
 * no error; the others: always the same error.
 */
export type CallResult = 'error' | 'soft error' | 'end' | 'EAGAIN' | 'ENOTCONN' | 'EPIPE';

/** One row of the table. The first row decides that is of the call, whose facts all hold and none of whose others. */
export interface ErrorDeliveryRule {
  /** Rows of docs/linux/closing.md and notes.md that show it. */
  readonly rows: readonly string[];
  readonly call: ErrorCall;
  /** When, in words. */
  readonly when: string;
  /** Bits of {@link CallFact} that must hold. */
  readonly all: number;
  /** Bits that must not hold. */
  readonly none: number;
  readonly gives: CallResult;
}

/** All bits of {@link CallFact}. */
const ALL_FACTS = 0x3f;

const { Connection, Error: Failed, SoftError, PeerClosed, ReceiveShut, SendShut } = CallFact;

/**
 * Which call delivers which error (docs/linux/closing.md, section 5). There is one pending error, and who asks first takes
 * it; the end of the peer's stream comes before it, so that a RST in CLOSE-WAIT never shows in recv().
 */
export const ERROR_DELIVERY: readonly ErrorDeliveryRule[] = [
  rule(['l06', 'l07', 'm05', 'n22'], 'recv', "the peer's FIN was taken in", PeerClosed, 0, 'end'),
  rule(['k16', 'l01', 'l05', 'l08', 'l16', 'm10'], 'recv', 'an error is pending', Failed, 0, 'error'),
  rule(['D1', 'f02', 'f03', 'm11', 'm13'], 'recv', 'nothing more is to be read', ReceiveShut, 0, 'end'),
  rule(['m01', 'm02'], 'recv', 'there is no connection', 0, Connection, 'ENOTCONN'),
  rule(['l13', 'm03', 'n23'], 'recv', 'text may still come', 0, 0, 'EAGAIN'),
  rule(['l02', 'l17', 'm10', 'm14'], 'send', 'an error is pending', Failed, 0, 'error'),
  rule(['m01', 'm02'], 'send', 'there is no connection', 0, Connection, 'EPIPE'),
  rule(['l06', 'm06', 'm07', 'm08', 'm11'], 'send', 'nothing more is to be written', SendShut, 0, 'EPIPE'),
  rule(['l13', 'm03', 'm16'], 'send', 'the handshake is not over, or there is no room', 0, 0, 'EAGAIN'),
  rule(['l03', 'l06', 'l09', 'l10'], 'SO_ERROR', 'an error is pending', Failed, 0, 'error'),
  rule(['l19'], 'SO_ERROR', 'a network error is pending', SoftError, 0, 'soft error'),
  rule(['l11', 'm04'], 'SO_ERROR', 'nothing is pending', 0, 0, 'end'),
];

/**
 * What the call gives; `facts`: bits of {@link CallFact}.
 *
 * @throws RangeError for what is no call, or no bits
 */
export function decideCall(call: ErrorCall, facts: number): CallResult {
  checkBits('facts', facts, ALL_FACTS);
  for (const row of ERROR_DELIVERY) {
    if (row.call === call && (facts & row.all) === row.all && (facts & row.none) === 0) return row.gives;
  }
  throw new RangeError(`call must be recv, send or SO_ERROR, not ${shown(call)}`);
}

function rule(
  rows: readonly string[],
  call: ErrorCall,
  when: string,
  all: number,
  none: number,
  gives: CallResult,
): ErrorDeliveryRule {
  return { rows, call, when, all, none, gives };
}
