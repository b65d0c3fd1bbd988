import type { SocketBase } from './socket-base.ts';
import { SOCKET_BRAND } from './socket-fields.ts';

/** Whether a value is a socket of ours, whichever copy of the package or of the API made it. */
export function isSocket(value: unknown): value is SocketBase {
  return typeof value === 'object' && value !== null && SOCKET_BRAND in value;
}
