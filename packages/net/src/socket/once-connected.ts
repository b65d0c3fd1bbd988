import type { EventEmitter } from 'node:events';
import { nextTick } from '../native/host-functions.ts';

/** Marks what waits for 'connect' on behalf of a socket itself, not of a program. */
const kOwn: unique symbol = Symbol('own');

/** Marked by a member: to add to a `WeakSet` takes 0.4 us, and more as garbage is collected. */
interface OwnAct {
  (): void;
  [kOwn]?: true;
}

/** Has `act` called in 'connect', in its turn among the listeners of the program, as Node does. */
export function onceConnected(socket: EventEmitter, act: () => void): void {
  (act as OwnAct)[kOwn] = true;
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
  const acts = socket.listeners('connect').filter((listener): listener is OwnAct => kOwn in listener);
  for (const act of acts) socket.off('connect', act);
  return acts;
}
