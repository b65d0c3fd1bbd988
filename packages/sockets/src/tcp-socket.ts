import {
  ANY_IPV4,
  ANY_IPV6,
  type Connection,
  type ConnectionOwner,
  decideShutdown,
  expectMore,
  type EndReason,
  type Host,
  type HostedConnection,
  type IpAddress,
  lingers,
  type ListenerOwner,
  LOOPBACK_IPV4,
  LOOPBACK_IPV6,
  markUrgent,
  passUrgentOctet,
  type ShutdownEffect,
} from '@halfclose/stack';
import {
  assertBacklog,
  assertFunction,
  assertCount,
  assertEndpoint,
  assertFlags,
  assertNumber,
  assertOctets,
  assertReason,
  assertSocketArguments,
} from './check-arguments.ts';
import {
  AF_INET,
  AF_INET6,
  MSG_FASTOPEN,
  MSG_MORE,
  MSG_OOB,
  MSG_PEEK,
  SHUT_RD,
  SHUT_RDWR,
  SHUT_WR,
} from './constants.ts';
import { Errno } from './errno.ts';
import { LingeringClose } from './lingering-close.ts';
import { maySend } from './refused-calls.ts';
import { SocketBase } from './socket-base.ts';
import { NOTHING_SET } from './socket-options.ts';
import { receiveUrgent } from './urgent-octet.ts';

/** What a socket still has to do once it is closed. */
interface AfterClose {
  lingering: LingeringClose | null;
  /** See {@link TcpSocket.watchOrphan}. */
  onEvents: (() => void) | null;
}

/**
 * One TCP socket with the calls of POSIX, never blocking: a call that would block returns `-EAGAIN` (connect:
 * `-EINPROGRESS`), and its {@link TcpSocket.owner} is told when to look again. Calls return 0 or a count, or an error
 * number negated, and behave as Linux's in every state (docs/linux/closing.md, section 5).
 */
export class TcpSocket extends SocketBase implements ConnectionOwner, ListenerOwner {
  /** connect() was called and has not told its outcome: it does so once, then it is EISCONN. */
  #connecting = false;
  #afterClose: AfterClose | null = null;

  /** A fresh socket, or the owner of an accepted connection. */
  constructor(host: Host, family: number = AF_INET6, accepted: HostedConnection | null = null) {
    super(host, family, accepted);
    assertSocketArguments(host, family, accepted);
    if (accepted !== null) accepted.owner = this;
  }

