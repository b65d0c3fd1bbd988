import { shown } from '@halfclose/codec/arguments';
import type { Packet } from '@halfclose/codec';
import type { TimerService } from '@halfclose/timers';
import type { HostedConnection } from '../connections/hosted-connection.ts';
import type { PacketDevice } from '../devices/packet-device.ts';
import { WorkQueue } from './work-queue.ts';

/** Packets in and out that may be moved before timers and I/O of the process get their turn. */
const PACKETS_PER_TURN = 512;
/**
 * Milliseconds after which a turn calls programs no more: timers and I/O of the process get their turn. But whoever has
 * waited since it began is called, as libuv tells of all that a poll has found.
 */
const TURN_MILLISECONDS = 0.2;
/**
 * In a turn that has made so many calls the clock is looked at after each fourth alone, as a look takes a tenth of a call.
 * Calls of a program that has just begun are slow.
 */
const CALLS_TIMED = 8;
const CALLS_UNTIMED = 4;
/**
 * Steps that a caller may take in a row before others get theirs: enough for a reader to keep up with a writer that fills
 * the send buffer in one (libuv reads 32 times from one stream, while a kernel goes on).
 */
const STEPS = 64;
/** So many turns are for the stack alone, if it has so much to do, before those who wait to call a program are let in. */
const TURNS_ALONE = 4;

/** Something that calls a program. */
export interface Caller {
  /** It waits for its turn; set by the run loop. */
  queued: boolean;
  /** Makes one call into the program at most, which may do anything. Returns whether there may be more to do. */
  step(): Next;
}

/**
 * What there may be left to do after a step: nothing; more; more that belongs to the step, so that it does not wait for
 * another turn; more once those who wait now have had their step; or that, before the turn ends.
 */
export type Next = 'nothing' | 'more' | 'more at once' | 'more after others' | 'more this turn';

/**
 * The one place where work is done: drains arrived packets, then serves the connections that have something to tell
 * or to send, then lets one of those go on who call a program, until there is nothing more or the turn's bound is
 * reached. Everything else only enters work here, so nothing re-enters, and acknowledgments batch by themselves.
 *
 * What needs no program is done as soon as the running code has returned, as by a kernel. Programs are called in tasks of
 * their own, one call at a time, and what a call has queued (ticks, microtasks) runs dry before anything else is done:
 * docs/decisions/0010-turns.md.
 */
export class RunLoop {
  readonly #timers: TimerService;
  readonly #input: (packet: Packet, device: PacketDevice, now: number) => void;
  readonly #serve: (hosted: HostedConnection, now: number) => number;
  readonly #packets = new WorkQueue<Packet>();
  /** Where each of them arrived. */
  readonly #devices = new WorkQueue<PacketDevice>();
  readonly #connections = new WorkQueue<HostedConnection>();
  /** Those whose program is to be told at once, when that may be done. */
  readonly #tellers = new WorkQueue<HostedConnection>();
  readonly #callers = new WorkQueue<Caller>();
  /** Those that had text when they were served: their programs may still read it in this turn. */
  readonly #unread = new WorkQueue<HostedConnection>();
  /** The one that takes its steps now, and how many it has left; `null`: none does. */
  #caller: Caller | null = null;
  #steps = 0;
  /** Whether a turn is to come, and one that may call programs. */
  #deferred = false;
  #yielded = false;
  #running = false;
  /** Whether the turn under way may call programs. */
  #mayCall = false;
  /** Callers, the first of those that wait, before whose step the turn does not end. */
  #due = 0;
  /** Calls of the turn under way. */
  #calls = 0;
  /** The time of the turn under way. */
  #time = 0;
  /** The connection that is being served; `null`: none. */
  #serving: HostedConnection | null = null;
  /** Programs are not called for now, and nothing is done any more. */
  #isFrozen = false;
  #isStopped = false;
  /** Packets that may still be moved. */
  #budget = PACKETS_PER_TURN;
  /** Turns in a row in which nobody called who waits. */
  #turnsAlone = 0;

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

