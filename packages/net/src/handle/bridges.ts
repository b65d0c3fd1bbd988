import type { ConnectingHandle } from '../connecting/connect-attempt.ts';
import type { TcpHandle } from './tcp-handle.ts';
import type { SocketBase } from '../socket/socket-base.ts';

/** What stands for a handle of ours in Node's C++: it has the handle beneath it. */
export interface HandleBridge {
  readonly beneath: ConnectingHandle;
  /** C++ is to be told of a write in a step of the handle. */
  readonly isOwing: boolean;
}

/** Makes the bridge of a handle; `socket`: the one with that handle; `null`: there is none of ours. */
export type BridgeFactory = (handle: TcpHandle, socket: SocketBase | null) => HandleBridge;

const KEY = Symbol.for('halfclose.net.bridges');

/** One for all copies of this package, as Node's TLS and HTTP/2, for which it is there, are one. */
const global = globalThis as { [KEY]?: BridgeFactory | undefined };

/** `undefined`: Node's C++ is not to use handles of ours any more; those that it uses it goes on using. */
export function setBridgeFactory(factory: BridgeFactory | undefined): void {
  global[KEY] = factory;
}

/** The bridge of a handle, made when it is first asked for; `null`: there are none in this process. */
export function bridgeOf(handle: TcpHandle, socket: SocketBase | null): HandleBridge | null {
  return (handle.bridge ??= global[KEY]?.(handle, socket) ?? null);
}
