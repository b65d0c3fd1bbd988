import type { IpcSocketConnectOpts, Socket, TcpSocketConnectOpts } from 'node:net';
import type { HandleOwner, WriteCallback } from './handle-owner.ts';
import { onBuffer, onData, onEnd, onReadError, onWritten } from './handle-owner.ts';
import { kept, nextTick } from '../native/host-functions.ts';
import { native } from '../native/native-net.ts';
import type { StreamHandle } from './stream-handle.ts';

/**
 * A pipe of the runtime under a socket of ours: a `new Socket()` of ours that is told to connect to a path. The
 * runtime's socket does the work; this turns what it says into what a handle says.
 */
export class NativeStreamHandle implements StreamHandle {
  owner: HandleOwner | null = null;
  reading = false;
  bytesRead = 0;
  bytesWritten = 0;
  readonly bridge = null;
  readonly tcp = null;
  readonly scope = null;
  readonly connection = null;
  readonly octetsFailed = 0;
  protected readonly socket: Socket = new native.Socket({ allowHalfOpen: true });
  #userBuffer: Uint8Array | null = null;
  #connected: ((error: Error | null) => void) | null = null;
  isClosing = false;

  /** Connects; `onSettled` is told the outcome with the runtime's own error. */
  connectTo(
    target: IpcSocketConnectOpts | TcpSocketConnectOpts,
    onSettled: (error: Error | null) => void,
  ): void {
    const socket = this.socket;
    this.#connected = onSettled;
    socket.on('connect', () => {
      socket.pause();
      this.#settle(null);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (this.#connected !== null) this.#settle(error);
      else if (!this.isClosing) this.owner?.[onReadError](error.errno ?? 0);
    });
    socket.on('data', (bytes: Buffer) => {
      this.#onData(bytes);
    });
    socket.on('end', () => {
      if (!this.isClosing) this.owner?.[onEnd]();
    });
    socket.connect(target);
  }

  get writeQueueSize(): number {
    return this.socket.writableLength;
  }

  readStart(): number {
    this.reading = true;
    this.socket.resume();
    return 0;
  }

  readStop(): number {
    this.reading = false;
    this.socket.pause();
    return 0;
  }

  useUserBuffer(buffer: Uint8Array | null): void {
    this.#userBuffer = buffer;
  }

  write(bytes: Uint8Array, callback: WriteCallback | null): number {
    this.bytesWritten += bytes.length;
    this.socket.write(bytes, (error?: NodeJS.ErrnoException | null) => {
      if (callback !== null) this.owner?.[onWritten](error?.errno ?? 0, callback);
    });
    return 1;
  }

  shutdown(callback: WriteCallback): number {
    this.socket.end(() => {
      this.owner?.[onWritten](0, callback);
    });
    return 0;
  }

  close(onClosed?: () => void): void {
    if (this.isClosing) return;
    this.isClosing = true;
    this.#connected = null;
    if (onClosed === undefined) this.socket.destroy();
    else if (this.socket.closed) void kept.then(() => nextTick(onClosed));
    else this.socket.once('close', onClosed).destroy();
  }

  ref(): void {
    this.socket.ref();
  }

  unref(): void {
    this.socket.unref();
  }

  hasRef(): boolean {
    return !this.isClosing;
  }

  #settle(error: Error | null): void {
    const settled = this.#connected;
    this.#connected = null;
    settled?.(error);
  }

  #onData(bytes: Buffer): void {
    this.bytesRead += bytes.length;
    const buffer = this.#userBuffer;
    if (buffer === null) {
      if (this.owner?.[onData](bytes) === false) this.readStop();
      return;
    }
    for (let from = 0; from < bytes.length; from += buffer.length) {
      const part = bytes.subarray(from, from + buffer.length);
      buffer.set(part);
      if (this.owner?.[onBuffer](part.length) === false) this.readStop();
    }
  }
}
