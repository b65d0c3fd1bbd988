import {
  type Binding,
  closedTcpInfo,
  type CloseReport,
  closeReport,
  type CongestionControlName,
  type Connection,
  type ErrorCall,
  hasEnded,
  type Host,
  type HostedConnection,
  type Listener,
  listenerTcpInfo,
  readableBeforeMark,
  type TcpInfo,
  tcpInfo,
  urgentOctetsAhead,
} from '@halfclose/stack';
import { assertHas, assertOption } from './check-arguments.ts';
import { Errno } from './errno.ts';
import type { OptionValues } from './option-values.ts';
import { atMark, listenerReadiness, readiness, unconnectedReadiness } from './readiness.ts';
import { refusal, unconnectedRefusal } from './refused-calls.ts';
import { reportCall } from './report-call.ts';
import type { SocketAddress } from './socket-address.ts';
import { type Linger, type NumberOption, SocketOptions } from './socket-options.ts';

/** Who wants to know when to look at a socket again. */
export interface SocketOwner {
  /**
   * Readiness may have changed; look with {@link SocketBase.poll}. May call anything. `events`: bits of
   * `ConnectionEvent`; 0: a connection can be accepted. What it has queued by its end (ticks, microtasks) runs before
   * anything else is done.
   */
  onReadiness(events: number): void;
  /** It calls no program in {@link SocketOwner.onReadiness}, but in steps of its own: see `Caller` of the stack. */
  readonly takesSteps?: boolean;
}

/** What getsockopt() takes. */
type ReadableOption =
  NumberOption | 'SO_ERROR' | 'SO_ACCEPTCONN' | 'SO_LINGER' | 'TCP_CONGESTION' | 'TCP_INFO' | 'IP_OPTIONS';

/** What a socket is made of, and what it tells when it is asked. What it does, its calls, are those of `TcpSocket`. */
export abstract class SocketBase {
  readonly host: Host;
  readonly family: number;
  #owner: SocketOwner | null = null;
  /** `null`: nothing was set. Those of its listener, for an accepted socket that has set nothing. */
  protected ownOptions: SocketOptions | null = null;
  protected binding: Binding | null = null;
  protected listener: Listener | null = null;
  protected hosted: HostedConnection | null = null;
  /** SHUT_RD before there was a connection: the flag sticks (docs/linux/notes.md, D1). */
  protected receiveShut = false;
  /** SO_ERROR of a socket without a connection. */
  protected error: number | null = null;
  /** close() has been called. */
  protected isClosed = false;

  constructor(host: Host, family: number, hosted: HostedConnection | null) {
    this.host = host;
    this.family = family;
    this.hosted = hosted;
  }

  /** Told when to look again. */
  get owner(): SocketOwner | null {
    return this.#owner;
  }

  set owner(owner: SocketOwner | null) {
    if (owner !== null) assertHas(owner, 'onReadiness', 'owner', 'a SocketOwner or null');
    this.#owner = owner;
  }

  /** The options, to be looked at and set. */
  get options(): SocketOptions {
    const inherited = this.ownOptions;
    if (inherited?.isShared === false) return inherited;
    const own = new SocketOptions(this.host.profile);
    if (inherited !== null) own.inheritFrom(inherited);
    if (this.hosted !== null) own.attach(this.hosted.connection);
    this.ownOptions = own;
    return own;
  }

  /** The connection underneath, for those who want to see it; `null`: none. */
  get connection(): Connection | null {
    return this.hosted?.connection ?? null;
  }

  /** Whether close() has been called. */
  get closed(): boolean {
    return this.isClosed;
  }

  /** getsockname(2); `null`: neither bound nor connected. */
  getsockname(): SocketAddress | null {
    const hosted = this.hosted;
    if (hosted !== null) return { address: hosted.localAddress, port: hosted.localPort };
    return this.binding === null ? null : { address: this.binding.address, port: this.binding.port };
  }

  /** getpeername(2); `null`: not connected. */
  getpeername(): SocketAddress | null {
    const hosted = this.hosted;
    if (hosted === null) return null;
    const { state } = hosted.connection;
    if (state === 'CLOSED' || state === 'SYN-SENT' || state === 'TIME-WAIT') return null;
    return { address: hosted.remoteAddress, port: hosted.remotePort };
  }

  /** poll(2): bits of `Poll`, as `POLL_TABLE` of `@halfclose/tcp` has them. */
  poll(): number {
    if (this.listener !== null) return listenerReadiness(this.listener.acceptQueue.length > 0);
    const connection = this.hosted?.connection;
    return connection === undefined
      ? unconnectedReadiness(this.receiveShut, this.error !== null)
      : readiness(connection);
  }

  /** setsockopt(2). Units as on Linux. 0 or an errno negated. */
  setsockopt<O extends keyof OptionValues>(option: O, value: OptionValues[O]): number {
    assertOption(option);
    const result = this.isClosed ? -Errno.EBADF : this.options.change(option, value, this.host.now);
    // What was held back may go now: TCP_CORK taken away, TCP_NODELAY set.
    if (this.hosted !== null && !this.isClosed) this.host.wake(this.hosted);
    if (this.host.observed) this.called(`setsockopt(${option})`, result);
    return result;
  }

