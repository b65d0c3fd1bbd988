import { native } from '../native/native-net.ts';

/** What a socket keeps for itself beside the names that programs know. */

/** What stands beneath the socket, or `null`: `_handle` for programs, as in Node an accessor of the prototype. */
export const kHandle: unique symbol = Symbol('handle');
/** The timer of `setTimeout`: Node's own symbol, by which its modules look at it. */
export const kTimeout: unique symbol = (symbolOf('timeout') ?? Symbol('timeout')) as never;
/**
 * Octets of the last write that did not go out at once, those included that did: so the first look at what waits, by
 * `setTimeout`, finds a difference, and a peer that takes nothing has twice the time. Then, octets that waited.
 */
export const kLastWriteQueueSize: unique symbol = Symbol('lastWriteQueueSize');
/** The option `onread`, or `null`. */
export const kOnread: unique symbol = Symbol('onread');
/** Wanted, and set once there is a connection. */
export const kNoDelay: unique symbol = Symbol('noDelay');
/** See {@link kNoDelay}. */
export const kKeepAlive: unique symbol = Symbol('keepAlive');
/** Seconds. */
export const kKeepAliveDelay: unique symbol = Symbol('keepAliveDelay');
/** How keep-alives go on after the first, or `null`. */
export const kKeepAliveProbes: unique symbol = Symbol('keepAliveProbes');
/** Options of setsockopt(2) that connections start with, or `null`. */
export const kWanted: unique symbol = Symbol('wanted');
/** Seconds of SO_LINGER, `null`: off; set once there is a socket. */
export const kLinger: unique symbol = Symbol('linger');
/** What is kept for the end of the connection and beyond it, or `null`. */
export const kEnd: unique symbol = Symbol('end');
/** The local end was bound before there was a socket, by a `BoundSocket`; absent: it was not. */
export const kIsBound: unique symbol = Symbol('isBound');
/** Counters that outlive the handle. */
export const kBytesRead: unique symbol = Symbol('bytesRead');
/** See {@link kBytesRead}. */
export const kBytesWritten: unique symbol = Symbol('bytesWritten');
/** What the sockets of one copy of the API share; on the prototype. */
export const kNetwork: unique symbol = Symbol('network');
/** On every socket of ours, whichever copy of this package made it. */
export const SOCKET_BRAND: unique symbol = Symbol.for('halfclose.net.Socket') as never;
/** On every server of ours. */
export const SERVER_BRAND: unique symbol = Symbol.for('halfclose.net.Server') as never;

/** `onread` as a socket keeps it. */
export interface OnRead {
  buffer: Uint8Array | null;
  readonly generate: (() => unknown) | null;
  readonly callback: (count: number, buffer: Uint8Array) => boolean | undefined;
}

/** One of the symbols of the runtime's own sockets. */
function symbolOf(description: string): symbol | undefined {
  return Object.getOwnPropertySymbols(new native.Socket()).find(
    (symbol) => symbol.description === description,
  );
}
