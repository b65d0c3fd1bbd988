import type * as nodeNet from 'node:net';
import type { CongestionControlName, ConnectionState, DumpedConnection, TcpInfo } from '@halfclose/stack';
import type { SocketCloseReport } from './ending/close-report.ts';
import type { ServerListeners, SocketListeners } from './server/listener-types.ts';
import type { KeepAliveSettings } from './socket/socket-settings.ts';
import type { KeepAliveTimes } from './socket/tuning-options.ts';

/** What a socket has beyond Node's. */
export interface SocketExtras extends SocketListeners {
  /**
   * The connection's state by the names of RFC 9293 (`'ESTABLISHED'`); `'CLOSED'` where there is none. A connection
   * that the host keeps as a record only (TIME-WAIT) stays so here.
   */
  readonly tcpState: ConnectionState;
  /**
   * TCP_INFO of tcp(7), by Linux's names: round trips, windows, what was sent again. `null` where there is no connection, and
   * after the socket has let go of it.
   */
  tcpInfo(): TcpInfo | null;
  /** How the connection ended; `null` before its end, and where there was none. */
  readonly closeReport: SocketCloseReport | null;
  /**
   * SO_LINGER. Enabled with 0 seconds, `destroy` and `close` of an open connection reset it; with more, 'close' waits
   * until everything is acknowledged, at most so long. Throws ERR_INVALID_ARG_TYPE, or ERR_OUT_OF_RANGE where the
   * seconds are none of 0 to 2^31 - 1.
   */
  setLinger(enabled: boolean, seconds?: number): this;
  /**
   * Ends one direction or both, as shutdown(2): `'write'` is `end`; `'read'` sends nothing and brings 'end', which
   * without `allowHalfOpen` ends our direction, too.
   */
  shutdown(how: 'read' | 'write' | 'both'): this;
  /**
   * Waits until TCP has taken what was written, then closes as close(2): unread octets make that a reset. With SO_LINGER
   * of 0 s it does not wait: a reset. Resolves with the close report: with SO_LINGER of t > 0 s when Linux's close()
   * would have returned, t s after the call at the latest, and what was not taken by then is lost, by a reset; else when
   * the connection has ended (CLOSED or TIME-WAIT). A peer that takes nothing is given up with ETIMEDOUT when TCP would
   * give up an orphan, one that never ends its stream at the profile's limit of FIN-WAIT-2. Holds the process until then.
   * `destroy` ends the waiting for TCP, `resetAndDestroy` resets at any time. Rejects with ERR_SOCKET_CLOSED only where
   * there never was a connection.
   */
  close(): Promise<SocketCloseReport>;
  /** As in `node:net`, with the options that are ours beside Node's: {@link TcpConnectOptions}. */
  connect(options: TcpConnectOptions, connectionListener?: () => void): this;
  /**
   * The close report when the connection has ended (CLOSED or TIME-WAIT) and 'close' was told, as event 'closereport'
   * brings it. Closes nothing and holds no process. Before `connect` it waits for the connection that comes. Rejects with
   * ERR_SOCKET_CLOSED where there never was a connection; that rejection needs no handler.
   */
  whenReported(): Promise<SocketCloseReport>;
  /**
   * Bytes of data of the present connection, or of the last one, that the peer's TCP has acknowledged. Whether its program
   * has read them nobody can tell. 0 on sockets of the kernel.
   */
  readonly bytesAcked: number;
  /**
   * Resolves when the peer has acknowledged all that was written by now, what still is in the stream included; also
   * after 'close'. Rejects with the connection's error, or with ERR_SOCKET_CLOSED and a `reason`, as soon as that cannot
   * be any more; with EOPNOTSUPP on sockets of the kernel.
   */
  whenAcked(): Promise<void>;
  /**
   * TCP_USER_TIMEOUT in milliseconds: as long data may go unacknowledged, or the peer's window stay closed, before the
   * connection fails with ETIMEDOUT; 0: as long as TCP tries. Throws ERR_INVALID_ARG_TYPE, or ERR_OUT_OF_RANGE for what is
   * no integer of 0 to 2^31 - 1.
   */
  setUserTimeout(milliseconds: number): this;
  /** TCP_USER_TIMEOUT in milliseconds; 0: none. That of a `close` that flushes does not count. */
  getUserTimeout(): number;
  /**
   * As in Node 26, on all versions. Times in milliseconds, rounded down to seconds, as TCP_KEEPIDLE and TCP_KEEPINTVL have
   * them; 0: as they are, or with an initial delay 1 s and 10 probes.
   */
  setKeepAlive(
    enable?: boolean | KeepAliveSettings,
    initialDelay?: number,
    interval?: number,
    count?: number,
  ): this;
  /**
   * Keep-alives with times in milliseconds, true ones, in contrast to {@link SocketExtras.setKeepAlive}; they are on from
   * then, and what is left out is as it was. Throws ERR_INVALID_ARG_TYPE or ERR_OUT_OF_RANGE, naming the member. On
   * connections of the kernel they are on, with the kernel's times.
   */
  setKeepAliveTimes(times: KeepAliveTimes): this;
  /** The times of keep-alives, whether they are on or not. */
  getKeepAliveTimes(): Required<KeepAliveTimes>;
  /** IP_TOS, IPV6_TCLASS: 0 to 255, as in Node 26, on all versions. ERR_INVALID_ARG_TYPE or ERR_OUT_OF_RANGE for others. */
  setTypeOfService(tos: number): this;
  /** Of what is sent; without a connection, what was set. */
  getTypeOfService(): number;
  /**
   * SO_SNDBUF in bytes; Linux takes twice as much, for its bookkeeping, and at least 4608. Throws
   * ERR_SOCKET_BAD_BUFFER_SIZE for what is no integer of 1 to 2^32 - 1.
   */
  setSendBufferSize(size: number): this;
  /** What the send buffer takes in bytes, bookkeeping included. */
  getSendBufferSize(): number;
  /** SO_RCVBUF, likewise; at least 2304. What is set before `connect` decides how far windows are scaled. */
  setRecvBufferSize(size: number): this;
  /** What the receive buffer takes in bytes, bookkeeping included. */
  getRecvBufferSize(): number;
  /** TCP_CONGESTION, from now on. Throws ENOENT for a name that is not known. */
  setCongestionControl(name: CongestionControlName): this;
  /** The congestion control in use. */
  getCongestionControl(): CongestionControlName;
  /** TCP_QUICKACK: acknowledgments go at once, or wait for what the program answers, until TCP has learnt otherwise. */
  setQuickAck(enable?: boolean): this;
}

