export {
  AF_INET,
  AF_INET6,
  AF_UNSPEC,
  MSG_FASTOPEN,
  MSG_MORE,
  MSG_OOB,
  MSG_PEEK,
  Poll,
  SHUT_RD,
  SHUT_RDWR,
  SHUT_WR,
} from './constants.ts';
export { Descriptors } from './descriptors.ts';
export { Errno, errnoName, type ErrnoName, errnoText } from './errno.ts';
export { type Linger, type NumberOption, SocketOptions } from './socket-options.ts';
export type { OptionValues } from './option-values.ts';
export type { SocketAddress } from './socket-address.ts';
export type { SocketOwner } from './socket-base.ts';
export { TcpSocket } from './tcp-socket.ts';
