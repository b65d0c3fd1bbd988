import { memoryUsage } from 'node:process';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Lets this job end, so that nothing of it holds anything, and collects all garbage. */
export async function collectGarbage(): Promise<void> {
  await setImmediate();
  setFlagsFromString('--expose-gc');
  // The memory of array buffers goes with the second collection.
  for (let i = 0; i < 2; i++) runInNewContext('gc()');
}

/** Octets that V8's heap and the memory that belongs to its objects take once all garbage is collected. */
export async function heldMemory(): Promise<number> {
  await collectGarbage();
  const { heapUsed, external } = memoryUsage();
  return heapUsed + external;
}