  /**
   * bind(2). Port 0: the stack chooses one.
   *
   * @throws TypeError or RangeError for an address or a port that is none
   */
  bind(address: IpAddress, port: number): number {
    assertEndpoint(address, port);
    return this.called('bind', this.#bind(address, port));
  }

  #bind(address: IpAddress, port: number): number {
    if (this.isClosed) return -Errno.EBADF;
    if (!this.#mayUse(address)) return -Errno.EAFNOSUPPORT;
    if (this.binding !== null || this.hosted !== null) return -Errno.EINVAL;
    // Linux inet6_bind: no stream has such an address.
    if (address.isMulticast && !address.isIPv4) return -Errno.EINVAL;
    if (!address.isUnspecified && !this.host.isLocal(address)) return -Errno.EADDRNOTAVAIL;
    const chosen = port === 0 ? this.host.freePort(address) : port;
    if (chosen === 0) return -Errno.EADDRINUSE;
    const { reuseAddress, reusePort, ipv6Only } = this.options;
    const wanted = { address, port: chosen, ipv6Only, reuseAddress, reusePort, listening: false };
    if (this.host.ports.conflicts(wanted)) return -Errno.EADDRINUSE;
    this.binding = this.host.ports.hold(wanted);
    return 0;
  }

  /** listen(2). Again on a listener: changes its backlog. A negative one is the largest, as on Linux. */
  listen(backlog: number): number {
    assertBacklog(backlog);
    return this.called('listen', this.#listen(backlog));
  }

  #listen(backlog: number): number {
    if (this.isClosed) return -Errno.EBADF;
    if (this.hosted !== null) return -Errno.EINVAL;
    if (this.listener !== null) {
      this.host.changeBacklog(this.listener, backlog);
      return 0;
    }
    if (this.binding === null) {
      const result = this.#bind(this.family === AF_INET ? ANY_IPV4 : ANY_IPV6, 0);
      if (result < 0) return result;
    }
    const binding = this.binding;
    if (binding === null) return -Errno.EINVAL;
    if (this.host.ports.conflicts({ ...binding, listening: true }, binding)) return -Errno.EADDRINUSE;
    this.listener = this.host.listen(
      binding,
      backlog,
      this.options.inheritedByChildren,
      this,
      this.options.fastOpen,
    );
    return 0;
  }

  /**
   * Of a listener: what becomes of who finds its backlog full, in place of what the profile says for all of the host
   * (`abortOnOverflow`): see `Listener` of the stack. No call of POSIX does.
   *
   * @throws RangeError for what is none of these
   */
  set whenFull(whenFull: 'refuse' | 'silent' | null) {
    if (whenFull !== null && whenFull !== 'refuse' && whenFull !== 'silent')
      throw new RangeError("whenFull must be 'refuse', 'silent' or null");
    if (this.listener !== null) this.listener.whenFull = whenFull;
  }

  get whenFull(): 'refuse' | 'silent' | null {
    return this.listener?.whenFull ?? null;
  }

  /** accept(2): the next connection, or an error number negated. */
  accept(): TcpSocket | number {
    const accepted = this.#accept();
    if (accepted !== -Errno.EAGAIN) this.called('accept', typeof accepted === 'number' ? accepted : 0);
    return accepted;
  }

  #accept(): TcpSocket | number {
    if (this.isClosed) return -Errno.EBADF;
    if (this.listener === null) return -Errno.EINVAL;
    const hosted = this.host.accept(this.listener);
    if (hosted === null) return -Errno.EAGAIN;
    const socket = new TcpSocket(this.host, this.family, hosted);
    if (this.ownOptions !== null) socket.ownOptions = this.ownOptions.forAccepted;
    return socket;
  }

  /**
   * connect(2). Returns `-EINPROGRESS`; readiness tells when it is over and SO_ERROR how. With TCP_FASTOPEN_CONNECT and a cookie
   * of the server at hand it returns 0, and the SYN goes with the first write.
   *
   * @throws TypeError or RangeError for an address or a port that is none
   */
  connect(address: IpAddress, port: number): number {
    assertEndpoint(address, port);
    const defers = this.ownOptions?.fastOpenConnect === true;
    return this.called(
      'connect',
      this.#connect(address, port, defers ? 'fast, with the first write' : 'plainly'),
    );
  }

