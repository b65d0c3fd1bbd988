import { AsyncResource } from 'node:async_hooks';
import { EBADF } from '../errors.ts';
import type { AddressRecord } from '../native/address-record.ts';
import type { ConnectRequest } from './handle-owner.ts';
import { NativeStreamHandle } from './native-stream-handle.ts';

/** A TCP connection of the kernel under a socket of ours, to what is not on our network: see `Routing`. */
export class NativeTcpHandle extends NativeStreamHandle {
  #localAddress: string | undefined;
  #localPort: number | undefined;
  /** Node's agent asks for its number. */
  readonly #resource = new AsyncResource('TCPWRAP', { requireManualDestroy: true });

  /** Taken by {@link NativeTcpHandle.connect}, which tells of errors, too. */
  bindTo(address: string, port: number): number {
    this.#localAddress = address;
    this.#localPort = port;
    return 0;
  }

  /** Starts to connect: `request.oncomplete` will be called. */
  connect(request: ConnectRequest): number {
    const { address: host, port, family } = request;
    const local = {
      ...(this.#localAddress === undefined ? {} : { localAddress: this.#localAddress }),
      ...(this.#localPort === undefined ? {} : { localPort: this.#localPort }),
    };
    this.connectTo({ host, port, family, ...local }, (error) => {
      request.oncomplete?.(error === null ? 0 : errnoOf(error), request);
    });
    return 0;
  }

  getAsyncId(): number {
    return this.#resource.asyncId();
  }

  reset(onClosed?: () => void): number {
    if (this.socket.destroyed) return EBADF;
    this.socket.resetAndDestroy();
    this.close(onClosed);
    return 0;
  }

  setNoDelay(enable: boolean): number {
    this.socket.setNoDelay(enable);
    return 0;
  }

  /** Node before 26 does not know of what is beyond the first probe. */
  setKeepAlive(enable: boolean, seconds: number, interval?: number, count?: number): number {
    const rest = interval === undefined ? [] : [interval * 1000, count];
    this.#call('setKeepAlive', [enable, seconds * 1000, ...rest]);
    return 0;
  }

  /** Of Node 26; before, nothing is done. */
  setTypeOfService(tos: number): number {
    this.#call('setTypeOfService', [tos]);
    return 0;
  }

  /** Calls what the types of some versions of Node do not know of, if it is there. */
  #call(name: string, args: readonly unknown[]): void {
    const method: unknown = Reflect.get(this.socket, name);
    if (typeof method === 'function') Reflect.apply(method, this.socket, args);
  }

  getsockname(out: AddressRecord): number {
    const address = this.socket.address();
    if (!('port' in address)) return EBADF;
    Object.assign(out, address);
    return 0;
  }

  getpeername(out: AddressRecord): number {
    const { remoteAddress: address, remotePort: port, remoteFamily: family } = this.socket;
    if (address === undefined) return EBADF;
    Object.assign(out, { address, port, family });
    return 0;
  }
}

function errnoOf(error: NodeJS.ErrnoException): number {
  return error.errno ?? EBADF;
}
