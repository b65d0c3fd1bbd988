import { AsyncResource } from 'node:async_hooks';
import type { OnSettled } from './handle-owner.ts';

/** A request ends its resource itself: nothing is registered with the garbage collector. */
const MANUAL = { requireManualDestroy: true };

/**
 * The async context of a call whose outcome is told later: as the runtime, which makes an object of each, tells it in the
 * context of the call, not in that of the socket.
 */
export class RequestScope extends AsyncResource {
  /** `type`: as the runtime calls the resource. */
  constructor(type: 'WRITEWRAP' | 'SHUTDOWNWRAP' | 'TCPCONNECTWRAP') {
    super(type, MANUAL);
  }

  /** Tells the outcome, once. */
  tell<A extends unknown[]>(call: (...args: A) => void, ...args: A): void {
    this.emitDestroy();
    this.runInAsyncScope(call, undefined, ...args);
  }
}

/** What tells the outcome of an attempt to connect, in the context of now. */
export function inThisScope(call: OnSettled): OnSettled {
  const scope = new RequestScope('TCPCONNECTWRAP');
  return (...args) => {
    scope.tell(call, ...args);
  };
}
