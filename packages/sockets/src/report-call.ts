import { errnoName } from './errno.ts';
import type { SocketBase } from './socket-base.ts';

/** Tells the host's observer, if there is one, of a call and its result: a count, or an errno negated. */
export function reportCall(socket: SocketBase, call: string, result: number): void {
  const { host, connection } = socket;
  if (!host.observed) return;
  const name = result < 0 ? errnoName(result) : undefined;
  host.emit({
    type: 'call',
    time: host.now,
    host: host.name,
    local: socket.getsockname(),
    remote: connection === null ? null : { address: connection.remoteAddress, port: connection.remotePort },
    call,
    result: name === undefined ? String(result) : `-1 ${name}`,
  });
}
