import { AsyncLocalStorage } from 'node:async_hooks';
import type { HostProcess } from './host-process.ts';

/** Where the running code belongs: the process of a host in a lab; `null`: to none, as the test runner and the lab itself. */
const places = new AsyncLocalStorage<HostProcess | null>();

/** The process that the running code belongs to; `null`: it is outside of labs. */
export function currentProcess(): HostProcess | null {
  return places.getStore() ?? null;
}

/** Calls `task`, and whatever follows from it, as code of `process`; `null`: as code outside of labs. */
export function runIn<T>(process: HostProcess | null, task: () => T): T {
  return places.run(process, task);
}
