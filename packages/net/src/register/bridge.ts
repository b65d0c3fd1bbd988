import { Errno } from '@halfclose/sockets';
import type { AddressRecord } from '../native/address-record.ts';
import type { HandleBridge } from '../handle/bridges.ts';
import { EBADF, errnoException } from '../errors.ts';
import {
  type HandleOwner,
  onBuffer,
  onData,
  onEnd,
  onNews,
  onReadError,
  onUnasked,
  onWritten,
  type WriteCallback,
} from '../handle/handle-owner.ts';
import { setImmediate } from '../native/host-functions.ts';
import type { SocketBase } from '../socket/socket-base.ts';
import { TcpHandle } from '../handle/tcp-handle.ts';
import { portOf } from '../arguments/validate.ts';
import { NativeTcpHandle } from '../handle/native-tcp-handle.ts';
import type { Network } from '../network/network.ts';
import type { ConnectingHandle } from '../connecting/connect-attempt.ts';
import { FrameEnds } from './frame-ends.ts';
import type { NativeStreamConstructor } from './native-streams.ts';
import { RecordEnds } from './record-ends.ts';

/** A request of Node's C++ to connect, by the names of `TCPConnectWrap`. */
interface NativeConnectRequest {
  readonly localAddress?: string;
  readonly localPort?: number;
  readonly oncomplete: (
    status: number,
    handle: object,
    request: object,
    readable: boolean,
    writable: boolean,
  ) => void;
}

/** What is over a bridge in place of a socket of ours: a `TLSSocket` and its handle. */
interface Upper {
  readonly handle: object;
  readonly socket: {
    destroy(error: Error): unknown;
    readonly _host?: string | null;
    readonly writableLength: number;
  };
}

/** A request that waits for our stack. */
interface Pending {
  readonly request: object;
  readonly isShutdown: boolean;
}

/**
 * A {@link TcpHandle} for Node's C++: by the names of Node's own TCP handle to TLS and HTTP/2 above, and the owner of the
 * handle beneath. What C++ writes goes straight into the send buffer, what arrives straight into C++, a call a step
 * (docs/decisions/0010-turns.md).
 */
export interface Bridge extends HandleOwner, HandleBridge {
  /** What is over it, once that is known: it is told of errors, as C++ cannot be. */
  upper: Upper | null;
  close(onClosed?: () => void): void;
}

/** A bridge over `tcp`; `socket`: of ours, with that handle; `null`: there is none, as under `tls.connect()`. */
export type BridgeConstructor = new (tcp: TcpHandle, socket: SocketBase | null) => Bridge;

