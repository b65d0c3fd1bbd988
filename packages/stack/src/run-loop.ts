import type { Packet } from '@halfclose/codec';
import type { TimerService } from '@halfclose/timers';
import type { HostedConnection } from './hosted-connection.ts';
import type { PacketDevice } from './packet-device.ts';
import { WorkQueue } from './work-queue.ts';

/**
 * Packets in and out that may be moved before timers and I/O of the process get their turn. They are counted across
 * turns: a program that answers from a tick or a microtask starts a new turn each time, and would starve the rest.
 */
const PACKETS_PER_TURN = 512;

/**
 * The one place where work is done: drains arrived packets, then serves the connections that have something to tell
 * or to send, until there is nothing more or the turn's bound is reached. Everything else only enters work here, so
 * nothing re-enters, and acknowledgments batch by themselves.
 */
export class RunLoop {
  readonly #timers: TimerService;
  readonly #input: (packet: Packet, device: PacketDevice, now: number) => void;
  readonly #serve: (hosted: HostedConnection, now: number) => number;
  readonly #packets = new WorkQueue<Packet>();
  /** Where each of them arrived. */
  readonly #devices = new WorkQueue<PacketDevice>();
  readonly #connections = new WorkQueue<HostedConnection>();
  #scheduled = false;
  #running = false;
  /** The time of the turn under way. */
  #time = 0;
  /** The connection that is being served; `null`: none. */
  #serving: HostedConnection | null = null;
  #budget = PACKETS_PER_TURN;

  constructor(
    timers: TimerService,
    input: (packet: Packet, device: PacketDevice, now: number) => void,
    serve: (hosted: HostedConnection, now: number) => number,
  ) {
    this.#timers = timers;
    this.#input = input;
    this.#serve = serve;
  }

  /** One time for all that happens in a turn, programs' callbacks included, so that it never goes backwards there. */
  get now(): number {
    return this.#running ? this.#time : this.#timers.now();
  }

  /** A packet arrived on `device`. */
  receive(packet: Packet, device: PacketDevice): void {
    this.#packets.push(packet);
    this.#devices.push(device);
    this.#schedule();
  }

  /** A connection may have something to tell or to send. */
  wake(hosted: HostedConnection): void {
    if (hosted.queued) return;
    hosted.queued = true;
    this.#connections.push(hosted);
    this.#schedule();
  }

  get #hasWork(): boolean {
    return !this.#packets.isEmpty || !this.#connections.isEmpty;
  }

  #schedule(): void {
    if (this.#scheduled || this.#running) return;
    this.#scheduled = true;
    if (this.#budget > 0) this.#timers.defer(this.#run);
    else this.#timers.yield(this.#runAfterOthers);
  }

  readonly #runAfterOthers = (): void => {
    this.#budget = PACKETS_PER_TURN;
    this.#run();
  };

  readonly #run = (): void => {
    this.#scheduled = false;
    this.#running = true;
    try {
      this.#time = this.#timers.now();
      this.#turn(this.#time);
    } finally {
      // An exception out of a program's callback must lose neither the work of others nor that of its connection.
      const interrupted = this.#serving;
      this.#serving = null;
      if (interrupted !== null) this.wake(interrupted);
      this.#running = false;
      if (this.#hasWork) {
        this.#scheduled = true;
        this.#timers.yield(this.#runAfterOthers);
      }
    }
  };

  #turn(now: number): void {
    while (this.#budget > 0) {
      const packet = this.#packets.shift();
      const device = this.#devices.shift();
      if (packet !== null && device !== null) {
        this.#input(packet, device, now);
        this.#budget--;
        continue;
      }
      const hosted = this.#connections.shift();
      if (hosted === null) return;
      hosted.queued = false;
      this.#serving = hosted;
      this.#budget -= this.#serve(hosted, now);
      this.#serving = null;
    }
  }
}
