import { checkOptions } from '@halfclose/codec/arguments';
import type { Host } from '@halfclose/stack';
import { createBoundSocketClass } from './server/bound-socket.ts';
import { connectionsOf } from './network/connections.ts';
import { invalidArgumentType } from './errors.ts';
import { ListenHandle } from './server/listen-handle.ts';
import {
  createServerHandle,
  native,
  normalizeArgs,
  readArguments,
  setSimultaneousAccepts,
} from './native/native-net.ts';
import { named } from './arguments/named.ts';
import { Network } from './network/network.ts';
import { createServerConstructor } from './server/server.ts';
import { isOn } from './arguments/validate.ts';
import type { SocketBase } from './socket/socket-base.ts';
import { chosenBy, type NetworkChooser } from './network/program-network.ts';
import { createSocketConstructor } from './socket/socket.ts';
import type { Net, Socket as NetSocket, TcpServer } from './types.ts';

/** What {@link createNet} needs to know. */
export interface NetOptions {
  /** The host whose addresses and ports the API works with. */
  readonly host: Host;
}

/**
 * A whole copy of the API of `node:net`, bound to a host.
 *
 * Its sockets live by the host's timers. Where those are a virtual clock, connections live in virtual time and hold
 * no process, while `socket.setTimeout`, name lookups and the stream's own ticks stay in the process's time.
 *
 * With a function, each call is on the network that this says, or on the kernel's: see {@link NetworkChooser}.
 *
 * @example
 * const { connect, createServer } = createNet(host);
 * @throws TypeError for what is no host, no options and no function
 */
export function createNet(options: Host | NetOptions | NetworkChooser): Net {
  if (typeof options === 'function') return createNetOn(chosenBy(options));
  if (!isHostOrOptions(options))
    throw invalidArgumentType('options', 'a Host, or an object with one', options);
  if ('host' in options) checkOptions('options', options, { host: true });
  const network = new Network('host' in options ? options.host : options);
  return createNetOn(() => network);
}

function isHostOrOptions(options: unknown): options is Host | NetOptions {
  const host: unknown =
    typeof options === 'object' && options !== null && 'host' in options ? options.host : options;
  return host instanceof Object && 'timers' in host && 'connect' in host;
}

/** As {@link createNet}, with the network made when the first socket needs it. */
export function createNetOn(network: () => Network): Net {
  const Socket = createSocketConstructor(network);
  const Server = createServerConstructor(network, Socket);
  const BoundSocket = createBoundSocketClass(network);

  function connect(...args: unknown[]): NetSocket {
    const normalized = readArguments(args);
    const [given] = normalized;
    if (isOn(given['path'])) return native.connect(...(normalized as unknown as [never])) as NetSocket;
    const socket = new Socket(given);
    if (isOn(given['timeout'])) socket.setTimeout(given['timeout'] as number);
    (socket as unknown as SocketBase).connect(normalized);
    return socket;
  }

  function createServer(given?: unknown, listener?: unknown): TcpServer {
    return new Server(given as never, listener as never);
  }

  named(connect, 'connect', 0);
  const net: Net = {
    connect,
    createConnection: connect,
    connections: () => connectionsOf(network().host),
    createServer: named(createServer, 'createServer', 2),
    Socket,
    Stream: Socket,
    Server,
    get BlockList() {
      return native.BlockList;
    },
    get SocketAddress() {
      return native.SocketAddress;
    },
    ...(BoundSocket === undefined ? {} : { BoundSocket }),
    isIP: native.isIP,
    isIPv4: native.isIPv4,
    isIPv6: native.isIPv6,
    getDefaultAutoSelectFamily: native.getDefaultAutoSelectFamily,
    setDefaultAutoSelectFamily: native.setDefaultAutoSelectFamily,
    getDefaultAutoSelectFamilyAttemptTimeout: native.getDefaultAutoSelectFamilyAttemptTimeout,
    setDefaultAutoSelectFamilyAttemptTimeout: native.setDefaultAutoSelectFamilyAttemptTimeout,
    _normalizeArgs: normalizeArgs,
    _createServerHandle: named(
      (...args: unknown[]) => serverHandle(network(), args),
      'createServerHandle',
      5,
    ),
    ...(setSimultaneousAccepts === undefined ? {} : { _setSimultaneousAccepts: setSimultaneousAccepts }),
  };
  return net;
}

/** `_createServerHandle(address, port, family, fd, flags)`: TCP is ours, the rest the runtime's. */
function serverHandle(network: Network, args: unknown[]): unknown {
  const [address, port, family, fd, flags] = args;
  if ((typeof fd === 'number' && fd >= 0) || (port === -1 && family === -1))
    return createServerHandle(...args);
  const handle = new ListenHandle(network);
  const result = handle.bindTo(
    typeof address === 'string' && address !== '' ? address : '::',
    Number(port) | 0,
    flags === 1,
    false,
  );
  if (result === 0) return handle;
  handle.close();
  return result;
}