/** What a server has beyond Node's, and those of `node:http` and `node:tls` may be without. */
export interface ServerExtras {
  /** Stops listening and destroys all connections. `callback`: with 'close', or if there is nothing to close. */
  destroy(callback?: () => void): this;
}

/** A server as `createServer` and `new Server` make it. */
export type TcpServer = ServerExtras & Server;

/** What all servers take beyond Node's. */
interface ServerListening extends ServerListeners {
  listen(options: ExtraListenOptions, listeningListener?: () => void): this;
}

/** What `listen` takes. */
export interface ExtraListenOptions extends nodeNet.ListenOptions {
  /**
   * What becomes of connections that find the backlog full: `'refuse'`, a RST, so that `connect` fails with ECONNREFUSED;
   * `'silent'`, nothing, so that they try again. Default: as the profile says.
   */
  whenFull?: 'refuse' | 'silent' | undefined;
  /** SO_REUSEPORT: several servers on one port, which share its connections by a hash of addresses and ports. */
  reusePort?: boolean | undefined;
}

/** A TCP socket: node:net's, and a little more. */
export type Socket = SocketExtras & nodeNet.Socket;

/** A TCP server: node:net's, whose connections are sockets of ours. */
export type Server = ServerListening & nodeNet.Server;

/** What `new Socket` takes beyond node:net's options. */
export interface ExtraSocketOptions {
  /** SO_LINGER in seconds, 0 to 2^31 - 1; `false`: off. See {@link SocketExtras.setLinger}. */
  linger?: number | false | undefined;
  /**
   * What octets in the stream's own buffer are when the socket is destroyed or closed: `'buffered'` (default), read, as in Node;
   * `'strict'`, unread, so that the peer gets a RST. The close report counts them in either case.
   */
  unread?: 'strict' | 'buffered' | undefined;
  /** See {@link SocketExtras.setUserTimeout}. */
  userTimeout?: number | undefined;
  /** Milliseconds between two keep-alives, and how many may go unanswered: see {@link SocketExtras.setKeepAlive}. */
  keepAliveInterval?: number | undefined;
  /** How many keep-alives may go unanswered: see {@link SocketExtras.setKeepAlive}. */
  keepAliveCount?: number | undefined;
  /** See {@link SocketExtras.setKeepAliveTimes}; keep-alives are on, and the other options of theirs do not count. */
  keepAliveTimes?: KeepAliveTimes | undefined;
  /** See {@link SocketExtras.setTypeOfService}. */
  typeOfService?: number | undefined;
  /** See {@link SocketExtras.setSendBufferSize} and {@link SocketExtras.setRecvBufferSize}. */
  sendBufferSize?: number | undefined;
  /** SO_RCVBUF in bytes: see {@link SocketExtras.setRecvBufferSize}. */
  recvBufferSize?: number | undefined;
  /** See {@link SocketExtras.setCongestionControl}. */
  congestionControl?: CongestionControlName | undefined;
  /** TCP_SYNCNT: how often a SYN is sent again, 1 to 127. */
  synRetries?: number | undefined;
}

