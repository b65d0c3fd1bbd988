import {
  ANY_IPV4,
  ANY_IPV6,
  type Binding,
  type CloseReport,
  closeReport,
  type Connection,
  type EndReason,
  type ConnectionOwner,
  decideShutdown,
  type ErrorCall,
  type Host,
  hasEnded,
  type HostedConnection,
  type IpAddress,
  lingers,
  type Listener,
  type ListenerOwner,
  LOOPBACK_IPV4,
  LOOPBACK_IPV6,
  markUrgent,
  passUrgentOctet,
  readableBeforeMark,
  type ShutdownEffect,
  type TcpInfo,
  tcpInfo,
  urgentOctetsAhead,
} from '@halfclose/stack';
import { maySend, refusal, unconnectedRefusal } from './refused-calls.ts';
import { AF_INET, AF_INET6, MSG_OOB, MSG_PEEK, Poll, SHUT_RD, SHUT_RDWR, SHUT_WR } from './constants.ts';
import { Errno } from './errno.ts';
import { LingeringClose } from './lingering-close.ts';
import type { OptionValues } from './option-values.ts';
import { atMark, readiness, unconnectedReadiness } from './readiness.ts';
import { reportCall } from './report-call.ts';
import { assertPort, type SocketAddress } from './socket-address.ts';
import { type Linger, NOTHING_SET, type NumberOption, SocketOptions } from './socket-options.ts';
import { receiveUrgent } from './urgent-octet.ts';

/** Who wants to know when to look at a socket again. */
export interface SocketOwner {
  /**
   * Readiness may have changed; look with {@link TcpSocket.poll}. May call anything. `events`: bits of
   * `ConnectionEvent`; 0: a connection can be accepted.
   */
  onReadiness(events: number): void;
}

/** What a socket still has to do once it is closed. */
interface AfterClose {
  lingering: LingeringClose | null;
  /** See {@link TcpSocket.watchOrphan}. */
  onEvents: (() => void) | null;
}

/**
 * One TCP socket with the calls of POSIX, never blocking: a call that would block returns `-EAGAIN` (connect:
 * `-EINPROGRESS`), and its {@link TcpSocket.owner} is told when to look again. Calls return 0 or a count, or an error
 * number negated, and behave as Linux's in every state (closing/LINUX.md, section 5).
 */
export class TcpSocket implements ConnectionOwner, ListenerOwner {
  readonly host: Host;
  readonly family: number;
  /** Told when to look again. */
  owner: SocketOwner | null = null;
  /** `null`: nothing was set. Those of its listener, for an accepted socket that has set nothing. */
  #options: SocketOptions | null = null;
  #binding: Binding | null = null;
  #listener: Listener | null = null;
  #hosted: HostedConnection | null = null;
  /** connect() was called and has not told its outcome: it does so once, then it is EISCONN. */
  #connecting = false;
  /** SHUT_RD before there was a connection: the flag sticks (closing/LINUX-NOTES.md, D1). */
  #receiveShut = false;
  /** SO_ERROR of a socket without a connection. */
  #error: number | null = null;
  #closed = false;
  #afterClose: AfterClose | null = null;

  /** A fresh socket, or the owner of an accepted connection. */
  constructor(host: Host, family: number = AF_INET6, accepted: HostedConnection | null = null) {
    this.host = host;
    this.family = family;
    this.#hosted = accepted;
    if (accepted !== null) accepted.owner = this;
  }

