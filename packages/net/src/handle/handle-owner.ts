/** What a handle tells the socket above it. */
export interface HandleOwner {
  /** Octets arrived; the owner keeps them. `false`: no more for now. */
  [onData](bytes: Buffer): boolean;
  /** `count` octets arrived in the buffer that the owner gave ({@link BufferReader}); `false`: no more for now. */
  [onBuffer](count: number): boolean;
  /** Octets arrived, or the end did, which nobody has asked for: see `TcpHandle.onread`. */
  [onUnasked](): void;
  /** The end of the peer's stream. */
  [onEnd](): void;
  /** Reading failed with `errno`, or the connection ended by itself. */
  [onReadError](errno: number): void;
  /**
   * The connection has news, its state among others; also after the handle was closed, if that was asked for. Returns
   * whether the program was told.
   */
  [onNews](): boolean;
  /** A write that did not fit at once is done, or failed with `errno` (0: none). */
  [onWritten](errno: number, callback: WriteCallback): void;
}

/** The callback of `_write` and `_final`. */
export type WriteCallback = (error?: Error | null) => void;

/** See {@link HandleOwner}. */
export const onData: unique symbol = Symbol('onData');
/** See {@link HandleOwner}. */
export const onBuffer: unique symbol = Symbol('onBuffer');
/** See {@link HandleOwner}. */
export const onUnasked: unique symbol = Symbol('onUnasked');
/** See {@link HandleOwner}. */
export const onEnd: unique symbol = Symbol('onEnd');
/** See {@link HandleOwner}. */
export const onReadError: unique symbol = Symbol('onReadError');
/** See {@link HandleOwner}. */
export const onNews: unique symbol = Symbol('onNews');
/** See {@link HandleOwner}. */
export const onWritten: unique symbol = Symbol('onWritten');

/** A connection attempt and what it was given. */
export interface ConnectRequest {
  readonly address: string;
  readonly port: number;
  readonly family: 4 | 6;
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;
  /** Called once with 0 or an errno. */
  oncomplete: OnSettled | null;
}

/** Is told the outcome of an attempt to connect: 0 or an errno. */
export type OnSettled = (errno: number, request: ConnectRequest) => void;
