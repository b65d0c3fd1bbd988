import { native } from './native-net.ts';

/** A handle of the runtime: `close` has its callback called in the phase of the event loop that is for that. */
interface NativeHandle {
  close(onClosed: () => void): void;
}

/** The class of the runtime's TCP handles. */
export type NativeHandleClass = new (type: number) => NativeHandle;

/** `undefined`: not looked for yet. */
let known: NativeHandleClass | null | undefined;

/** The class of the runtime's TCP handles, which is not exported; `null`: there is none by that name. */
export function nativeHandleClass(): NativeHandleClass | null {
  return (known ??= findClass());
}

/** That of a socket of the runtime which is destroyed before it gets to connect. */
function findClass(): NativeHandleClass | null {
  const socket = new native.Socket().on('error', () => undefined);
  try {
    socket.connect({ port: 1, host: '127.0.0.1' });
    const handle: unknown = Reflect.get(socket, '_handle');
    const found: unknown = handle instanceof Object ? handle.constructor : null;
    return typeof found === 'function' && found.name === 'TCP' ? (found as NativeHandleClass) : null;
  } catch {
    return null;
  } finally {
    socket.destroy();
  }
}
