import type { ConnectionState } from './connection-state.ts';
import type { EndReason } from './end-reasons.ts';

/** Errors that a connection can hand to its owner, by their POSIX names. */
export type ErrorCode =
  | 'ECONNRESET'
  | 'ECONNREFUSED'
  | 'ECONNABORTED'
  | 'ETIMEDOUT'
  | 'EPIPE'
  | 'EHOSTUNREACH'
  | 'ENETUNREACH'
  | 'EPROTO'
  | 'ENOPROTOOPT'
  | 'EOPNOTSUPP'
  | 'EHOSTDOWN'
  | 'ENONET'
  | 'EACCES';

/** One FIN or RST, ours or the peer's. */
export interface EndMark {
  readonly kind: 'fin' | 'rst';
  readonly direction: 'sent' | 'received';
  /** Milliseconds of the connection's clock. */
  readonly time: number;
  readonly reason: EndReason;
}

/** One change of state. */
export interface StateChange {
  readonly from: ConnectionState;
  readonly to: ConnectionState;
  readonly time: number;
  readonly why: string;
}

/**
 * How one direction of a connection ended. `fin`: in order, its FIN acknowledged or taken in; `fin unacknowledged`: our
 * FIN was sent and no answer is known; `reset`: a RST of either side cut it off; `timeout`: nobody answered any more, or
 * the limit of FIN-WAIT-2 was reached; `open`: not at all.
 */
export type DirectionEnd = 'open' | 'fin' | 'fin unacknowledged' | 'reset' | 'timeout';
