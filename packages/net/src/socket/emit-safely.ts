import type { EventEmitter } from 'node:events';
import { nextTick } from '../native/host-functions.ts';

/** Tells an event while the stack is at work: what a listener throws must not get there, but to the program. */
export function emitSafely(emitter: EventEmitter, event: string, ...args: unknown[]): void {
  try {
    emitter.emit(event, ...args);
  } catch (error) {
    nextTick(rethrow, error);
  }
}

function rethrow(error: unknown): never {
  throw error;
}