  /** The options, to be looked at and set. */
  get options(): SocketOptions {
    const inherited = this.#options;
    if (inherited?.isShared === false) return inherited;
    const own = new SocketOptions(this.host.profile);
    if (inherited !== null) own.inheritFrom(inherited);
    if (this.#hosted !== null) own.attach(this.#hosted.connection);
    this.#options = own;
    return own;
  }

  /** The connection underneath, for those who want to see it; `null`: none. */
  get connection(): Connection | null {
    return this.#hosted?.connection ?? null;
  }

  /** Whether close() has been called. */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * bind(2). Port 0: the stack chooses one.
   *
   * @throws RangeError for a port that is none
   */
  bind(address: IpAddress, port: number): number {
    assertPort(port);
    if (this.#closed) return -Errno.EBADF;
    if (!this.#mayUse(address)) return -Errno.EAFNOSUPPORT;
    if (this.#binding !== null || this.#hosted !== null) return -Errno.EINVAL;
    if (!address.isUnspecified && !this.host.isLocal(address)) return -Errno.EADDRNOTAVAIL;
    const chosen = port === 0 ? this.host.freePort(address) : port;
    if (chosen === 0) return -Errno.EADDRINUSE;
    const { reuseAddress, reusePort, ipv6Only } = this.options;
    const wanted = { address, port: chosen, ipv6Only, reuseAddress, reusePort, listening: false };
    if (this.host.ports.conflicts(wanted)) return -Errno.EADDRINUSE;
    this.#binding = this.host.ports.hold(wanted);
    return 0;
  }

  /** listen(2). Again on a listener: changes its backlog. */
  listen(backlog: number): number {
    if (this.#closed) return -Errno.EBADF;
    if (this.#hosted !== null) return -Errno.EINVAL;
    if (this.#listener !== null) {
      this.#listener.backlog = Math.min(backlog, this.host.profile.maxBacklog);
      return 0;
    }
    if (this.#binding === null) {
      const result = this.bind(this.family === AF_INET ? ANY_IPV4 : ANY_IPV6, 0);
      if (result < 0) return result;
    }
    const binding = this.#binding;
    if (binding === null) return -Errno.EINVAL;
    if (this.host.ports.conflicts({ ...binding, listening: true }, binding)) return -Errno.EADDRINUSE;
    this.#listener = this.host.listen(binding, backlog, this.options.inheritedByChildren, this);
    return this.#called('listen', 0);
  }

  /** accept(2): the next connection, or an error number negated. */
  accept(): TcpSocket | number {
    if (this.#closed) return -Errno.EBADF;
    if (this.#listener === null) return -Errno.EINVAL;
    const hosted = this.host.accept(this.#listener);
    if (hosted === null) return -Errno.EAGAIN;
    const socket = new TcpSocket(this.host, this.family, hosted);
    if (this.#options !== null) socket.#options = this.#options.forAccepted;
    return socket;
  }

  /**
   * connect(2). Returns `-EINPROGRESS`; readiness tells when it is over and SO_ERROR how.
   *
   * @throws RangeError for a port that is none
   */
  connect(address: IpAddress, port: number): number {
    assertPort(port);
    if (this.#closed) return -Errno.EBADF;
    if (!this.#mayUse(address)) return -Errno.EAFNOSUPPORT;
    if (this.#listener !== null) return -Errno.EISCONN;
    const known = this.#hosted;
    if (known !== null) {
      if (known.connection.state === 'SYN-SENT' || known.connection.state === 'SYN-RECEIVED') {
        return -Errno.EALREADY;
      }
      if (!this.#connecting) return -Errno.EISCONN;
      this.#connecting = false;
      if (known.connection.state !== 'CLOSED') return 0;
      this.#hosted = null;
      const error = known.connection.takeError();
      return error === null ? -Errno.ECONNABORTED : -Errno[error];
    }
    const binding = this.#binding;
    const hosted = this.host.connect({
      remoteAddress: address.isUnspecified ? (address.isIPv4 ? LOOPBACK_IPV4 : LOOPBACK_IPV6) : address,
      remotePort: port,
      binding,
      localAddress: binding === null || binding.address.isUnspecified ? null : binding.address,
      settings: this.#options?.inherited ?? NOTHING_SET,
    });
    if (typeof hosted === 'string') return -Errno[hosted];
    if (binding !== null) {
      // The connection holds the port from now on.
      this.host.ports.release(binding);
      this.#binding = null;
    }
    hosted.owner = this;
    this.#hosted = hosted;
    this.#connecting = true;
    this.#receiveShut = false;
    this.#options?.attach(hosted.connection);
    return this.#called('connect', -Errno.EINPROGRESS);
  }

  /** send(2): takes as much of `bytes` as there is room for, by copy. `-EAGAIN`: none. `flags`: MSG_OOB. */
  send(bytes: Uint8Array, flags = 0): number {
    if (this.#closed) return this.#transferred('send', bytes.length, -Errno.EBADF);
    const hosted = this.#hosted;
    if (hosted === null) return this.#refused('send');
    const { connection } = hosted;
    if (!maySend(connection)) return this.#transferred('send', bytes.length, this.#refused('send'));
    const count = connection.send(bytes);
    if (count === 0 && bytes.length > 0) return -Errno.EAGAIN;
    if ((flags & MSG_OOB) !== 0 && count > 0) markUrgent(connection);
    this.host.wake(hosted);
    return this.#transferred('send', bytes.length, count);
  }

  /** recv(2) into `target`; 0: the end of the peer's stream. `flags`: MSG_PEEK, MSG_OOB. */
  recv(target: Uint8Array, flags = 0): number {
    if ((flags & MSG_OOB) !== 0)
      return this.#transferred('recv', target.length, this.#receiveUrgent(target, flags));
    const result = this.#readability((flags & MSG_PEEK) !== 0);
    if (result <= 0) return this.#transferred('recv', target.length, result);
    const hosted = this.#hosted;
    if (hosted === null) return -Errno.ENOTCONN;
    const count = hosted.connection.readInto(target, (flags & MSG_PEEK) !== 0, this.host.timers.now());
    this.host.wake(hosted);
    return this.#transferred('recv', target.length, count);
  }

  /**
   * As recv(2), without a copy where possible: up to `max` octets, or 0 at the end of the peer's stream, or an error
   * number negated. The caller owns the octets.
   */
  read(max: number): Uint8Array | number {
    const result = this.#readability(false);
    if (result <= 0) return this.#transferred('recv', max, result);
    const hosted = this.#hosted;
    if (hosted === null) return -Errno.ENOTCONN;
    const text = hosted.connection.read(max, this.host.timers.now());
    this.host.wake(hosted);
    this.#transferred('recv', max, text.length);
    return text;
  }

  /** Octets that recv() would find, up to the urgent mark if one is ahead (SIOCINQ). */
  get readable(): number {
    const connection = this.#hosted?.connection;
    return connection === undefined ? 0 : readableBeforeMark(connection);
  }

  /** SIOCATMARK, sockatmark(3): 1 if everything before the urgent octet was read, else 0. */
  get atMark(): number {
    return atMark(this.#hosted?.connection);
  }

  /** Octets up to the end of the peer's urgent data; 0: none is ahead. They may not all have arrived. */
  get urgentAhead(): number {
    const connection = this.#hosted?.connection;
    return connection === undefined ? 0 : urgentOctetsAhead(connection);
  }

  /** Octets written and not yet acknowledged (SIOCOUTQ). */
  get unacknowledged(): number {
    return this.#hosted?.connection.sender.buffer.length ?? 0;
  }

  /** shutdown(2): SHUT_RD, SHUT_WR or SHUT_RDWR. */
  shutdown(how: number): number {
    if (this.#closed) return -Errno.EBADF;
    if (how !== SHUT_RD && how !== SHUT_WR && how !== SHUT_RDWR) return -Errno.EINVAL;
    const hosted = this.#hosted;
    const state = this.#listener === null ? (hosted?.connection.state ?? 'CLOSED') : 'LISTEN';
    const { profile } = this.host;
    let error: 'ENOTCONN' | null = null;
    if (how !== SHUT_RD) {
      const rule = decideShutdown('write', state, profile);
      this.#shut(rule.effect);
      error = rule.error;
    }
    if (how !== SHUT_WR) {
      const rule = decideShutdown('read', state, profile);
      this.#shut(rule.effect);
      error = rule.error;
    }
    if (hosted !== null) this.host.wake(hosted);
    return error === null ? this.#called(`shutdown(${SHUT_NAMES[how]})`, 0) : -Errno[error];
  }

  /** connect(2) with AF_UNSPEC: resets the connection; the socket can be used again. */
  disconnect(): number {
    if (this.#closed) return -Errno.EBADF;
    const hosted = this.#hosted;
    if (this.#listener !== null) {
      this.#unlisten();
      return 0;
    }
    if (hosted === null) return 0;
    this.#letGo(hosted, 'disconnect', this.host.timers.now());
    return this.#called('disconnect', 0);
  }

  /**
   * close(2). Always 0; it never waits. With SO_LINGER {1, t > 0} `onSettled` is called when Linux's close() would
   * have returned: all text and the FIN acknowledged, or t seconds over; else at once, before this returns.
   */
  close(onSettled?: () => void): number {
    if (this.#closed) return -Errno.EBADF;
    this.#closed = true;
    this.#called('close', 0);
    if (this.#listener !== null) this.host.closeListener(this.#listener);
    if (this.#binding !== null) this.host.ports.release(this.#binding);
    this.#listener = null;
    this.#binding = null;
    const hosted = this.#hosted;
    if (hosted === null) {
      onSettled?.();
      return 0;
    }
    const linger = this.#options?.linger ?? null;
    hosted.connection.close(linger === 0, this.host.timers.now());
    if (linger !== null && linger > 0 && lingers(hosted.connection)) {
      const after = this.#prepareAfterClose();
      after.lingering = new LingeringClose(this.host, hosted.connection, linger * 1000, () => {
        after.lingering = null;
        this.#disown(hosted);
        onSettled?.();
      });
    } else {
      this.#disown(hosted);
      onSettled?.();
    }
    this.host.wake(hosted);
    return 0;
  }

  /** Resets the connection at once, whatever is unread or unsent: close(2) with SO_LINGER {1, 0}. */
  reset(): number {
    this.options.setLinger({ onoff: 1, linger: 0 });
    return this.close();
  }

  /**
   * Octets that recv() handed out and the program never got to see count as unread from now on, so that close() resets
   * (closing/LINUX.md, a01). For layers with a buffer of their own.
   */
  markUnread(octets: number): void {
    this.#hosted?.connection.markUnread(octets);
  }

  /**
   * How the connection ended, or how far it is from that, also after close(); `null`: there was none. Where the host
   * keeps only a record, it is as of when that began: of an orphan in FIN-WAIT-2 nobody hears how it went on, unless
   * {@link TcpSocket.watchOrphan} asked in time.
   */
  closeReport(): CloseReport | null {
    const hosted = this.#hosted;
    return hosted === null ? null : closeReport(hosted.connection);
  }

  /**
   * Has `onEvents` called with each event of the connection after close(), the last time when it has ended; the host
   * keeps the connection as it is for so long. Returns false where nothing more can be told: the connection has ended,
   * or the host keeps only a record of it.
   */
  watchOrphan(onEvents: () => void): boolean {
    const hosted = this.#hosted;
    if (hosted === null || this.ended || this.recorded) return false;
    this.#prepareAfterClose().onEvents = onEvents;
    hosted.owner = this;
    return true;
  }

  /** Whether the connection has ended: CLOSED or TIME-WAIT. */
  get ended(): boolean {
    return hasEnded(this.#hosted?.connection.state ?? 'CLOSED');
  }

  /** Whether the host keeps only a record of the connection: in TIME-WAIT, or an orphan in FIN-WAIT-2. */
  get recorded(): boolean {
    const hosted = this.#hosted;
    return hosted !== null && !hosted.registered && hosted.connection.state !== 'CLOSED';
  }

  /** getsockname(2); `null`: neither bound nor connected. */
  getsockname(): SocketAddress | null {
    const hosted = this.#hosted;
    if (hosted !== null) return { address: hosted.localAddress, port: hosted.localPort };
    return this.#binding === null ? null : { address: this.#binding.address, port: this.#binding.port };
  }

  /** getpeername(2); `null`: not connected. */
  getpeername(): SocketAddress | null {
    const hosted = this.#hosted;
    if (hosted === null) return null;
    const { state } = hosted.connection;
    if (state === 'CLOSED' || state === 'SYN-SENT' || state === 'TIME-WAIT') return null;
    return { address: hosted.remoteAddress, port: hosted.remotePort };
  }

  /** poll(2): bits of {@link Poll} (Linux tcp_poll). */
  poll(): number {
    if (this.#listener !== null) return this.#listener.acceptQueue.length > 0 ? Poll.IN : 0;
    const connection = this.#hosted?.connection;
    return connection === undefined
      ? unconnectedReadiness(this.#receiveShut, this.#error !== null)
      : readiness(connection);
  }

  /** setsockopt(2). Units as on Linux. 0 or an errno negated. */
  setsockopt<O extends keyof OptionValues>(option: O, value: OptionValues[O]): number {
    if (this.#closed) return -Errno.EBADF;
    const result = this.options.change(option, value, this.host.timers.now());
    // What was held back may go now: TCP_CORK taken away, TCP_NODELAY set.
    if (this.#hosted !== null) this.host.wake(this.#hosted);
    return result;
  }

  /** getsockopt(2). SO_ERROR takes the error; TCP_INFO is `-EINVAL` without a connection. */
  getsockopt(option: NumberOption | 'SO_ERROR' | 'SO_ACCEPTCONN'): number;
  getsockopt(option: 'SO_LINGER'): Linger;
  getsockopt(option: 'TCP_INFO'): TcpInfo | number;
  getsockopt(option: 'IP_OPTIONS'): Uint8Array;
  getsockopt(
    option: NumberOption | 'SO_ERROR' | 'SO_ACCEPTCONN' | 'SO_LINGER' | 'TCP_INFO' | 'IP_OPTIONS',
  ): number | Linger | TcpInfo | Uint8Array {
    const connection = this.#hosted?.connection;
    switch (option) {
      case 'SO_ERROR':
        return this.takeError();
      case 'IP_OPTIONS':
        return this.options.ipOptions;
      case 'SO_ACCEPTCONN':
        return this.#listener === null ? 0 : 1;
      case 'SO_LINGER':
        return this.options.lingerValue;
      case 'TCP_INFO':
        return connection === undefined ? -Errno.EINVAL : tcpInfo(connection, this.host.timers.now());
      default:
        return this.options.get(option);
    }
  }

  /** SO_ERROR: the pending error as a positive number, which is thereby taken; 0: none. */
  takeError(): number {
    return -this.#refused('SO_ERROR');
  }

  onConnectionEvents(events: number): void {
    if (this.#closed) {
      this.#afterClose?.lingering?.onEvents();
      this.#afterClose?.onEvents?.();
      return;
    }
    this.owner?.onReadiness(events);
  }

  onAcceptable(): void {
    this.owner?.onReadiness(0);
  }

  #receiveUrgent(target: Uint8Array, flags: number): number {
    if (this.#closed) return -Errno.EBADF;
    if (this.#listener !== null) return -Errno.ENOTCONN;
    const connection = this.#hosted?.connection;
    return connection === undefined ? -Errno.EINVAL : receiveUrgent(connection, target, flags);
  }

  /**
   * 1: there is text; 0: the end of the stream; negative: an error (Linux tcp_recvmsg, in its order). Without text,
   * all but a peek go on behind an urgent octet that is next.
   */
  #readability(peek: boolean): number {
    if (this.#closed) return -Errno.EBADF;
    const hosted = this.#hosted;
    if (hosted !== null) {
      const { connection } = hosted;
      if (connection.readable > 0) return 1;
      if (!peek) passUrgentOctet(connection);
    }
    return this.#refused('recv');
  }

  /** What a call gives that cannot do its work: 0, or an error number negated. A pending error is thereby taken. */
  #refused(call: ErrorCall): number {
    if (this.#hosted !== null) return refusal(call, this.#hosted.connection);
    const error = this.#error;
    const result = unconnectedRefusal(call, error, this.#receiveShut);
    if (error !== null && result === -error) this.#error = null;
    return result;
  }

  #shut(effect: ShutdownEffect): void {
    const hosted = this.#hosted;
    const now = this.host.timers.now();
    switch (effect) {
      case 'fin':
        hosted?.connection.shutdownSend(now);
        break;
      case 'stop reading':
        hosted?.connection.shutdownReceive(now);
        break;
      case 'disconnect':
        if (hosted !== null) this.#letGo(hosted, 'shutdown', now);
        break;
      case 'unlisten':
        this.#unlisten();
        break;
      case 'remember':
        this.#receiveShut = true;
        break;
      case 'nothing':
        break;
    }
  }

  #prepareAfterClose(): AfterClose {
    return (this.#afterClose ??= { lingering: null, onEvents: null });
  }

  /** Lets the connection go for good. Whoever wants to know is still told of its end. */
  #disown(hosted: HostedConnection): void {
    const watched = this.#afterClose !== null && this.#afterClose.onEvents !== null;
    if (!watched) hosted.owner = null;
    hosted.connection.disown(this.host.timers.now());
    this.host.wake(hosted);
  }

  /** Resets the connection and makes the socket usable again; SO_ERROR tells (Linux tcp_disconnect). */
  #letGo(hosted: HostedConnection, reason: EndReason, now: number): void {
    const { connection } = hosted;
    const { state } = connection;
    this.#error = state === 'CLOSED' || state === 'TIME-WAIT' ? null : Errno.ECONNRESET;
    hosted.owner = null;
    connection.disown(now);
    connection.abort(reason, now);
    this.#hosted = null;
    this.#connecting = false;
    this.host.wake(hosted);
  }

  #unlisten(): void {
    if (this.#listener === null) return;
    this.host.closeListener(this.#listener);
    this.#listener = null;
    this.#receiveShut = false;
  }

  #mayUse(address: IpAddress): boolean {
    if (this.family === AF_INET) return address.isIPv4;
    return this.family === AF_INET6 && !(address.isIPv4 && this.#options?.ipv6Only === true);
  }

  /** As {@link #called}, for calls that are frequent; one that would block is nothing to tell. */
  #transferred(call: 'send' | 'recv', octets: number, result: number): number {
    if (this.host.observed && result !== -Errno.EAGAIN) this.#called(`${call}(${octets})`, result);
    return result;
  }

  /** Tells the host's observer of a call. */
  #called(call: string, result: number): number {
    reportCall(this, call, result);
    return result;
  }
}

const SHUT_NAMES = ['SHUT_RD', 'SHUT_WR', 'SHUT_RDWR'] as const;