  #connect(address: IpAddress, port: number, how: 'plainly' | 'fast' | 'fast, with the first write'): number {
    if (this.isClosed) return -Errno.EBADF;
    if (!this.#mayUse(address)) return -Errno.EAFNOSUPPORT;
    if (this.listener !== null) return -Errno.EISCONN;
    const known = this.hosted;
    if (known !== null) {
      if (isDeferred(known.connection)) return -Errno.EISCONN;
      if (known.connection.state === 'SYN-SENT' || known.connection.state === 'SYN-RECEIVED') {
        return -Errno.EALREADY;
      }
      if (!this.#connecting) return -Errno.EISCONN;
      this.#connecting = false;
      if (known.connection.state !== 'CLOSED') return 0;
      this.hosted = null;
      const error = known.connection.takeError();
      return error === null ? -Errno.ECONNABORTED : -Errno[error];
    }
    const binding = this.binding;
    const hosted = this.host.connect({
      remoteAddress: address.isUnspecified ? loopbackFor(binding?.address ?? address, address) : address,
      remotePort: port,
      binding,
      localAddress: binding === null || binding.address.isUnspecified ? null : binding.address,
      settings: this.ownOptions?.inherited ?? NOTHING_SET,
      fastOpen:
        how === 'plainly'
          ? null
          : {
              withoutCookie: this.ownOptions?.fastOpen.withoutCookie ?? false,
              defers: how === 'fast, with the first write',
            },
    });
    if (typeof hosted === 'string') return -Errno[hosted];
    if (binding !== null) {
      // The connection holds the port from now on.
      this.host.ports.release(binding);
      this.binding = null;
    }
    hosted.owner = this;
    this.hosted = hosted;
    this.#connecting = true;
    this.receiveShut = false;
    // What ended an earlier connection is of no interest any more (Linux tcp_connect_init).
    this.error = null;
    this.ownOptions?.attach(hosted.connection);
    return isDeferred(hosted.connection) ? 0 : -Errno.EINPROGRESS;
  }

  /**
   * sendto(2). With MSG_FASTOPEN it opens the connection to `address` and `port`, as connect() does, and sends with the SYN what
   * fits there, if a cookie of the server is at hand or none is needed (RFC 7413); what was taken is returned, and `-EINPROGRESS`
   * where nothing was. `-EOPNOTSUPP`: the profile has no Fast Open for clients. Without MSG_FASTOPEN it is as {@link send}.
   *
   * @throws TypeError or RangeError for what are no octets, no flags, no address or no port
   */
  sendTo(bytes: Uint8Array, flags: number, address: IpAddress, port: number): number {
    assertOctets(bytes, 'bytes');
    assertFlags(flags);
    assertEndpoint(address, port);
    if ((flags & MSG_FASTOPEN) === 0) return this.send(bytes, flags);
    const opened = this.called('sendto', this.#openFast(address, port));
    if (opened === 0) return this.send(bytes, flags & ~MSG_FASTOPEN);
    const connection = this.hosted?.connection;
    if (opened !== -Errno.EINPROGRESS || connection === undefined) return opened;
    return this.#sendWithSyn(connection, bytes);
  }

  /** `-EINPROGRESS`: the SYN is to go; 0: the connection is there already. */
  #openFast(address: IpAddress, port: number): number {
    if (!this.host.allowsFastOpen) return -Errno.EOPNOTSUPP;
    const known = this.hosted?.connection;
    if (known !== undefined && isDeferred(known)) return -Errno.EINPROGRESS;
    return this.#connect(address, port, 'fast');
  }

  #sendWithSyn(connection: Connection, bytes: Uint8Array): number {
    const taken = connection.sendWithSyn(bytes);
    if (this.hosted !== null) this.host.wake(this.hosted);
    return this.transferred('send', bytes.length, taken > 0 ? taken : -Errno.EINPROGRESS);
  }

  /** send(2): takes as much of `bytes` as there is room for, by copy. `-EAGAIN`: none. `flags`: MSG_OOB, MSG_MORE. */
  send(bytes: Uint8Array, flags = 0): number {
    assertOctets(bytes, 'bytes');
    assertFlags(flags);
    if (this.isClosed) return this.transferred('send', bytes.length, -Errno.EBADF);
    const hosted = this.hosted;
    if (hosted === null) return this.refused('send');
    const { connection } = hosted;
    if (isDeferred(connection)) return this.#sendWithSyn(connection, bytes);
    if (!maySend(connection)) return this.transferred('send', bytes.length, this.refused('send'));
    const count = connection.send(bytes);
    if (count === 0 && bytes.length > 0) return -Errno.EAGAIN;
    if ((flags & MSG_OOB) !== 0 && count > 0) markUrgent(connection);
    // What did not fit wants to be asked for again: until then, nothing follows (Linux tcp_sendmsg, wait_for_space).
    if ((flags & MSG_MORE) !== 0 && count > 0 && count === bytes.length) expectMore(connection);
    this.host.wake(hosted);
    return this.transferred('send', bytes.length, count);
  }

