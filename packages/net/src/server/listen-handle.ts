import { AsyncResource } from 'node:async_hooks';
import { AF_INET, AF_INET6, Errno, Poll, TcpSocket } from '@halfclose/sockets';
import type { Next } from '@halfclose/stack';
import { type AddressRecord, fillAddress, fillUnspecified } from '../native/address-record.ts';
import { EBADF } from '../errors.ts';
import { Handle } from '../handle/handle.ts';
import type { Network } from '../network/network.ts';
import { TcpHandle } from '../handle/tcp-handle.ts';
import { portOf } from '../arguments/validate.ts';
import type { WantedOptions } from '../socket/wanted-options.ts';

/**
 * An accepted connection belongs to no async context, as in Node, where none is entered before 'connection' is told: neither to
 * that of the server, nor to that of whoever happened to wake it.
 */
const ROOT = new AsyncResource('TCPSERVERWRAP');

/** A listening socket under a server, by the names of the runtime's TCP handle. */
export class ListenHandle extends Handle {
  /** Told of each connection. */
  onconnection: ((errno: number, handle: TcpHandle) => void) | null = null;
  #tcp: TcpSocket | null = null;
  /** A taken port is told of by listen, as libuv does. */
  #bindError = 0;
  #isListening = false;
  /** What connections are to start with. */
  wanted: WantedOptions | null = null;

  constructor(network: Network) {
    super('TCPSERVERWRAP', network);
  }

  /** bind(2) with SO_REUSEADDR. */
  bindTo(address: string, port: number, ipv6Only: boolean, reusePort: boolean): number {
    const family = address.includes(':') ? 6 : 4;
    const ip = this.network.addressOf(address, family);
    if (ip === null) return -Errno.EINVAL;
    const tcp = new TcpSocket(this.network.host, family === 6 ? AF_INET6 : AF_INET);
    this.#tcp = tcp;
    tcp.owner = this;
    tcp.options.set('SO_REUSEADDR', 1, 0);
    if (reusePort) tcp.options.set('SO_REUSEPORT', 1, 0);
    if (ipv6Only) tcp.options.set('IPV6_V6ONLY', 1, 0);
    const result = tcp.bind(ip, portOf(port));
    if (result === -Errno.EADDRINUSE) {
      this.#bindError = result;
      return 0;
    }
    return result;
  }

  /** What is bound already: see `bound-socket.ts`. */
  adopt(tcp: TcpSocket): void {
    this.#tcp = tcp;
    tcp.owner = this;
  }

  listen(backlog: number): number {
    if (this.#bindError !== 0) return this.#bindError;
    if (this.#tcp === null) return EBADF;
    this.wanted?.applyTo(this.#tcp.options, this.network.host.now);
    const result = this.#tcp.listen(backlog | 0);
    if (result < 0) return result;
    this.#isListening = true;
    this.updateHold();
    return 0;
  }

  /** What becomes of connections that find too many before them; `null`: as the profile says. */
  setWhenFull(whenFull: 'refuse' | 'silent' | null): void {
    if (this.#tcp !== null) this.#tcp.whenFull = whenFull;
  }

  getsockname(out: AddressRecord): number {
    const tcp = this.#tcp;
    const name = tcp?.getsockname();
    if (tcp === null || name === null || name === undefined) return EBADF;
    if (name.address.isUnspecified) fillUnspecified(out, tcp.family === AF_INET6, name.port);
    else fillAddress(out, name, tcp.family);
    return 0;
  }

  close(onClosed?: () => void): void {
    const tcp = this.#tcp;
    if (tcp === null || !this.beginClosing(onClosed)) return;
    this.#tcp = null;
    tcp.owner = null;
    tcp.close();
    this.endClosing();
  }

  /** Accepts a connection, if one is ready. */
  override work(): Next {
    const accepted = this.#tcp?.accept();
    if (accepted === undefined || typeof accepted === 'number') return 'nothing';
    this.onconnection?.(0, this.#handleOf(accepted));
    return ((this.#tcp?.poll() ?? 0) & Poll.IN) !== 0 ? 'more' : 'nothing';
  }

  #handleOf(accepted: TcpSocket): TcpHandle {
    const { network } = this;
    if (network.inheritsContext) return new TcpHandle(network, accepted);
    return ROOT.runInAsyncScope(handleOf, undefined, network, accepted);
  }

  override tellCanceled(): boolean {
    return false;
  }

  protected override holds(isReferenced: boolean): boolean {
    return this.#isListening && isReferenced;
  }
}

function handleOf(network: Network, accepted: TcpSocket): TcpHandle {
  return new TcpHandle(network, accepted);
}
