import { nativeHandleClass } from '../native/native-handle-class.ts';

/**
 * Calls `task` in the closing phase of this turn of the event loop: behind immediates, and before timers. Nothing else
 * leads there but a handle that is closed, so one is made, which takes 1 us and opens nothing. False: the runtime has none.
 */
export function inClosingPhase(task: () => void): boolean {
  const NativeHandle = nativeHandleClass();
  if (NativeHandle === null) return false;
  new NativeHandle(0).close(task);
  return true;
}