  /** recv(2) into `target`; 0: the end of the peer's stream. `flags`: MSG_PEEK, MSG_OOB. */
  recv(target: Uint8Array, flags = 0): number {
    assertOctets(target, 'target');
    assertFlags(flags);
    if ((flags & MSG_OOB) !== 0)
      return this.transferred('recv', target.length, this.#receiveUrgent(target, flags));
    const result = this.#readability((flags & MSG_PEEK) !== 0);
    if (result <= 0) return this.transferred('recv', target.length, result);
    const hosted = this.hosted;
    if (hosted === null) return -Errno.ENOTCONN;
    const count = hosted.connection.readInto(target, (flags & MSG_PEEK) !== 0, this.host.now);
    this.host.wake(hosted);
    return this.transferred('recv', target.length, count);
  }

  /**
   * As recv(2), without a copy where possible: up to `max` octets, or 0 at the end of the peer's stream, or an error
   * number negated. The caller owns the octets.
   */
  read(max: number): Uint8Array | number {
    if (max !== Infinity) assertCount(max, 'max');
    const result = this.#readability(false);
    if (result <= 0) return this.transferred('recv', max, result);
    const hosted = this.hosted;
    if (hosted === null) return -Errno.ENOTCONN;
    const text = hosted.connection.read(max, this.host.now);
    this.host.wake(hosted);
    this.transferred('recv', max, text.length);
    return text;
  }

  /** shutdown(2): SHUT_RD, SHUT_WR or SHUT_RDWR. */
  shutdown(how: number): number {
    assertNumber(how, 'how');
    const result = this.#shutdown(how);
    if (this.host.observed) this.called(`shutdown(${SHUT_NAMES[how] ?? how})`, result);
    return result;
  }

  #shutdown(how: number): number {
    if (this.isClosed) return -Errno.EBADF;
    if (how !== SHUT_RD && how !== SHUT_WR && how !== SHUT_RDWR) return -Errno.EINVAL;
    const hosted = this.hosted;
    const state = this.listener === null ? (hosted?.connection.state ?? 'CLOSED') : 'LISTEN';
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
    return error === null ? 0 : -Errno[error];
  }

  /** connect(2) with AF_UNSPEC: resets the connection; the socket can be used again. */
  disconnect(): number {
    return this.called('disconnect', this.#disconnect());
  }

  #disconnect(): number {
    if (this.isClosed) return -Errno.EBADF;
    const hosted = this.hosted;
    if (this.listener !== null) {
      this.#unlisten();
      return 0;
    }
    if (hosted === null) return 0;
    this.#letGo(hosted, 'disconnect', this.host.now);
    return 0;
  }

  /**
   * close(2). Always 0; it never waits. With SO_LINGER {1, t > 0} `onSettled` is called when Linux's close() would
   * have returned: all text and the FIN acknowledged, or t seconds over; else at once, before this returns.
   */
  close(onSettled?: () => void): number {
    if (onSettled !== undefined) assertFunction(onSettled, 'onSettled');
    if (this.isClosed) return this.called('close', -Errno.EBADF);
    this.called('close', 0);
    const hosted = this.#release();
    if (hosted === null) {
      onSettled?.();
      return 0;
    }
    const linger = this.ownOptions?.linger ?? null;
    hosted.connection.close(linger === 0, this.host.now);
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

  /** What every close begins with. Returns the connection that is to be closed. */
  #release(): HostedConnection | null {
    this.isClosed = true;
    if (this.listener !== null) this.host.closeListener(this.listener);
    if (this.binding !== null) this.host.ports.release(this.binding);
    this.listener = null;
    this.binding = null;
    return this.hosted;
  }

  /** As {@link close}, with a promise of its result instead of a callback: kept when Linux's close() would have returned. */
  lingeringClose(): Promise<number> {
    return new Promise((resolve) => {
      const result = this.close(() => {
        resolve(0);
      });
      if (result < 0) resolve(result);
    });
  }

  /**
   * Closes, and resets the connection at once, whatever is unread or unsent: as close(2) with SO_LINGER {1, 0}, told by a
   * reason of its own. SO_LINGER stays what it is. No call of POSIX does.
   */
  reset(): number {
    if (this.isClosed) return this.called('reset', -Errno.EBADF);
    this.called('reset', 0);
    const hosted = this.#release();
    if (hosted === null) return 0;
    hosted.connection.closeByReset(this.host.now);
    this.#disown(hosted);
    this.host.wake(hosted);
    return 0;
  }

  /** Resets the connection after close(), where it goes on without its socket. No call of POSIX does. */
  abortOrphan(reason: EndReason = 'abort'): void {
    assertReason(reason);
    const hosted = this.hosted;
    if (hosted !== null && this.isClosed && !this.ended) this.host.abort(hosted, reason);
  }

  /**
   * Octets that recv() handed out and the program never got to see count as unread from now on, so that close() resets
   * (docs/linux/closing.md, a01). For layers with a buffer of their own.
   */
  markUnread(octets: number): void {
    assertCount(octets, 'octets');
    this.hosted?.connection.markUnread(octets);
  }

