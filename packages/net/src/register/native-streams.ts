import { Duplex } from 'node:stream';
import type * as Tls from 'node:tls';

/**
 * Node's C++ stream for a stream in JavaScript (`JSStream`): what TLS and HTTP/2 read from and write to without a copy
 * in between of their own. Nothing exports it; every TLS socket over a stream has one.
 */
interface NativeStream {
  /** Octets arrived: they are copied and passed on at once. */
  readBuffer(bytes: Uint8Array): void;
  /** The end of the stream arrived. */
  emitEOF(): void;
  /** A request that `onwrite` was given is done, or failed with an errno. */
  finishWrite(request: object, status: number): void;
  /** The same of `onshutdown`. */
  finishShutdown(request: object, status: number): void;
  getAsyncId(): number;
}

/** The class of {@link NativeStream}; what extends it has `onwrite` and others, which Node calls. */
export type NativeStreamConstructor = new () => NativeStream;

/** What wraps a stream of JavaScript for Node's own use (`JSStreamSocket`). */
interface StreamSocketLike extends Duplex {
  readonly _handle: object;
}

type StreamSocketConstructor = new (stream: Duplex) => StreamSocketLike;

/** What Node has for streams that are not of its own making. */
export interface NativeStreams {
  readonly NativeStream: NativeStreamConstructor;
  readonly StreamSocket: StreamSocketConstructor;
}

/** The part of a TLS socket's handle that is looked at. */
interface TlsHandle {
  readonly _parent?: object;
  readonly _parentWrap?: object;
}

const METHODS = ['readBuffer', 'emitEOF', 'finishWrite', 'finishShutdown'] as const;

/**
 * Finds the classes on a TLS socket made for the purpose.
 *
 * @throws Error if this Node has them no more, or others
 */
export function nativeStreams(tls: typeof Tls): NativeStreams {
  const sample = new tls.TLSSocket(new Duplex({ read: () => undefined }));
  const { _handle: handle } = sample as unknown as { _handle: TlsHandle | null };
  const NativeStream: unknown = handle?._parent?.constructor;
  const StreamSocket: unknown = handle?._parentWrap?.constructor;
  sample.destroy();
  if (typeof NativeStream !== 'function' || typeof StreamSocket !== 'function') {
    throw new Error('a TLS socket over a stream has no handle to a native stream');
  }
  const prototype: unknown = NativeStream.prototype;
  const missing = METHODS.filter(
    (name) => typeof (prototype as Record<string, unknown>)[name] !== 'function',
  );
  if (missing.length > 0) throw new Error(`the native stream has no ${missing.join(', ')}`);
  return {
    NativeStream: NativeStream as NativeStreamConstructor,
    StreamSocket: StreamSocket as StreamSocketConstructor,
  };
}
