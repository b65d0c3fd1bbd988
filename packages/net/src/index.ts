import { createNetOn } from './create-net.ts';
import { defaultNetwork } from './default-host.ts';
import type { Net, Server as NetServer, Socket as NetSocket } from './types.ts';

export { SocketCloseReport, type SocketCloseReportOctets } from './close-report.ts';
export { createNet, type NetOptions } from './create-net.ts';
export { defaultHost } from './default-host.ts';
export type {
  DumpedConnection,
  DumpedEndpoint,
  DumpedOwner,
  DumpedTimer,
  DumpedTimerName,
} from '@halfclose/stack';
export type {
  Connect,
  CreateServer,
  ExtraServerOptions,
  ExtraSocketOptions,
  Net,
  ServerConstructor,
  SocketConstructor,
  SocketExtras,
} from './types.ts';

/** The API on the one host of this process: import it where a program imports `node:net`. */
const net: Net = createNetOn(defaultNetwork);
export default net;

/** A TCP socket. */
export type Socket = NetSocket;
/** A TCP server. */
export type Server = NetServer;

/** See the documentation of `node:net`; `connections`: see {@link Net}. */
export const {
  connect,
  connections,
  createConnection,
  createServer,
  Socket,
  Stream,
  Server,
  BlockList,
  SocketAddress,
  isIP,
  isIPv4,
  isIPv6,
  getDefaultAutoSelectFamily,
  setDefaultAutoSelectFamily,
  getDefaultAutoSelectFamilyAttemptTimeout,
  setDefaultAutoSelectFamilyAttemptTimeout,
  _normalizeArgs,
  _createServerHandle,
  _setSimultaneousAccepts,
} = net;