  /** Has `caller` take a step once everything due in the stack has been done, those first that asked first. */
  call(caller: Caller): void {
    if (caller.queued) return;
    caller.queued = true;
    if (caller === this.#caller) return;
    this.#callers.push(caller);
    this.#schedule();
  }

  /**
   * To be called after each call into a program: lets what that has queued run. Returns whether more programs may be
   * called in this turn; else whoever has more to do asks for another. `goesOn`: it has more to do in this one.
   */
  settle(goesOn = false): boolean {
    if (!this.#timers.settle() || (!goesOn && this.#due <= 0 && this.#isLong())) this.#mayCall = false;
    return this.#mayCall;
  }

  #isLong(): boolean {
    this.#calls++;
    if (this.#calls > CALLS_TIMED && this.#calls % CALLS_UNTIMED !== 0) return false;
    return this.#timers.now() - this.#time >= TURN_MILLISECONDS;
  }

  /** See `Host.freeze`. */
  get isFrozen(): boolean {
    return this.#isFrozen;
  }

  set isFrozen(isFrozen: boolean) {
    this.#isFrozen = isFrozen;
    if (!isFrozen && (this.#hasWork || this.#hasCalls)) this.#schedule();
  }

  /** See `Host.stop`. */
  stop(): void {
    this.#isStopped = true;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  get #hasWork(): boolean {
    return !this.#packets.isEmpty || !this.#connections.isEmpty;
  }

  get #hasCalls(): boolean {
    if (this.#isFrozen) return false;
    return this.#caller !== null || !this.#callers.isEmpty || !this.#tellers.isEmpty;
  }

  #schedule(): void {
    if (this.#running || this.#deferred || this.#isStopped) return;
    if (this.#budget > 0 && (this.#hasWork || this.#timers.defersCalls)) {
      this.#deferred = true;
      this.#timers.defer(this.#runAtOnce);
    } else this.#runLater();
  }

  #runLater(): void {
    if (this.#yielded) return;
    this.#yielded = true;
    this.#timers.yield(this.#runAfterOthers);
  }

  readonly #runAtOnce = (): void => {
    this.#deferred = false;
    this.#run(this.#timers.defersCalls);
  };

  readonly #runAfterOthers = (): void => {
    this.#yielded = false;
    this.#budget = PACKETS_PER_TURN;
    this.#run(true);
  };

  #run(mayCall: boolean): void {
    if (this.#isStopped) return;
    this.#running = true;
    this.#mayCall = mayCall && !this.#isFrozen;
    this.#calls = 0;
    this.#due = this.#callers.size;
    try {
      this.#time = this.#timers.now();
      this.#turn(this.#time);
      if (!this.#hasCalls) this.#keepUnread();
    } finally {
      // An exception out of a program's callback must lose neither the work of others nor that of its connection.
      const interrupted = this.#serving;
      this.#serving = null;
      if (interrupted !== null) this.wake(interrupted);
      this.#running = false;
      if (this.#hasWork || this.#hasCalls) this.#runLater();
    }
  }

  #turn(now: number): void {
    if (this.#mayCall) {
      this.#keepUnread();
      for (let waiting = this.#tellers.size; waiting > 0; waiting--) this.#serveNext(this.#tellers, now);
      if (++this.#turnsAlone > TURNS_ALONE) this.#callNext();
    }
    while (this.#budget > 0) {
      const packet = this.#packets.shift();
      const device = packet === null ? null : this.#devices.shift();
      if (packet !== null && device !== null) {
        this.#input(packet, device, now);
        this.#budget--;
      } else if (!this.#serveNext(this.#connections, now) && !(this.#mayCall && this.#callNext())) return;
    }
  }

  /** Serves the next of `connections`, or puts it off if its program may not be told now. False: there is none. */
  #serveNext(connections: WorkQueue<HostedConnection>, now: number): boolean {
    const hosted = connections.shift();
    if (hosted === null) return false;
    if (!this.#mayCall && callsAtOnce(hosted)) {
      this.#tellers.push(hosted);
      return true;
    }
    hosted.queued = false;
    this.#serving = hosted;
    this.#budget -= this.#serve(hosted, now);
    this.#serving = null;
    if (!hosted.hadText && hosted.connection.readable > 0) {
      hosted.hadText = true;
      this.#unread.push(hosted);
    }
    return true;
  }

  /** What a turn has left unread may stay for long: see `ReceiveQueue.keep`. */
  #keepUnread(): void {
    for (let hosted = this.#unread.shift(); hosted !== null; hosted = this.#unread.shift()) {
      hosted.hadText = false;
      hosted.connection.receiver.queue.keep();
    }
  }

  /** Lets the next caller take its steps. Returns whether there was one. */
  #callNext(): boolean {
    this.#turnsAlone = 0;
    const caller = this.#caller ?? this.#callers.shift();
    if (caller === null) return false;
    if (this.#caller === null) {
      this.#steps = STEPS;
      this.#due--;
    }
    this.#caller = caller;
    let goesOn: boolean;
    do {
      this.#steps--;
      caller.queued = false;
      // If it throws, there may be more to do, too.
      let next: Next = 'more';
      try {
        next = caller.step();
      } finally {
        if (next !== 'nothing') caller.queued = true;
      }
      const givesWay = next === 'more after others' || next === 'more this turn';
      if (next === 'more this turn') this.#due = this.#callers.size + 1;
      const isAtOnce = next === 'more at once';
      goesOn = this.settle(isAtOnce) || isAtOnce;
      if (!caller.queued || this.#steps === 0 || givesWay) {
        this.#caller = null;
        if (caller.queued) this.#callers.push(caller);
        return true;
      }
    } while (goesOn);
    return true;
  }
}

/** Whether serving a connection calls a program. */
function callsAtOnce({ connection, listener, owner }: HostedConnection): boolean {
  const told = listener === null ? owner : listener.owner;
  return connection.hasEvents && told !== null && told.takesSteps !== true;
}

/** Throws a TypeError for what takes no steps. Called for each: a look at a field that is read anyway. */
export function checkCaller(caller: Caller): void {
  const given: unknown = caller;
  if (typeof given !== 'object' || given === null || typeof caller.queued !== 'boolean')
    throw new TypeError(`caller must be a Caller, not ${shown(given)}`);
}
