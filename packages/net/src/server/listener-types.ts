import type { ConnectionState } from '@halfclose/stack';
import type { SocketCloseReport } from '../ending/close-report.ts';
import type { Socket } from '../types.ts';

/**
 * What 'error' tells: whatever the socket was destroyed with. An error of the network has a `code`, and the rest as far
 * as Node fills it in; `reason` is ours.
 */
export interface SocketError extends NodeJS.ErrnoException {
  /** The peer's address, where the failed call had one. */
  address?: string | undefined;
  /** The peer's port, where the failed call had one. */
  port?: number | undefined;
  /** Our address, where the failed call was to bind it. */
  localAddress?: string | undefined;
  /** Our port, where the failed call was to bind it. */
  localPort?: number | undefined;
  /** Why the connection failed, where the stack knows more than the code says. */
  reason?: string | undefined;
}

/** A listener of 'tcpstate': the new state by the name of RFC 9293, and what led to it. */
type StateListener = (state: ConnectionState, why: string) => void;
/** A listener of 'closereport': how the connection ended. */
type ReportListener = (report: SocketCloseReport) => void;
/** A listener of 'acked': the bytes that the peer has acknowledged in all. */
type AckedListener = (bytesAcked: number) => void;
/** A listener of 'peerend'. */
type PeerEndListener = () => void;
/** A listener of 'error'. */
type ErrorListener = (error: SocketError) => void;
/** A listener of 'connectionAttemptFailed'. */
type AttemptFailedListener = (ip: string, port: number, family: number, error: SocketError) => void;
/** A listener of a server's 'connection'. */
type ConnectionListener = (socket: Socket) => void;

// The compiler looks at overloads with literal names first, so one with a type parameter would come after Node's own.

/** The methods of a socket that take listeners, for the events that Node does not have or types more loosely. */
export interface SocketListeners {
  /** Each change of state, also after 'close': the connection outlives its socket. */
  on(event: 'tcpstate', listener: StateListener): this;
  /** How the connection ended, once for each connection, as soon as it has: with 'close', or later. */
  on(event: 'closereport', listener: ReportListener): this;
  /** The peer has ended its stream, and all of it is here, read or not: once for each connection, before 'end'. */
  on(event: 'peerend', listener: PeerEndListener): this;
  /** The peer has acknowledged more; at most once a turn of the event loop, also after 'close'. */
  on(event: 'acked', listener: AckedListener): this;
  on(event: 'error', listener: ErrorListener): this;
  on(event: 'connectionAttemptFailed', listener: AttemptFailedListener): this;
  /** Adds a listener for the next time: {@link SocketListeners.on} has the events. */
  once(event: 'tcpstate', listener: StateListener): this;
  once(event: 'closereport', listener: ReportListener): this;
  once(event: 'peerend', listener: PeerEndListener): this;
  once(event: 'acked', listener: AckedListener): this;
  once(event: 'error', listener: ErrorListener): this;
  once(event: 'connectionAttemptFailed', listener: AttemptFailedListener): this;
  /** As {@link SocketListeners.on}. */
  addListener(event: 'tcpstate', listener: StateListener): this;
  addListener(event: 'closereport', listener: ReportListener): this;
  addListener(event: 'peerend', listener: PeerEndListener): this;
  addListener(event: 'acked', listener: AckedListener): this;
  addListener(event: 'error', listener: ErrorListener): this;
  addListener(event: 'connectionAttemptFailed', listener: AttemptFailedListener): this;
  /** As {@link SocketListeners.on}, before all listeners that are there. */
  prependListener(event: 'tcpstate', listener: StateListener): this;
  prependListener(event: 'closereport', listener: ReportListener): this;
  prependListener(event: 'peerend', listener: PeerEndListener): this;
  prependListener(event: 'acked', listener: AckedListener): this;
  prependListener(event: 'error', listener: ErrorListener): this;
  prependListener(event: 'connectionAttemptFailed', listener: AttemptFailedListener): this;
  /** As {@link SocketListeners.once}, before all listeners that are there. */
  prependOnceListener(event: 'tcpstate', listener: StateListener): this;
  prependOnceListener(event: 'closereport', listener: ReportListener): this;
  prependOnceListener(event: 'peerend', listener: PeerEndListener): this;
  prependOnceListener(event: 'acked', listener: AckedListener): this;
  prependOnceListener(event: 'error', listener: ErrorListener): this;
  /** Takes a listener away. */
  off(event: 'tcpstate', listener: StateListener): this;
  off(event: 'closereport', listener: ReportListener): this;
  off(event: 'peerend', listener: PeerEndListener): this;
  off(event: 'acked', listener: AckedListener): this;
  off(event: 'error', listener: ErrorListener): this;
  off(event: 'connectionAttemptFailed', listener: AttemptFailedListener): this;
  /** As {@link SocketListeners.off}. */
  removeListener(event: 'tcpstate', listener: StateListener): this;
  removeListener(event: 'closereport', listener: ReportListener): this;
  removeListener(event: 'peerend', listener: PeerEndListener): this;
  removeListener(event: 'acked', listener: AckedListener): this;
  removeListener(event: 'error', listener: ErrorListener): this;
  removeListener(event: 'connectionAttemptFailed', listener: AttemptFailedListener): this;
  /** Calls the listeners of an event; `true`: there was one. */
  emit(event: 'tcpstate', ...change: Parameters<StateListener>): boolean;
  emit(event: 'closereport', report: SocketCloseReport): boolean;
  emit(event: 'peerend'): boolean;
  emit(event: 'acked', bytesAcked: number): boolean;
  emit(event: 'error', error: SocketError): boolean;
  emit(event: 'connectionAttemptFailed', ...failure: Parameters<AttemptFailedListener>): boolean;
}

/** The methods of a server that take listeners, for the event that brings sockets. */
export interface ServerListeners {
  /** A connection was accepted; its socket has what is ours, too. */
  on(event: 'connection', listener: ConnectionListener): this;
  /** Adds a listener for the next time: {@link ServerListeners.on} has the events. */
  once(event: 'connection', listener: ConnectionListener): this;
  /** As {@link ServerListeners.on}. */
  addListener(event: 'connection', listener: ConnectionListener): this;
  /** As {@link ServerListeners.on}, before all listeners that are there. */
  prependListener(event: 'connection', listener: ConnectionListener): this;
  /** As {@link ServerListeners.once}, before all listeners that are there. */
  prependOnceListener(event: 'connection', listener: ConnectionListener): this;
  /** Takes a listener away. */
  off(event: 'connection', listener: ConnectionListener): this;
  /** As {@link ServerListeners.off}. */
  removeListener(event: 'connection', listener: ConnectionListener): this;
  /** Calls the listeners; `true`: there was one. */
  emit(event: 'connection', socket: Socket): boolean;
}
