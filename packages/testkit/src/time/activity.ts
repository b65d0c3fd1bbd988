// eslint-disable-next-line n/no-unsupported-features/node-builtins -- marked experimental in all versions, and there
import { createHook } from 'node:async_hooks';
import type { HostProcess } from '../hosts/host-process.ts';
import { currentProcess } from '../hosts/places.ts';
import { pendingPromises } from './pending-promises.ts';
import { ProgramTimer, type Timeout } from './program-timer.ts';
import { isWorkOfNode, realWork } from './real-work.ts';

/** Timers that the lab has taken over. */
const captured = new WeakMap<Timeout, ProgramTimer>();

let calls = 0;
let lastCalled: HostProcess | null = null;

/** Everything that Node does asynchronously passes here, as long as a lab runs. */
const hook = createHook({
  init(asyncId, type, _triggerAsyncId, resource) {
    if (type === 'TickObject') return;
    if (type === 'PROMISE') pendingPromises.begin(asyncId);
    else if (type === 'Timeout') captureTimer(resource as Timeout);
    else if (type === 'Immediate') muteIfDead(resource as Immediate);
    else if (isWorkOfNode(type)) realWork.begin(asyncId, type, resource);
  },
  promiseResolve(asyncId) {
    pendingPromises.end(asyncId);
  },
  before(asyncId) {
    calls++;
    lastCalled = currentProcess();
    realWork.end(asyncId);
  },
});

let users = 0;

/** Watches what Node does until the function that it returns is called. */
export function watchActivity(): () => void {
  if (users++ === 0) hook.enable();
  return () => {
    if (--users > 0) return;
    hook.disable();
    lastCalled = null;
  };
}

/** How many calls Node has made so far: callbacks of timers, I/O, immediates and promises. */
export function callsOfNode(): number {
  return calls;
}

/** The process that Node called last: what nobody catches is its own. */
export function processCalledLast(): HostProcess | null {
  return lastCalled;
}

interface Immediate {
  _onImmediate: () => void;
}

/** A program that has ended may be about to call itself for ever. */
function muteIfDead(immediate: Immediate): void {
  if (currentProcess()?.isDead === true) immediate._onImmediate = () => undefined;
}

function captureTimer(timeout: Timeout): void {
  const process = currentProcess();
  if (process === null || captured.get(timeout)?.armed === true) return;
  captured.set(timeout, new ProgramTimer(timeout, process));
}

/**
 * What `refresh` of a timer does: one of the lab begins again on its clock; one that was made outside, or in a lab that is
 * over, becomes one of the lab whose program refreshes it (modules keep timers for all of their users).
 */
export function refreshTimer(timeout: Timeout, refresh: () => void): void {
  const timer = captured.get(timeout);
  if (
    timer !== undefined &&
    !timer.process.isDead &&
    timer.process.world.isRunning &&
    !timer.isCleared &&
    timer.process.timers.has(timer)
  ) {
    timer.start(timer.delay);
    return;
  }
  const process = currentProcess();
  if (process === null || timeout._onTimeout === null || timeout._idleTimeout < 0) {
    refresh();
    return;
  }
  const adopted = new ProgramTimer(timeout, process);
  captured.set(timeout, adopted);
  refresh();
}
