import type { AsyncResource } from 'node:async_hooks';
import type { TcpSocket } from '@halfclose/sockets';
import type { Connection } from '@halfclose/stack';
import type { AddressRecord } from '../native/address-record.ts';
import type { HandleBridge } from './bridges.ts';
import type { HandleOwner, WriteCallback } from './handle-owner.ts';

/** What a socket needs of the handle under it; numbers are 0, or an errno where negative. */
export interface StreamHandle {
  owner: HandleOwner | null;
  /** Whether arrivals are to be told. */
  readonly reading: boolean;
  /** It was closed, or is about to be. */
  readonly isClosing: boolean;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** Octets that wait for room in the send buffer. */
  readonly writeQueueSize: number;
  /** Octets of {@link bytesWritten} that waited when writing failed. */
  readonly octetsFailed: number;
  /** What stands for it in Node's C++; `null`: nothing. */
  readonly bridge: HandleBridge | null;
  /** The socket underneath; `null` where there is none. */
  readonly tcp: TcpSocket | null;
  /** The async context in which the handle tells; `null`: that of whatever it stands for. */
  readonly scope: AsyncResource | null;
  /** The connection underneath; `null` where there is none. */
  readonly connection: Connection | null;
  readStart(): number;
  readStop(): number;
  /** Arrivals go into `buffer` from now on; `null`: into buffers of their own. */
  useUserBuffer(buffer: Uint8Array | null): void;
  /** 0: all taken, and `callback` is not called; 1: `callback` will be called; else an errno. */
  write(bytes: Uint8Array, callback: WriteCallback | null): number;
  /** Ends the stream once all is taken. 0: `callback` will be called; else an errno. */
  shutdown(callback: WriteCallback): number;
  /** `onClosed` is called once everything due has been done. */
  close(onClosed?: () => void): void;
  /** Closes with a RST; pipes cannot. EINVAL while `shutdown` has not called back, unless `duringShutdown`. */
  reset?(onClosed?: () => void, duringShutdown?: boolean): number;
  /** The owner is to be told of the connection's news after the handle is closed, too. */
  watchEnd?(): void;
  /** Has the owner asked for the connection's news in a step of the handle. */
  callLater?(): void;
  ref(): void;
  unref(): void;
  hasRef(): boolean;
  setNoDelay?(enable: boolean): number;
  setKeepAlive?(enable: boolean, seconds: number, interval?: number, count?: number): number;
  /** Of a socket of the kernel. */
  setTypeOfService?(tos: number): number;
  getsockname?(out: AddressRecord): number;
  getpeername?(out: AddressRecord): number;
}
