/**
 * What the host gave this process when this module was loaded. Taken once, so that fake timers which an application
 * installs later do not stop its network.
 */

import { TaskQueue } from './task-queue.ts';

/** A timer of the host: an object that counts references in Node and Bun, a number in browsers. */
export type HostTimer = NodeJS.Timeout | number;

/** The names to look for; everything optional is missing in some host. */
interface Runtime {
  readonly performance: { readonly now: () => number };
  readonly setTimeout: (task: () => void, delay: number) => HostTimer;
  readonly clearTimeout: (timer: HostTimer) => void;
  readonly setInterval: (task: () => void, delay: number) => HostTimer;
  readonly clearInterval: (timer: HostTimer) => void;
  readonly queueMicrotask: (task: () => void) => void;
  readonly setImmediate?: (task: () => void) => unknown;
  readonly process?: {
    readonly nextTick?: (task: () => void) => void;
    readonly _tickCallback?: () => void;
    readonly getBuiltinModule?: (id: 'node:async_hooks') => AsyncHooks | undefined;
  };
  readonly MessageChannel?: new () => {
    readonly port1: object;
    readonly port2: { postMessage(message: unknown): void };
  };
  readonly Deno?: { readonly unrefTimer?: (timer: number) => void };
}

interface AsyncHooks {
  readonly AsyncLocalStorage?: { readonly snapshot?: () => typeof inLoadContext };
}

const runtime: Runtime = globalThis;
const { performance, process, MessageChannel, Deno } = runtime;
const readClock = performance.now;

/** The host's own, as they were then. */
export const { setTimeout, clearTimeout, setInterval, clearInterval } = runtime;

/** Milliseconds on the host's monotonic clock. */
export function now(): number {
  return readClock.call(performance);
}

/**
 * Runs a task once the running code has returned, before timers and I/O. `process.nextTick` takes 38 ns on Node 20,
 * `queueMicrotask` 83 ns.
 */
export const afterThis: (task: () => void) => void = process?.nextTick ?? runtime.queueMicrotask;

/** Runs a task once timers and I/O that are ready have had their turn. Holds the process until then. */
export const afterInput: (task: () => void) => unknown = runtime.setImmediate ?? immediateByMessage();

/**
 * Runs the ticks and microtasks that are queued, in a task of the event loop, and returns true; false where the runtime
 * has nothing for it. Node calls this function itself between two immediates; elsewhere there is none of the name, or one
 * that does nothing, so the first call tries it out.
 */
export function runTicks(): boolean {
  ticksRun ??= triesTicks();
  if (ticksRun) tickCallback?.();
  return ticksRun;
}

const tickCallback = process?._tickCallback;
let ticksRun: boolean | undefined;

function triesTicks(): boolean {
  if (tickCallback === undefined || process?.nextTick === undefined) return false;
  let ran = 0;
  process.nextTick(() => ran++);
  void Promise.resolve().then(() => ran++);
  tickCallback();
  return ran === 2;
}

/**
 * Calls a function in the async context in which this module was loaded (AsyncLocalStorage). A host timer lives
 * longer than the call that armed it and must not keep the context of some socket.
 */
export const inLoadContext: <A extends unknown[], R>(call: (...args: A) => R, ...args: A) => R =
  loadContext() ?? ((call, ...args) => call(...args));

/** Whether a timer can be told to hold the process or not, as often as one likes. */
export function isRefCounted(timer: HostTimer): timer is NodeJS.Timeout {
  return typeof timer === 'object' && typeof timer.unref === 'function';
}

/** Makes a timer not hold the process, where timers do. */
export function release(timer: HostTimer): void {
  if (isRefCounted(timer)) timer.unref();
  else if (typeof timer === 'number') Deno?.unrefTimer?.(timer);
}

function loadContext(): typeof inLoadContext | undefined {
  // Both are in Node 20.19, marked experimental, and looked for before use.
  // eslint-disable-next-line n/no-unsupported-features/node-builtins
  return process?.getBuiltinModule?.('node:async_hooks')?.AsyncLocalStorage?.snapshot?.();
}

/** For browsers: a message to oneself comes after what is ready, and is not held back as nested timeouts are. */
function immediateByMessage(): (task: () => void) => void {
  if (MessageChannel === undefined) return (task) => void setTimeout(task, 0);
  const { port1, port2 } = new MessageChannel();
  const tasks = new TaskQueue();
  Object.assign(port1, { onmessage: () => tasks.take()?.() });
  return (task) => {
    tasks.add(task);
    port2.postMessage(null);
  };
}
