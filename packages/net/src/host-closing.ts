import { native } from './native-net.ts';

/** A handle of the runtime: `close` has its callback called in the phase of the event loop that is for that. */
interface HostHandle {
  close(onClosed: () => void): void;
}

type HandleClass = new (type: number) => HostHandle;

/** `undefined`: not looked for yet; `null`: the runtime has none. */
let known: HandleClass | null | undefined;

/**
 * Calls `task` in the closing phase of this turn of the event loop: behind immediates, and before timers. Nothing else
 * leads there but a handle that is closed, so one is made, which takes 1 us and opens nothing. False: the runtime has none.
 */
export function inClosingPhase(task: () => void): boolean {
  known ??= handleClass();
  if (known === null) return false;
  new known(0).close(task);
  return true;
}

/** That of a socket of the runtime which is destroyed before it gets to connect. */
function handleClass(): HandleClass | null {
  const socket = new native.Socket().on('error', () => undefined);
  try {
    socket.connect({ port: 1, host: '127.0.0.1' });
    const handle: unknown = Reflect.get(socket, '_handle');
    const found: unknown = handle instanceof Object ? handle.constructor : null;
    return typeof found === 'function' && found.name === 'TCP' ? (found as HandleClass) : null;
  } catch {
    return null;
  } finally {
    socket.destroy();
  }
}
