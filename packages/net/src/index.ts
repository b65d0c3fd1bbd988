import type * as nodeNet from 'node:net';
import { createNetOn } from './create-net.ts';
import { defaultNetwork } from './network/default-host.ts';
import type {
  BoundSocket as OurBoundSocket,
  ConnectOptions,
  Net,
  OnReadOptions,
  Server as OurServer,
  ServerOptions,
  Socket as OurSocket,
  SocketOptions,
  TcpConnectOptions,
} from './types.ts';

export { SocketCloseReport, type SocketCloseReportOctets } from './ending/close-report.ts';
export { createHost } from './network/create-host.ts';
export type { DeviceHostOptions as CreateHostOptions } from '@halfclose/stack';
export type { KeepAliveSettings } from './socket/socket-settings.ts';
export type { KeepAliveTimes } from './socket/tuning-options.ts';
export { createNet, type NetOptions } from './create-net.ts';
export type { SegmentMessage, StateMessage, StateMessageEndpoint } from './network/diagnostics.ts';
export { defaultHost } from './network/default-host.ts';
export { createNetwork, type NetworkChooser, type ProgramNetwork } from './network/program-network.ts';
export type { ServerListeners, SocketError, SocketListeners } from './server/listener-types.ts';
export { register, unregister, type Registration } from './register/register.ts';
export type { Publication, RegisterOptions } from './register/options.ts';
export type { KernelUse, Only, RoutingOptions } from './network/routing.ts';
export type {
  DumpedConnection,
  DumpedEndpoint,
  DumpedOwner,
  DumpedTimer,
  DumpedTimerName,
  CongestionControlName,
  TcpInfo,
} from '@halfclose/stack';
export type {
  BoundSocketConstructor,
  BoundSocketOptions,
  Connect,
  ConnectOptions as NetConnectOpts,
  CreateServer,
  ExtraConnectOptions,
  ExtraListenOptions,
  ExtraServerOptions,
  ExtraSocketOptions,
  Net,
  OnReadOptions as ConnectOpts,
  ServerConstructor,
  ServerOptions as ServerOpts,
  SocketConstructor,
  ServerExtras,
  SocketExtras,
  SocketOptions as SocketConstructorOpts,
  TcpConnectOptions as TcpNetConnectOpts,
  TcpServer,
} from './types.ts';
// What only other versions of Node's types have is added where the types are built: tsup.config.ts.
export type {
  AddressInfo,
  DropArgument,
  IPVersion,
  IpcNetConnectOpts,
  IpcSocketConnectOpts,
  ListenOptions,
  LookupFunction,
  OnReadOpts,
  SocketAddressInitOptions,
  SocketConnectOpts,
  SocketReadyState,
  TcpSocketConnectOpts,
} from 'node:net';

/** The API on the one host of this process: import it where a program imports `node:net`. */
const net: Net = createNetOn(defaultNetwork);
export default net;

/* eslint-disable jsdoc/require-jsdoc -- aliases: documented where they lead to */
/** The types of `node:net` as members of the default export: `let socket: net.Socket`. */
// eslint-disable-next-line @typescript-eslint/no-namespace -- nothing else gives the constant `net` types as members
declare namespace net {
  export type AddressInfo = nodeNet.AddressInfo;
  export type BlockList = nodeNet.BlockList;
  export type BoundSocket = OurBoundSocket;
  export type ConnectOpts = OnReadOptions;
  export type DropArgument = nodeNet.DropArgument;
  export type IPVersion = nodeNet.IPVersion;
  export type IpcNetConnectOpts = nodeNet.IpcNetConnectOpts;
  export type IpcSocketConnectOpts = nodeNet.IpcSocketConnectOpts;
  export type ListenOptions = nodeNet.ListenOptions;
  export type LookupFunction = nodeNet.LookupFunction;
  export type NetConnectOpts = ConnectOptions;
  export type OnReadOpts = nodeNet.OnReadOpts;
  export type Server = OurServer;
  export type ServerOpts = ServerOptions;
  export type Socket = OurSocket;
  export type SocketAddress = nodeNet.SocketAddress;
  export type SocketAddressInitOptions = nodeNet.SocketAddressInitOptions;
  export type SocketConnectOpts = nodeNet.SocketConnectOpts;
  export type SocketConstructorOpts = SocketOptions;
  export type SocketReadyState = nodeNet.SocketReadyState;
  export type TcpNetConnectOpts = TcpConnectOptions;
  export type TcpSocketConnectOpts = nodeNet.TcpSocketConnectOpts;
}
/* eslint-enable jsdoc/require-jsdoc */

/** A TCP socket. */
export type Socket = OurSocket;
/** A TCP server. */
export type Server = OurServer;
/** A port that is bound. */
export type BoundSocket = OurBoundSocket;
/** As in `node:net`. */
export type BlockList = nodeNet.BlockList;
/** As in `node:net`. */
export type SocketAddress = nodeNet.SocketAddress;

/** As `net.connect`, which is {@link Net.createConnection}, too: makes a socket and connects it. */
export const connect = net.connect;
/** Everything on the host of this process, as `ss -tano` shows it: {@link Net.connections}. */
export const connections = net.connections;
/** As `net.createConnection`: the function {@link Net.connect}. */
export const createConnection = net.createConnection;
/** As `net.createServer`: makes a server, which does not listen yet. */
export const createServer = net.createServer;
/** As `net.Socket`, with the members of {@link SocketExtras}. */
export const Socket = net.Socket;
/** As `net.Stream`: the constructor {@link Net.Socket} by its old name. */
export const Stream = net.Stream;
/** As `net.Server`, with the members of {@link ServerExtras}. */
export const Server = net.Server;
/** As `net.BlockList`: the runtime's own. */
export const BlockList = net.BlockList;
/** A port that is bound, for `listen` and `new Socket({ handle })`, where the running Node has it: 24 and later. */
export const BoundSocket = net.BoundSocket;
/** As `net.SocketAddress`: the runtime's own. */
export const SocketAddress = net.SocketAddress;
/** As `net.isIP`: 4 or 6 for an address of that family, 0 for what is none. */
export const isIP = net.isIP;
/** As `net.isIPv4`: whether it is an address of IPv4 in dotted decimal. */
export const isIPv4 = net.isIPv4;
/** As `net.isIPv6`: whether it is an address of IPv6. */
export const isIPv6 = net.isIPv6;
/** As `net.getDefaultAutoSelectFamily`: whether `connect` tries the addresses of a name in turn. */
export const getDefaultAutoSelectFamily = net.getDefaultAutoSelectFamily;
/** As `net.setDefaultAutoSelectFamily`; it is the runtime's setting, so it holds for `node:net`, too. */
export const setDefaultAutoSelectFamily = net.setDefaultAutoSelectFamily;
/** As `net.getDefaultAutoSelectFamilyAttemptTimeout`: milliseconds that one address has. */
export const getDefaultAutoSelectFamilyAttemptTimeout = net.getDefaultAutoSelectFamilyAttemptTimeout;
/** As `net.setDefaultAutoSelectFamilyAttemptTimeout`, in milliseconds, 10 at least; the runtime's setting, as above. */
export const setDefaultAutoSelectFamilyAttemptTimeout = net.setDefaultAutoSelectFamilyAttemptTimeout;
/** Undocumented in Node, used by packages. */
export const _normalizeArgs = net._normalizeArgs;
/** Undocumented in Node: a bound handle for `listen`, or an errno. */
export const _createServerHandle = net._createServerHandle;
/** Deprecated in Node (DEP0121), gone in 24. */
export const _setSimultaneousAccepts = net._setSimultaneousAccepts;