  /**
   * Has `onEvents` called with each event of the connection after close(), the last time when it has ended, also where
   * the host keeps only a record of it. Returns false where nothing more can be told, as the connection has ended.
   */
  watchOrphan(onEvents: () => void): boolean {
    assertFunction(onEvents, 'onEvents');
    const hosted = this.hosted;
    if (hosted === null || this.ended) return false;
    this.#prepareAfterClose().onEvents = onEvents;
    hosted.owner = this;
    if (!hosted.registered) this.host.watch(hosted);
    return true;
  }

  /** See `ConnectionOwner` and `ListenerOwner` of the stack. */
  get takesSteps(): boolean {
    return this.isClosed ? this.#afterClose === null : this.owner === null || this.owner.takesSteps === true;
  }

  onConnectionEvents(events: number): void {
    if (this.isClosed) {
      this.#afterClose?.lingering?.onEvents();
      this.#afterClose?.onEvents?.();
      this.host.settle();
      return;
    }
    this.#tellOwner(events);
  }

  /** Called by the host when a connection can be accepted: tells the owner. */
  onAcceptable(): void {
    this.#tellOwner(0);
  }

  #tellOwner(events: number): void {
    const { owner } = this;
    if (owner === null) return;
    owner.onReadiness(events);
    if (owner.takesSteps !== true) this.host.settle();
  }

  #receiveUrgent(target: Uint8Array, flags: number): number {
    if (this.isClosed) return -Errno.EBADF;
    if (this.listener !== null) return -Errno.ENOTCONN;
    const connection = this.hosted?.connection;
    return connection === undefined ? -Errno.EINVAL : receiveUrgent(connection, target, flags);
  }

  /**
   * 1: there is text; 0: the end of the stream; negative: an error (Linux tcp_recvmsg, in its order). Without text,
   * all but a peek go on behind an urgent octet that is next.
   */
  #readability(peek: boolean): number {
    if (this.isClosed) return -Errno.EBADF;
    const hosted = this.hosted;
    if (hosted !== null) {
      const { connection } = hosted;
      if (connection.readable > 0) return 1;
      if (!peek) passUrgentOctet(connection);
    }
    return this.refused('recv');
  }

  #shut(effect: ShutdownEffect): void {
    const hosted = this.hosted;
    const { now } = this.host;
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
        this.receiveShut = true;
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
    hosted.connection.disown(this.host.now);
    this.host.wake(hosted);
  }

  /** Resets the connection and makes the socket usable again; SO_ERROR tells (Linux tcp_disconnect). */
  #letGo(hosted: HostedConnection, reason: EndReason, now: number): void {
    const { connection } = hosted;
    const { state } = connection;
    this.error = state === 'CLOSED' || state === 'TIME-WAIT' ? null : Errno.ECONNRESET;
    hosted.owner = null;
    connection.disown(now);
    connection.abort(reason, now);
    this.hosted = null;
    this.#connecting = false;
    this.host.wake(hosted);
  }

  #unlisten(): void {
    if (this.listener === null) return;
    this.host.closeListener(this.listener);
    this.listener = null;
    this.receiveShut = false;
  }

  #mayUse(address: IpAddress): boolean {
    if (this.family === AF_INET) return address.isIPv4;
    return this.family === AF_INET6 && !(address.isIPv4 && this.ownOptions?.ipv6Only === true);
  }
}

/** Whether its SYN waits for the first write (TCP_FASTOPEN_CONNECT). */
function isDeferred({ fastOpen, state }: Connection): boolean {
  return state === 'SYN-SENT' && fastOpen?.side === 'active' && fastOpen.isDeferred;
}

/** Where connect() to the unspecified address leads: to `::` it may be IPv4, if the socket is bound to that (Linux tcp_v6_connect). */
function loopbackFor(bound: IpAddress, remote: IpAddress): IpAddress {
  return bound.isIPv4 || remote.isIPv4 ? LOOPBACK_IPV4 : LOOPBACK_IPV6;
}

const SHUT_NAMES: readonly string[] = ['SHUT_RD', 'SHUT_WR', 'SHUT_RDWR'];
