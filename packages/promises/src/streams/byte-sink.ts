import type { PromiseSocket } from '../promise-socket.ts';

/** What {@link makeWritable} tells, and asks. */
export interface ByteSinkListener {
  /**
   * The bytes of what was written.
   *
   * @throws TypeError for what has none
   */
  bytesOf(chunk: unknown): Uint8Array;
  /** All that was written has been taken, and the end of our stream was passed on. */
  onClose(): void;
  /** Writing has failed. Returns what the stream is errored with. */
  onError(error: unknown): unknown;
  /** The program has given up what was not taken yet. */
  onAbort(): void;
}

/** A stream of what a socket sends, and how to end it from outside, locked or not. */
export interface SocketWritable {
  /** What programs write to. */
  readonly stream: WritableStream<unknown>;
  /** Ends the stream as its program could: after all that was written. Resolves when that has been taken, or never will be. */
  end(): Promise<void>;
  /** As `abort()`. */
  abort(reason: unknown): void;
  /** Errors the stream. */
  error(reason: unknown): void;
}

/** A WritableStream that knows who writes to it: only a writer can end a stream that it has locked. */
class OwnedWritableStream extends WritableStream<unknown> {
  #writer: WritableStreamDefaultWriter<unknown> | null = null;

  override getWriter(): WritableStreamDefaultWriter<unknown> {
    this.#writer = super.getWriter();
    return this.#writer;
  }

  /** Calls the same of whoever may: the stream, or its writer. Returns the outcome; `null`: it is piped to. */
  endBy(
    end: (who: WritableStream<unknown> | WritableStreamDefaultWriter<unknown>) => Promise<void>,
  ): Promise<void> | null {
    if (!this.locked) return end(this);
    return this.#writer === null ? null : end(this.#writer);
  }
}

/**
 * A stream to `socket`. A write resolves when the send buffer has taken all of it, so a slow peer holds the writer back; the end
 * of the stream is a half-close. It writes once `ready` has resolved.
 */
export function makeWritable(
  socket: PromiseSocket,
  ready: Promise<unknown> | null,
  strategy: QueuingStrategy<unknown>,
  listener: ByteSinkListener,
): SocketWritable {
  let controller: WritableStreamDefaultController | undefined;
  // Once it is, a write is taken in the call itself, so that an abort right after it comes too late for it.
  let isReady = ready === null;
  ready?.then(
    () => (isReady = true),
    () => undefined,
  );
  const fail = (error: unknown): never => {
    throw listener.onError(error);
  };
  const stream = new OwnedWritableStream(
    {
      start(given) {
        controller = given;
      },
      async write(chunk, { signal }) {
        const bytes = listener.bytesOf(chunk);
        try {
          if (!isReady) await ready;
          await socket.writeAll(bytes, signal);
        } catch (error) {
          if (signal.aborted) throw signal.reason;
          fail(error);
        }
      },
      async close() {
        try {
          if (!isReady) await ready;
          // A socket that was closed meanwhile has ended the stream, too.
          if (!socket.tcp.closed) socket.shutdown('write');
        } catch (error) {
          fail(error);
        }
        listener.onClose();
      },
      abort() {
        listener.onAbort();
      },
    },
    strategy,
  );
  const endOrFail = (
    end: (who: WritableStream<unknown> | WritableStreamDefaultWriter<unknown>) => Promise<void>,
    reason: unknown,
  ): Promise<void> => {
    // Who writes is told by its own promises.
    const ended = stream.endBy((who) => end(who).catch(() => undefined));
    if (ended === null) controller?.error(reason);
    return ended ?? Promise.resolve();
  };
  return {
    stream,
    end: () => endOrFail((who) => who.close(), new TypeError('This WritableStream has been closed.')),
    abort: (reason) => void endOrFail((who) => who.abort(reason), reason),
    error: (reason) => controller?.error(reason),
  };
}
