/**
 * What the runtime gave this process when this module was loaded: fake timers that an application installs later do
 * not stop its network.
 */
export const nextTick: typeof process.nextTick = process.nextTick.bind(process);
/** See {@link nextTick}. */
export const { setTimeout, clearTimeout, setImmediate } = globalThis;
/** A promise that is kept already: its reactions are microtasks. */
export const kept: Promise<void> = Promise.resolve();