/** What `connect` takes beyond {@link ExtraSocketOptions}. */
export interface ExtraConnectOptions {
  /**
   * Milliseconds for the whole attempt to connect, name lookup and all addresses included, by the host's clock; then it
   * fails with ETIMEDOUT. 0, default: as long as TCP tries.
   */
  connectTimeout?: number | undefined;
  /**
   * Happy Eyeballs (RFC 8305): attempts to all addresses that the lookup gives, IPv6 and IPv4 in turn, each begun
   * `attemptDelay` milliseconds (default: 250, at least 10) after the one before it, or when that has failed; the first that
   * succeeds counts. In place of `autoSelectFamily`.
   */
  happyEyeballs?: boolean | { readonly attemptDelay?: number | undefined } | undefined;
}

/** What `new Server` takes beyond node:net's options, for the sockets of its connections. */
export type ExtraServerOptions = Omit<ExtraSocketOptions, 'synRetries'>;

/** A part of what `connect` takes; Node's types have it under this name until those of Node 22. */
export interface OnReadOptions {
  /** One buffer that all that is read goes to, and who is called with it, in place of events 'data'. */
  onread?: nodeNet.OnReadOpts | undefined;
}

// Node's names for these are given where they are exported: the bundler of types takes a name that is declared once for
// one and the same within the namespace of the default export, too.

/** What `new Socket` takes. */
export interface SocketOptions extends nodeNet.SocketConstructorOpts, ExtraSocketOptions {}

/** What `new Server` and `createServer` take. */
export interface ServerOptions extends nodeNet.ServerOpts, ExtraServerOptions {}

/** What `connect` takes to connect over TCP. */
export interface TcpConnectOptions
  extends nodeNet.TcpNetConnectOpts, ExtraSocketOptions, ExtraConnectOptions {}

/** What `connect` takes. */
export type ConnectOptions = TcpConnectOptions | nodeNet.IpcNetConnectOpts;

/** `Socket`: a function that works with `new`, without it, and by `Socket.call(this)`. */
export interface SocketConstructor extends Omit<typeof nodeNet.Socket, 'prototype'> {
  /** What all sockets of this copy of the API inherit from. */
  readonly prototype: Socket;
  new (options?: SocketOptions): Socket;
  (options?: SocketOptions): Socket;
}

/** `Server`, likewise. */
export interface ServerConstructor extends Omit<typeof nodeNet.Server, 'prototype'> {
  /** What all servers of this copy of the API inherit from. */
  readonly prototype: Server;
  new (connectionListener?: (socket: Socket) => void): TcpServer;
  new (options?: ServerOptions, connectionListener?: (socket: Socket) => void): TcpServer;
  (connectionListener?: (socket: Socket) => void): TcpServer;
  (options?: ServerOptions, connectionListener?: (socket: Socket) => void): TcpServer;
}

/** A port of ours that is bound and neither listens nor connects yet (Node 24 and later). */
export interface BoundSocket extends Disposable {
  /** The address, with the port that was chosen for 0; of a path, the path. */
  address(): nodeNet.AddressInfo | string;
  /** -1: a socket of ours has no descriptor. Of a path, that of the runtime's socket. */
  fd(): number;
  /** Gives the port back, if nobody has adopted it. */
  close(): void;
  readonly isPipe: boolean;
}

/** What `new BoundSocket` takes. */
export interface BoundSocketOptions {
  /** An address, no name. Default: 0.0.0.0, with `ipv6Only` ::. */
  host?: string | undefined;
  /** Default: 0, any that is free. */
  port?: number | undefined;
  /** Takes no connections of IPv4, as IPV6_V6ONLY. Default: false. */
  ipv6Only?: boolean | undefined;
  /** SO_REUSEPORT: others that say so, too, may bind the same port. Default: false. */
  reusePort?: boolean | undefined;
  /** A path of the machine, instead of all others. */
  path?: string | undefined;
}

