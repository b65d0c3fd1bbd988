import { syncBuiltinESMExports } from 'node:module';
import nodeNet from 'node:net';
import { bridgeOf } from '../handle/bridges.ts';
import { native } from '../native/native-net.ts';
import type { SocketBase } from '../socket/socket-base.ts';
import { isSocket } from '../socket/socket-brand.ts';
import { SERVER_BRAND } from '../socket/socket-fields.ts';
import { TcpHandle } from '../handle/tcp-handle.ts';
import type { Net } from '../types.ts';
import type { Builtins } from './builtins.ts';
import type { Patches } from './patches.ts';

/** What of `node:net` makes sockets or servers. */
const REPLACED = ['connect', 'createConnection', 'createServer', 'Socket', 'Stream', 'Server'] as const;

/** What Node's modules call on the runtime's own prototype, taken when they were loaded. */
const SERVER_METHODS = ['close', 'listen', 'address', 'getConnections', 'ref', 'unref'] as const;

type Method = (this: object, ...args: unknown[]) => unknown;

/**
 * Puts a copy of the API where Node and programs look for theirs: in the very object that `node:net` exports, and under
 * the servers that inherit from its own.
 */
export function swapNet(patches: Patches, net: Net, { http, tls, http2, parser }: Builtins): void {
  for (const name of REPLACED) patches.replace(nodeNet, name, net[name]);
  if (net.BoundSocket !== undefined) patches.replace(nodeNet, 'BoundSocket', net.BoundSocket);
  reinitialize(patches, net);
  // The class of the servers of `node:http2` without TLS is not exported.
  const heirs = [http.Server, tls?.Server, http2?.createServer().constructor];
  for (const Server of heirs) {
    if (Server === undefined) continue;
    patches.reparent(Server, net.Server);
    patches.reparent((Server as { prototype: object }).prototype, net.Server.prototype);
  }
  for (const name of SERVER_METHODS) dispatch(patches, name);
  if (parser !== null) consumeBridges(patches, parser.prototype);
  // Node 20 takes it when `node:http` is loaded.
  if (Object.hasOwn(http.Agent.prototype, 'createConnection') && isOfNet(http.Agent.prototype))
    patches.replace(http.Agent.prototype, 'createConnection', net.connect);
  syncBuiltinESMExports();
  patches.done(syncBuiltinESMExports);
}

function isOfNet(agent: object): boolean {
  return Reflect.get(agent, 'createConnection') === native.connect;
}

/** A TLS socket calls this on `net.Socket.prototype` for the next of several addresses; it is a socket of the runtime. */
function reinitialize(patches: Patches, net: Net): void {
  const prototype: object = native.Socket.prototype;
  const key = Object.getOwnPropertySymbols(prototype).find(
    ({ description }) => description === 'kReinitializeHandle',
  );
  if (key === undefined) return;
  patches.define(net.Socket.prototype, key, Object.getOwnPropertyDescriptor(prototype, key) ?? {});
}

/** Node's HTTP server hands no handle of ours to the parser, but a program may: C++ that is given an object of ours crashes. */
function consumeBridges(patches: Patches, parser: object): void {
  const original = Reflect.get(parser, 'consume') as Method | undefined;
  if (original === undefined) return;
  patches.replace(parser, 'consume', function consume(this: object, handle: unknown): unknown {
    const isOurs = handle instanceof TcpHandle;
    return Reflect.apply(original, this, [isOurs ? bridgeOf(handle, ownerOf(handle)) : handle]);
  });
}

function ownerOf({ owner }: TcpHandle): SocketBase | null {
  return isSocket(owner) ? owner : null;
}

/** Has a method of the runtime's servers, called on one of ours, be ours. */
function dispatch(patches: Patches, name: (typeof SERVER_METHODS)[number]): void {
  const prototype: object = native.Server.prototype;
  const original = Reflect.get(prototype, name) as Method;
  const dispatched = {
    [name](this: object, ...args: unknown[]): unknown {
      const method =
        SERVER_BRAND in this ? (Reflect.get(nodeNet.Server.prototype, name) as Method) : original;
      return Reflect.apply(method, this, args);
    },
  };
  Object.defineProperty(dispatched[name], 'length', { value: original.length });
  patches.replace(prototype, name, dispatched[name]);
}
