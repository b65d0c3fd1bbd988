import { Errno } from '@halfclose/sockets';
import { blockedError, isBlocked } from '../server/block-list.ts';
import { debug } from '../debug.ts';
import { addressException, type SystemError } from '../errors.ts';
import type { AddressRecord } from '../native/address-record.ts';
import type { ConnectRequest, OnSettled } from '../handle/handle-owner.ts';
import type { SocketBase } from '../socket/socket-base.ts';
import { kHandle, kIsBound, kNetwork, kWanted } from '../socket/socket-fields.ts';
import { kExchangeHandle } from '../socket/socket-members.ts';
import { NativeTcpHandle } from '../handle/native-tcp-handle.ts';
import { TcpHandle } from '../handle/tcp-handle.ts';
import { portOf } from '../arguments/validate.ts';

/** Where to connect to, and from where. */
export interface Attempt {
  readonly address: string;
  readonly port: number;
  readonly family: 4 | 6;
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;
}

/** A handle that connects. */
export type ConnectingHandle = TcpHandle | NativeTcpHandle;

/**
 * The handle that an attempt is to be made with: the socket's, or one of the kernel's if {@link Routing} says so; an error
 * if that may not be; `null`: the socket has none.
 */
export function connectingHandle(socket: SocketBase, wanted: Attempt): ConnectingHandle | Error | null {
  const handle = socket[kHandle];
  if (!(handle instanceof TcpHandle)) return null;
  // Where it is bound, it is ours.
  if (socket[kIsBound] === true) return handle;
  const routed = routedHandle(socket, handle, wanted);
  if (routed instanceof NativeTcpHandle) socket[kExchangeHandle](routed);
  return routed;
}

/** `handle`, or one of the kernel's in its place, or an error: see {@link connectingHandle}. The socket stays as it is. */
export function routedHandle(
  socket: SocketBase,
  handle: TcpHandle,
  { address, port }: Attempt,
): ConnectingHandle | Error {
  const route = socket[kNetwork].routing?.connects(socket._host, address, port) ?? 'ours';
  if (route === 'ours') {
    handle.wanted = socket[kWanted];
    return handle;
  }
  if (route === 'refused') return leavingError('connect', address, port);
  handle.close();
  return new NativeTcpHandle();
}

/**
 * Binds if asked to, and starts to connect; `onSettled` is told the outcome. Returns the error if it failed at once. Of
 * several addresses, one that is blocked is not told of as an attempt.
 */
export function attempt(
  socket: SocketBase,
  handle: ConnectingHandle,
  { address, port, family, localAddress, localPort }: Attempt,
  onSettled: OnSettled,
  isOneOfSeveral = false,
): Error | null {
  let from = localAddress;
  if (from !== undefined || localPort !== undefined) {
    from ??= family === 4 ? '0.0.0.0' : '::';
    const result = bind(handle, from, localPort ?? 0, family);
    if (result < 0) return addressException(result, 'bind', from, localPort ?? 0);
  }
  const what = isOneOfSeveral ? 'connect/multiple' : 'connect';
  debug('%s: attempting to connect to %s:%d (addressType: %d)', what, address, port, family);
  const isBlockedHere = isBlocked(socket.blockList, address, family);
  if (isBlockedHere && isOneOfSeveral) return blockedError(address);
  socket.emit('connectionAttempt', address, port, family);
  if (isBlockedHere) return blockedError(address);
  if (isOneOfSeveral) socket.autoSelectFamilyAttemptedAddresses?.push(`${address}:${port}`);
  const request: ConnectRequest = {
    address,
    port,
    family,
    localAddress: from,
    localPort,
    oncomplete: onSettled,
  };
  const result = handle.connect(request);
  if (result === 0) return null;
  const name: AddressRecord = {};
  handle.getsockname(name);
  return addressException(result, 'connect', address, port, `${name.address}:${name.port}`);
}

/** As Node, which takes a port that is not the wanted one for a port that is taken. */
function bind(handle: ConnectingHandle, address: string, port: number, family: 4 | 6): number {
  const result = handle.bindTo(address, portOf(port), family);
  return result === 0 && port > 0 && port !== portOf(port) ? -Errno.EADDRINUSE : result;
}

/** The error of an attempt that failed later. */
export function connectionError(errno: number, request: ConnectRequest, reason?: string): SystemError {
  const { address, port, localAddress, localPort } = request;
  if (localAddress === undefined || localPort === undefined)
    return addressException(errno, 'connect', address, port, undefined, reason);
  const error = addressException(errno, 'connect', address, port, `${localAddress}:${localPort}`, reason);
  return Object.assign(error, { localAddress, localPort });
}

/** EPERM, as for what a firewall does not let out. */
export function leavingError(
  syscall: 'connect' | 'listen' | 'bind',
  address: string,
  port: number,
): SystemError {
  return addressException(
    -Errno.EPERM,
    syscall,
    address,
    port,
    undefined,
    'it would go to the kernel (strict)',
  );
}