/**
 * `BoundSocket`: binds at once. Throws the error of bind(2) (`EADDRINUSE`, `EADDRNOTAVAIL`), and for what is no option as
 * Node does. Adopted by `server.listen(bound)` or `new Socket({ handle: bound })`; from then on its methods throw
 * ERR_SOCKET_HANDLE_ADOPTED.
 */
export type BoundSocketConstructor = new (options?: BoundSocketOptions) => BoundSocket;

/** `connect` in its forms. */
export interface Connect {
  (port: number | string, host?: string, connectionListener?: () => void): Socket;
  (target: ConnectOptions | number | string, connectionListener?: () => void): Socket;
}

/** `createServer` in its forms. */
export interface CreateServer {
  (connectionListener?: (socket: Socket) => void): TcpServer;
  (options?: ServerOptions, connectionListener?: (socket: Socket) => void): TcpServer;
}

/** One copy of the API, bound to one host: what `node:net` exports, and `connections`. */
export interface Net {
  /**
   * Everything on the host, as `ss -tano` shows it: listeners, connections and who holds them, orphans, TIME-WAIT; with
   * states, octets in the queues, and timers. `console.log` prints it as a table. A copy, made in time proportional to
   * its length.
   */
  readonly connections: () => readonly DumpedConnection[];
  /** As `net.connect`, which is {@link Net.createConnection}, too: makes a socket and connects it. */
  readonly connect: Connect;
  /** As `net.createConnection`: the function {@link Net.connect}. */
  readonly createConnection: Connect;
  /** As `net.createServer`: makes a server, which does not listen yet. */
  readonly createServer: CreateServer;
  /** As `net.Socket`, with the members of {@link SocketExtras}. */
  readonly Socket: SocketConstructor;
  /** As `net.Stream`: the constructor {@link Net.Socket} by its old name. */
  readonly Stream: SocketConstructor;
  /** As `net.Server`, with the members of {@link ServerExtras}. */
  readonly Server: ServerConstructor;
  /** Where the running Node has it: 24 and later. */
  readonly BoundSocket?: BoundSocketConstructor;
  /** As `net.BlockList`: the runtime's own. */
  readonly BlockList: typeof nodeNet.BlockList;
  /** As `net.SocketAddress`: the runtime's own. */
  readonly SocketAddress: typeof nodeNet.SocketAddress;
  /** As `net.isIP`: 4 or 6 for an address of that family, 0 for what is none. */
  readonly isIP: typeof nodeNet.isIP;
  /** As `net.isIPv4`: whether it is an address of IPv4 in dotted decimal. */
  readonly isIPv4: typeof nodeNet.isIPv4;
  /** As `net.isIPv6`: whether it is an address of IPv6. */
  readonly isIPv6: typeof nodeNet.isIPv6;
  /** As `net.getDefaultAutoSelectFamily`: whether `connect` tries the addresses of a name in turn. */
  readonly getDefaultAutoSelectFamily: typeof nodeNet.getDefaultAutoSelectFamily;
  /** As `net.setDefaultAutoSelectFamily`; it is the runtime's setting, so it holds for `node:net`, too. */
  readonly setDefaultAutoSelectFamily: typeof nodeNet.setDefaultAutoSelectFamily;
  /** As `net.getDefaultAutoSelectFamilyAttemptTimeout`: milliseconds that one address has. */
  readonly getDefaultAutoSelectFamilyAttemptTimeout: typeof nodeNet.getDefaultAutoSelectFamilyAttemptTimeout;
  /** As `net.setDefaultAutoSelectFamilyAttemptTimeout`, in milliseconds, 10 at least; the runtime's setting, as above. */
  readonly setDefaultAutoSelectFamilyAttemptTimeout: typeof nodeNet.setDefaultAutoSelectFamilyAttemptTimeout;
  /** Undocumented in Node, used by packages. */
  readonly _normalizeArgs: (args: readonly unknown[]) => unknown[];
  /** Undocumented in Node: a bound handle for `listen`, or an errno. */
  readonly _createServerHandle: (...args: unknown[]) => unknown;
  /** Deprecated in Node (DEP0121), gone in 24. */
  readonly _setSimultaneousAccepts?: () => void;
}
