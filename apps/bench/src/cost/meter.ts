import { PerformanceObserver } from 'node:perf_hooks';

/** What one operation takes, in microseconds: of the process's CPU (all of its threads), and of the wall's clock. */
export interface Cost {
  readonly cpu: number;
  readonly wall: number;
}

/** Runs `work` and divides what it took by `operations`. */
export async function costOf(operations: number, work: () => unknown): Promise<Cost> {
  const wall = performance.now();
  const cpu = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { cpu: (user + system) / operations, wall: ((performance.now() - wall) * 1000) / operations };
}

/** Flags of Node with which {@link allocatedBy} works: nothing is collected before 128 MiB are allocated. */
export const ALLOCATION_FLAGS = [
  '--expose-gc',
  '--min-semi-space-size=128',
  '--max-semi-space-size=128',
] as const;

/**
 * Bytes of V8's heap, and of memory that belongs to its objects, that each of `operations` allocates. Independent of how
 * busy the machine is.
 *
 * @throws Error if garbage was collected meanwhile, which takes from the figure
 */
export async function allocatedBy(operations: number, work: () => unknown): Promise<number> {
  if (globalThis.gc === undefined) throw new Error(`run with ${ALLOCATION_FLAGS.join(' ')}`);
  for (let i = 0; i < 3; i++) globalThis.gc();
  let collections = 0;
  await toldOfGarbage();
  const observer = new PerformanceObserver((list) => {
    collections += list.getEntries().length;
  });
  observer.observe({ entryTypes: ['gc'] });
  const before = process.memoryUsage();
  await work();
  const after = process.memoryUsage();
  await toldOfGarbage();
  observer.disconnect();
  if (collections > 0)
    throw new Error(`garbage was collected ${collections} times: fewer operations, please`);
  return (after.heapUsed - before.heapUsed + after.external - before.external) / operations;
}

/** Observers are told of a collection in a task of their own. */
async function toldOfGarbage(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
}
