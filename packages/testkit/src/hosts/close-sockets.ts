import { TcpSocket } from '@halfclose/sockets';
import type { Host } from '@halfclose/stack';

/** What a kernel does when a process ends: close(2) on each of its sockets. Nobody is told. */
export function closeSockets(host: Host): void {
  const owners = [...host.listeners(), ...host.hosted()].map(({ owner }) => owner);
  for (const owner of owners) {
    if (!(owner instanceof TcpSocket)) continue;
    owner.owner = null;
    owner.close();
  }
}