  /**
   * getsockopt(2). SO_ERROR takes the error. An errno negated instead of a value: `-EBADF` of a closed socket. TCP_INFO of what
   * has no connection tells CLOSED, or LISTEN with the number of connections that wait, and that may.
   */
  getsockopt(option: NumberOption | 'SO_ERROR' | 'SO_ACCEPTCONN'): number;
  getsockopt(option: 'SO_LINGER'): Linger | number;
  getsockopt(option: 'TCP_INFO'): TcpInfo | number;
  getsockopt(option: 'TCP_CONGESTION'): CongestionControlName | number;
  getsockopt(option: 'IP_OPTIONS'): Uint8Array | number;
  getsockopt(option: ReadableOption): number | string | Linger | TcpInfo | Uint8Array {
    assertOption(option);
    const value = this.isClosed ? -Errno.EBADF : this.#valueOf(option);
    if (this.host.observed) {
      this.called(`getsockopt(${option})`, typeof value === 'number' && value < 0 ? value : 0);
    }
    return value;
  }

  #valueOf(option: ReadableOption): number | string | Linger | TcpInfo | Uint8Array {
    const connection = this.hosted?.connection;
    switch (option) {
      case 'SO_ERROR':
        return this.takeError();
      case 'IP_OPTIONS':
        return this.options.ipOptions;
      case 'SO_ACCEPTCONN':
        return this.listener === null ? 0 : 1;
      case 'SO_LINGER':
        return this.options.lingerValue;
      case 'TCP_CONGESTION':
        return this.options.congestionControl;
      case 'TCP_INFO':
        return connection === undefined ? this.#unconnectedInfo() : tcpInfo(connection, this.host.now);
      default:
        return this.options.get(option);
    }
  }

  /** TCP_INFO of what has no connection: CLOSED, or LISTEN with how many wait to be accepted, and may. */
  #unconnectedInfo(): TcpInfo {
    const { profile } = this.host;
    const { listener } = this;
    return listener === null
      ? closedTcpInfo(profile)
      : listenerTcpInfo(profile, listener.acceptQueue.length, listener.backlog);
  }

  /** SO_ERROR: the pending error as a positive number, which is thereby taken; 0: none. */
  takeError(): number {
    // Not the negative of it, which of 0 is -0.
    return 0 - this.refused('SO_ERROR');
  }

  // --- how much there is

  /** Octets that recv() would find, up to the urgent mark if one is ahead (SIOCINQ). */
  get readable(): number {
    const connection = this.hosted?.connection;
    return connection === undefined ? 0 : readableBeforeMark(connection);
  }

  /**
   * What recvmsg() tells with TCP_INQ, in a control message TCP_CM_INQ: bytes that are left to read, and 1 where nothing is but the
   * end of the peer's stream. `null`: the option is not set.
   */
  get leftToRead(): number | null {
    if (this.ownOptions?.tellsReadable !== true) return null;
    const left = this.readable;
    return left === 0 && this.hosted?.connection.receiver.finReceived === true ? 1 : left;
  }

  /** SIOCATMARK, sockatmark(3): 1 if everything before the urgent octet was read, else 0. */
  get atMark(): number {
    return atMark(this.hosted?.connection);
  }

  /** Octets up to the end of the peer's urgent data; 0: none is ahead. They may not all have arrived. */
  get urgentAhead(): number {
    const connection = this.hosted?.connection;
    return connection === undefined ? 0 : urgentOctetsAhead(connection);
  }

  /** Octets written and not yet acknowledged (SIOCOUTQ). */
  get unacknowledged(): number {
    return this.hosted?.connection.sender.buffer.length ?? 0;
  }

  // --- how it ended

  /**
   * How the connection ended, or how far it is from that, also after close() and where the host keeps only a record of
   * it; `null`: there was none.
   */
  closeReport(): CloseReport | null {
    const hosted = this.hosted;
    return hosted === null ? null : closeReport(hosted.connection);
  }

  /** Whether the connection has ended: CLOSED or TIME-WAIT. */
  get ended(): boolean {
    return hasEnded(this.hosted?.connection.state ?? 'CLOSED');
  }

  /**
   * Whether the host keeps only a record of the connection, and nobody waits to be told of its end: in TIME-WAIT, or an
   * orphan in FIN-WAIT-2 that nobody watches.
   */
  get recorded(): boolean {
    const hosted = this.hosted;
    if (hosted === null || hosted.registered) return false;
    return (
      hosted.connection.state === 'TIME-WAIT' ||
      (hosted.connection.state !== 'CLOSED' && hosted.owner === null)
    );
  }

  // --- for the calls

  /** What a call gives that cannot do its work: 0, or an error number negated. A pending error is thereby taken. */
  protected refused(call: ErrorCall): number {
    if (this.hosted !== null) return refusal(call, this.hosted.connection);
    const error = this.error;
    const result = unconnectedRefusal(call, error, this.receiveShut);
    if (error !== null && result === -error) this.error = null;
    return result;
  }

  /** As {@link called}, for calls that are frequent; one that would block is nothing to tell. */
  protected transferred(call: 'send' | 'recv', octets: number, result: number): number {
    if (this.host.observed && result !== -Errno.EAGAIN) this.called(`${call}(${octets})`, result);
    return result;
  }

  /** Tells the host's observer of a call. */
  protected called(call: string, result: number): number {
    reportCall(this, call, result);
    return result;
  }
}
