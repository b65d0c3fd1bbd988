import type { Host } from '@halfclose/stack';
import { DrainQueue } from './drain-queue.ts';
import { holdOf, type ProcessHold } from './process-hold.ts';
import { PumpQueue } from './pump-queue.ts';

/** What the sockets and servers of one copy of the API share. */
export class Network {
  readonly host: Host;
  readonly hold: ProcessHold;
  readonly drain = new DrainQueue();
  readonly pumps: PumpQueue;

  constructor(host: Host) {
    this.host = host;
    this.hold = holdOf(host.timers);
    this.pumps = new PumpQueue(host.timers);
  }
}
