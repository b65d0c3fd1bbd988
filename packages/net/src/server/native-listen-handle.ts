import type { Server } from 'node:net';
import type { AddressRecord } from '../native/address-record.ts';

/** A listening server of the runtime (a pipe, a descriptor, a handle) under one of ours. */
export class NativeListenHandle {
  readonly #server: Server;
  onconnection: null = null;

  constructor(server: Server) {
    this.#server = server;
  }

  /** The path, or 0 with `out` filled. */
  getsockname(out: AddressRecord): string | number {
    const address = this.#server.address();
    if (typeof address === 'string') return address;
    if (address !== null) Object.assign(out, address);
    return 0;
  }

  ref(): void {
    this.#server.ref();
  }

  unref(): void {
    this.#server.unref();
  }

  close(): void {
    this.#server.close();
  }
}
