/** What Node gave this process when this module was loaded: the lab itself lives in real time. */
export const native = {
  setImmediate: globalThis.setImmediate,
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  now: performance.now.bind(performance),
  nextTick: process.nextTick.bind(process),
  Date: globalThis.Date,
};

const tickCallback = (process as { _tickCallback?: () => void })._tickCallback;

/** Runs the ticks and microtasks that are queued, as Node does between two immediates. */
export function runTicks(): void {
  tickCallback?.();
}
