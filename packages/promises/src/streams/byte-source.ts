import type { PromiseSocket } from '../promise-socket.ts';

/** What {@link makeReadable} tells. */
export interface ByteSourceListener {
  /** The peer's stream has ended, and its reader knows. */
  onEnd(): void;
  /** Reading has failed. Returns what the stream is errored with. */
  onError(error: unknown): unknown;
  /** Nobody wants to read any more. */
  onCancel(): void;
}

/** A stream of what a socket receives, and how to end it from outside, locked or not. */
export interface SocketReadable {
  /** What programs read. */
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** As `cancel()`: whoever reads is told that nothing more comes. */
  close(): void;
  /** Errors the stream, unless it has ended. */
  error(reason: unknown): void;
}

/** Most bytes that are read at once, where the reader brings no buffer of its own. */
const READ_BYTES = 65_536;

/**
 * A byte stream of `socket`. It reads as its reader does, so that a slow one holds the peer back; with a `highWaterMark` above 0
 * so many bytes ahead. A reader of its own buffers (BYOB) has them filled in place. It reads once `ready` has resolved.
 */
export function makeReadable(
  socket: PromiseSocket,
  ready: Promise<unknown> | null,
  highWaterMark: number,
  listener: ByteSourceListener,
): SocketReadable {
  let isOver = false;
  let controller: ReadableByteStreamController | undefined;
  const close = (): void => {
    if (isOver || controller === undefined) return;
    isOver = true;
    controller.close();
    // A reader that waits with a buffer of its own gets it back only so.
    controller.byobRequest?.respond(0);
  };
  const error = (reason: unknown): void => {
    if (isOver) return;
    isOver = true;
    controller?.error(reason);
  };
  const source: UnderlyingByteSource = {
    type: 'bytes',
    start(given) {
      controller = given;
    },
    async pull(given) {
      try {
        if (ready !== null) await ready;
        const view = given.byobRequest?.view ?? null;
        if (view === null) {
          const chunk = await socket.readChunk(READ_BYTES);
          if (isOver) return;
          if (chunk !== null) given.enqueue(chunk);
          else end();
        } else {
          const target = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
          const count = await socket.read(target);
          if (isOver) return;
          if (count !== null) given.byobRequest?.respond(count);
          else end();
        }
      } catch (failure) {
        if (!isOver) error(listener.onError(failure));
      }
    },
    cancel() {
      isOver = true;
      listener.onCancel();
    },
  };
  const end = (): void => {
    close();
    listener.onEnd();
  };
  const stream = new ReadableStream(source, { highWaterMark });
  return { stream, close, error };
}
