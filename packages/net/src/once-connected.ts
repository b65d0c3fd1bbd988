import type { EventEmitter } from 'node:events';

/** What waits for 'connect' on behalf of a socket itself, not of a program. */
const own = new WeakSet<object>();

/** Has `act` called in 'connect', in its turn among the listeners of the program, as Node does. */
export function onceConnected(socket: EventEmitter, act: () => void): void {
  own.add(act);
  socket.once('connect', act);
}

/** Tells 'connect'. A listener that throws keeps nothing of {@link onceConnected} from being done. */
export function emitConnect(socket: EventEmitter): void {
  let told = false;
  try {
    socket.emit('connect');
    told = true;
  } finally {
    if (!told) actNow(socket);
  }
}

/** Forgets what waited for a connection that never came about. */
export function forgetOnceConnected(socket: EventEmitter): void {
  for (const act of ownOf(socket)) socket.off('connect', act);
}

function actNow(socket: EventEmitter): void {
  const [act] = ownOf(socket);
  if (act === undefined) return;
  socket.off('connect', act);
  try {
    act();
  } finally {
    actNow(socket);
  }
}

function ownOf(socket: EventEmitter): (() => void)[] {
  return socket.listeners('connect').filter((listener): listener is () => void => own.has(listener));
}
