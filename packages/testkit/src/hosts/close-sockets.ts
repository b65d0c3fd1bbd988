import { TcpSocket } from '@halfclose/sockets';
import type { Host } from '@halfclose/stack';
import type { LabHost } from './lab-host.ts';
import { runIn } from './places.ts';

/** What a kernel does when a process ends: close(2) on each of its sockets. Nobody is told. */
export function closeSockets(host: Host): void {
  const owners = [...host.listeners(), ...host.hosted()].map(({ owner }) => owner);
  for (const owner of owners) {
    if (!(owner instanceof TcpSocket)) continue;
    owner.owner = null;
    owner.close();
  }
}

/** Destroys what a program has open, as it would itself: whoever uses a connection is told, and clears up. */
export function destroySockets(host: LabHost): void {
  if (!host.isAlive) return;
  if (host.isFrozen) host.thaw();
  const owners = [...host.stack.hosted()].map(({ owner }) => owner);
  runIn(host.process, () => {
    for (const owner of owners) {
      const handle: unknown = owner instanceof TcpSocket ? owner.owner : null;
      const socket: unknown = isObject(handle) ? Reflect.get(handle, 'owner') : null;
      const destroy: unknown = isObject(socket) ? Reflect.get(socket, 'destroy') : null;
      if (typeof destroy === 'function') Reflect.apply(destroy, socket, []);
    }
  });
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
