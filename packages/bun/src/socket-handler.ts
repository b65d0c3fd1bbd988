import type { Socket } from './socket.ts';

/** What the bytes that arrive can be handed over as. */
export interface BinaryTypeList {
  /** Memory of the chunk alone. */
  arraybuffer: ArrayBuffer;
  /** Where there is no Buffer, a Uint8Array. */
  buffer: Buffer;
  /** The chunk, with memory of its own. */
  uint8array: Uint8Array<ArrayBuffer>;
}

/** See {@link BinaryTypeList}. */
export type BinaryType = keyof BinaryTypeList;

/** What a program is told of a socket: one object for all sockets of a listener. `data` or `drain` is required. */
export interface SocketHandler<Data = unknown, DataBinaryType extends BinaryType = 'buffer'> {
  /** Connected. */
  open?(socket: Socket<Data>): void | Promise<void>;
  /** Closed, by whoever: the last call. `error`: what ended it. */
  close?(socket: Socket<Data>, error?: Error): void | Promise<void>;
  /** Another of these has thrown. */
  error?(socket: Socket<Data>, error: Error): void | Promise<void>;
  /** The peer has sent something. */
  data?(socket: Socket<Data>, data: BinaryTypeList[DataBinaryType]): void | Promise<void>;
  /** There is room again, after a `write` that did not take all. */
  drain?(socket: Socket<Data>): void | Promise<void>;
  /** The peer has ended its stream. Without `allowHalfOpen` the socket is closed after this call. */
  end?(socket: Socket<Data>): void | Promise<void>;
  /** There is no connection to be had; the promise of `connect` rejects after this call. */
  connectError?(socket: Socket<Data>, error: Error): void | Promise<void>;
  /** Nothing was written or read for as long as `timeout` said. The socket stays open. */
  timeout?(socket: Socket<Data>): void | Promise<void>;
  /** Default: `'buffer'`. */
  binaryType?: BinaryType;
}

const CALLS = ['open', 'close', 'error', 'data', 'drain', 'end', 'connectError', 'timeout'] as const;

/** The handlers that some sockets share, and that `reload` changes for all of them. */
export class SharedHandlers<Data> {
  current: SocketHandler<Data>;

  constructor(handlers: unknown) {
    this.current = checkHandlers<Data>(handlers);
  }

  /**
   * Puts others in their place.
   *
   * @throws TypeError as the constructor
   */
  reload(options: { socket: SocketHandler<Data> } | undefined): void {
    if (options === undefined) throw new TypeError('Expected 1 argument');
    this.current = checkHandlers(options.socket);
  }
}

function checkHandlers<Data>(handlers: unknown): SocketHandler<Data> {
  if (!isHandlers<Data>(handlers)) throw invalid('SocketOptions.socket is required');
  for (const call of CALLS) {
    const given: unknown = Reflect.get(handlers, call);
    if (given !== undefined && given !== null && typeof given !== 'function')
      throw invalid(`Expected "${call}" callback to be a function`);
  }
  if (typeof handlers.data !== 'function' && typeof handlers.drain !== 'function')
    throw invalid('Expected at least "data" or "drain" callback');
  const { binaryType = 'buffer' } = handlers;
  if (binaryType !== 'arraybuffer' && binaryType !== 'buffer' && binaryType !== 'uint8array')
    throw invalid('SocketHandler.binaryType must be "arraybuffer", "buffer", or "uint8array"');
  return handlers;
}

function isHandlers<Data>(value: unknown): value is SocketHandler<Data> {
  return typeof value === 'object' && value !== null;
}

function invalid(message: string): TypeError {
  return Object.assign(new TypeError(message), { code: 'ERR_INVALID_ARG_TYPE' });
}