/** Makes the class of bridges from that of Node's streams. */
export function createBridgeConstructor(NativeStream: NativeStreamConstructor): BridgeConstructor {
  return class NativeBridge extends NativeStream implements Bridge {
    beneath: ConnectingHandle;
    readonly #network: Network;
    upper: Upper | null = null;
    readonly #socket: SocketBase | null;
    /** Requests that our stack has not done yet, by the callbacks that it was given. */
    readonly #pending = new Map<WriteCallback, Pending>();
    /** Requests that are done, of which C++ is to hear. */
    #owed: Pending[] = [];
    /** What is being passed to C++. */
    #arriving: Buffer | null = null;
    /** Of TLS, or of HTTP/2 in the clear; made when something arrives. */
    #ends: RecordEnds | FrameEnds | null = null;
    /** What comes next is more of the same read. */
    #hasMore = false;

    constructor(tcp: TcpHandle, socket: SocketBase | null) {
      super();
      this.beneath = tcp;
      this.#network = tcp.network;
      this.#socket = socket;
      tcp.owner = this;
      tcp.useUserBuffer(null);
      // Whoever takes the stream in C++ hears instead of this; before that, and after, the socket does.
      Object.assign(this, { onread: () => this.#toSocket() });
    }

    // --- what C++ calls

    isClosing(): boolean {
      return this.beneath.isClosing;
    }

    onreadstart(): number {
      return this.beneath.readStart();
    }

    onreadstop(): number {
      return this.beneath.readStop();
    }

    onwrite(request: object, chunks: readonly Buffer[]): number {
      // Its identity is what tells the requests apart.
      const callback: WriteCallback = () => undefined;
      const last = chunks.length - 1;
      let result = 0;
      for (let i = 0; i <= last && result >= 0; i++)
        result = this.beneath.write(chunks[i] as Buffer, i === last ? callback : null);
      if (result < 0) return result;
      const pending = { request, isShutdown: false };
      if (result === 0) this.#owe(pending);
      else this.#pending.set(callback, pending);
      return 0;
    }

    onshutdown(request: object): number {
      const callback: WriteCallback = () => undefined;
      const result = this.beneath.shutdown(callback);
      if (result < 0) return result;
      this.#pending.set(callback, { request, isShutdown: true });
      return 0;
    }

    /**
     * Of a write that was done at once HTTP/2 hears within the call; TLS from the event loop, as over a handle of libuv: behind
     * what came in the same read, and before whatever the peer does because of it.
     */
    #owe(pending: Pending): void {
      if (this.upper === null) {
        this.#finish(pending, 0);
        return;
      }
      this.#owed.push(pending);
      if (this.beneath instanceof TcpHandle && !this.beneath.isClosing) this.beneath.callLater();
      else if (this.#owed.length === 1) setImmediate(settleOwed, this);
    }

    get isOwing(): boolean {
      return this.#owed.length > 0;
    }

    settleOwed(): void {
      const owed = this.#owed;
      if (owed.length === 0) return;
      this.#owed = [];
      for (const each of owed) this.#finish(each, 0);
    }

    #finish({ request, isShutdown }: Pending, status: number): void {
      if (isShutdown) this.finishShutdown(request, status);
      else this.finishWrite(request, status);
    }

    // --- what the handle tells

    [onData](bytes: Buffer): boolean {
      // What nobody hears of would hold back what is written now.
      if (!this.#hasMore || this.upper?.socket.writableLength === 0) this.settleOwed();
      this.#socket?._unrefTimer();
      const piece = this.#upToEnd(bytes);
      this.#arriving = piece;
      this.readBuffer(piece);
      this.#arriving = null;
      return true;
    }

    /**
     * What a call of C++ has queued runs before its next one where libuv reads, and TLS makes one of each record, HTTP/2 some
     * of each frame; where we read, it runs when C++ has returned. So C++ gets one record at a time, and of HTTP/2 returns
     * before a frame that ends a stream: the program has then heard of what came before, which `node:http2` relies on. Not at
     * each frame: C++ writes when it returns.
     */
    #upToEnd(bytes: Buffer): Buffer {
      const { beneath } = this;
      if (!(beneath instanceof TcpHandle)) return bytes;
      this.#ends ??= this.upper === null ? new FrameEnds() : new RecordEnds();
      const end = this.#ends.next(bytes);
      this.#hasMore = end < bytes.length;
      if (!this.#hasMore) return bytes;
      beneath.putBack(bytes.subarray(end));
      return bytes.subarray(0, end);
    }

    [onBuffer](): boolean {
      return true;
    }

    [onUnasked](): void {
      this.#socket?.[onUnasked]();
    }

    [onEnd](): void {
      this.settleOwed();
      this.emitEOF();
    }

    [onReadError](errno: number): void {
      this.settleOwed();
      if (this.upper === null) this.#socket?.[onReadError](errno);
      else this.upper.socket.destroy(errnoException(errno, 'read'));
    }

    [onNews](): boolean {
      if (this.isOwing && !this.#hasMore) {
        this.settleOwed();
        return true;
      }
      return this.#socket?.[onNews]() === true;
    }

    [onWritten](errno: number, callback: WriteCallback): void {
      const pending = this.#pending.get(callback);
      if (pending === undefined) {
        this.#socket?.[onWritten](errno, callback);
        return;
      }
      this.#pending.delete(callback);
      this.settleOwed();
      this.#socket?._unrefTimer();
      this.#finish(pending, errno);
    }

    /** Nobody in C++ has taken the stream: what arrives is the socket's. */
    #toSocket(): void {
      const bytes = this.#arriving;
      if (bytes === null) this.#socket?.[onEnd]();
      else if (this.#socket?.[onData](bytes) === false) this.beneath.readStop();
    }

    // --- what `TLSSocket` calls, by the names of Node's TCP handle; numbers are 0, or an errno where negative

    connect(request: NativeConnectRequest, address: string, port: number): number {
      return this.#connect(request, address, port, 4);
    }

    connect6(request: NativeConnectRequest, address: string, port: number): number {
      return this.#connect(request, address, port, 6);
    }

    #connect(request: NativeConnectRequest, address: string, given: number, family: 4 | 6): number {
      const port = portOf(given);
      const route =
        this.#network.routing?.connects(this.upper?.socket._host ?? null, address, port) ?? 'ours';
      if (route === 'refused') return -Errno.EPERM;
      if (route === 'kernel') this.#leave();
      return this.beneath.connect({
        address,
        port,
        family,
        localAddress: request.localAddress,
        localPort: request.localPort,
        oncomplete: (errno) => {
          request.oncomplete(errno, this.upper?.handle ?? this, request, true, true);
        },
      });
    }

    /** What is to be connected is not on our network. */
    #leave(): void {
      this.beneath.close();
      this.beneath = new NativeTcpHandle();
      this.beneath.owner = this;
    }

    bind(address: string, port: number): number {
      return this.beneath.bindTo(address, portOf(port), 4);
    }

    bind6(address: string, port: number): number {
      return this.beneath.bindTo(address, portOf(port), 6);
    }

    open(): number {
      return -Errno.EINVAL;
    }

    close(onClosed?: () => void): void {
      // What is closed takes no steps.
      if (this.isOwing) setImmediate(settleOwed, this);
      const socket = this.#socket;
      if (socket === null || socket.destroyed) this.beneath.close(onClosed);
      else {
        if (onClosed !== undefined) socket.once('close', onClosed);
        socket.destroy();
      }
    }

    reset(onClosed?: () => void): number {
      if (this.isOwing) setImmediate(settleOwed, this);
      return this.beneath.reset(onClosed);
    }

    ref(): void {
      this.beneath.ref();
    }

    unref(): void {
      this.beneath.unref();
    }

    hasRef(): boolean {
      return this.beneath.hasRef();
    }

    getsockname(out: AddressRecord): number {
      return this.beneath.getsockname(out);
    }

    getpeername(out: AddressRecord): number {
      return this.beneath.getpeername(out);
    }

    setNoDelay(enable: boolean): number {
      return this.beneath.setNoDelay(enable);
    }

    setKeepAlive(enable: boolean, seconds: number, interval?: number, count?: number): number {
      return this.beneath.setKeepAlive(enable, seconds, interval, count);
    }

    setSimultaneousAccepts(): number {
      return EBADF;
    }
  };
}

function settleOwed(bridge: { settleOwed(): void }): void {
  bridge.settleOwed();
}
