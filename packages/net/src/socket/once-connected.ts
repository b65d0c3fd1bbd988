import type { EventEmitter } from 'node:events';
import { nextTick } from '../native/host-functions.ts';

/** What waits for 'connect' on behalf of a socket itself, not of a program. */
const own = new WeakSet<object>();

/** Has `act` called in 'connect', in its turn among the listeners of the program, as Node does. */
export function onceConnected(socket: EventEmitter, act: () => void): void {
  own.add(act);
  socket.once('connect', act);
}

/**
 * Tells 'connect'. A listener that throws keeps nothing of {@link onceConnected} from being done: each in a tick of its
 * own, so that whatever it throws, too, reaches the program beside the first exception.
 */
export function emitConnect(socket: EventEmitter): void {
  try {
    socket.emit('connect');
  } catch (error) {
    for (const act of takeOwn(socket)) nextTick(act);
    throw error;
  }
}

/** Forgets what waited for a connection that never came about. */
export function forgetOnceConnected(socket: EventEmitter): void {
  takeOwn(socket);
}

function takeOwn(socket: EventEmitter): (() => void)[] {
  const acts = socket.listeners('connect').filter((listener): listener is () => void => own.has(listener));
  for (const act of acts) socket.off('connect', act);
  return acts;
}
