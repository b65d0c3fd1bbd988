import type { ConnectionState } from './connection-state.ts';

/** Errors that a connection can hand to its owner, by their POSIX names. */
export type ErrorCode =
  | 'ECONNRESET'
  | 'ECONNREFUSED'
  | 'ECONNABORTED'
  | 'ETIMEDOUT'
  | 'EPIPE'
  | 'EHOSTUNREACH'
  | 'ENETUNREACH'
  | 'EPROTO';

/** Why a FIN or a RST was sent or taken, or why a connection ended without one. */
export type EndReason =
  | 'close'
  | 'shutdown'
  | 'unread data at close'
  | 'linger 0'
  | 'data after close'
  | 'listener closed'
  | 'abort'
  | 'disconnect'
  | 'retransmissions exhausted'
  | 'user timeout'
  | 'keep-alive exhausted'
  | 'FIN-WAIT-2 limit'
  | 'TCP_LINGER2 negative'
  | 'connection refused'
  | 'handshake timed out'
  | 'unreachable'
  | 'bad handshake'
  | 'peer closed'
  | 'peer reset';

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

/** How one direction of a connection ended. */
export type DirectionEnd = 'open' | 'fin' | 'reset' | 'timeout';
