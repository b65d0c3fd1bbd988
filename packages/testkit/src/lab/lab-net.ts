import { checkFunction, checkInteger, checkNumber, checkOptions } from '@halfclose/codec/arguments';
import {
  corrupt,
  delay,
  drop,
  duplicate,
  type Impairments,
  type Match,
  reset,
  type Rule,
} from '@halfclose/netem';
import { currentProcess, runIn } from '../hosts/places.ts';
import type { HostProgram, LabHost } from '../hosts/lab-host.ts';
import type { FaultOptions, ScriptedFault } from '../faults/scripted.ts';
import { lastLadders } from '../trace/ladders.ts';
import type { Driver } from './driver.ts';
import type { World } from './world.ts';

/** A host, or its name. */
export type HostOrName = LabHost | string;

/** What two hosts are linked by. */
export interface LabLink {
  /** Changes both directions from now on; what is not named stays. */
  set(changes: Partial<Impairments>): void;
}

/** The network of a lab, which its body is given. */
export class LabNet {
  /** The host of the body. */
  readonly body: LabHost;
  readonly #world: World;
  readonly #driver: Driver;

  /**
   * What the body of a run is given.
   *
   * @internal
   */
  constructor(world: World, driver: Driver, body: LabHost) {
    this.#world = world;
    this.#driver = driver;
    this.body = body;
  }

  /** Milliseconds since the lab began. */
  get now(): number {
    return this.#world.clock.now();
  }

  /** What all chance in the lab comes from. */
  get seed(): number {
    return this.#world.seed;
  }

  /**
   * Adds a host and starts its program, which is called at once.
   *
   * @param name by which others reach it, in place of a name that a real network has
   * @param program runs on it, now and after each restart; without one, `host.run()` says what does
   * @throws TypeError or RangeError for a name that is none, or taken
   */
  host(name: string, program?: HostProgram): LabHost {
    if (program !== undefined) checkFunction('program', program);
    const host = this.#world.hosts.add(name, program ?? null);
    host.start();
    return host;
  }

  /**
   * Calls `task` at a time of the lab, as code of the body. A test that ends before fails, as with any fault that never
   * happens.
   *
   * @param time milliseconds since the lab began
   * @throws RangeError if that is past
   */
  at(time: number, task: () => void, options: FaultOptions = {}): ScriptedFault {
    checkNumber('time', time, this.now, Number.MAX_SAFE_INTEGER);
    checkFunction('task', task);
    checkFaultOptions(options);
    const process = currentProcess();
    const run = (): void => {
      try {
        runIn(process, task);
      } catch (error) {
        this.#world.fail(error, process);
      }
    };
    return this.#world.rules.at(time, `at(${time}, ...)`, run, options);
  }

  /** Resolves when nothing is on its way and no program has anything to do at this instant. */
  quiet(): Promise<void> {
    return this.#driver.quiet();
  }

  /** The link between two hosts; with one, between it and the body. */
  link(a: HostOrName, b: HostOrName = this.body): LabLink {
    const [nameA, nameB] = [this.#nameOf('a', a), this.#nameOf('b', b)];
    const link = this.#world.mesh.link(nameA, nameB);
    return {
      set: (changes) => {
        link.set(changes);
        this.#world.recorder.note(nameA, `link to ${nameB}: ${JSON.stringify(changes)}`);
      },
    };
  }

  /** Lets nothing through between two hosts, either way; with one, between it and all others. */
  partition(a: HostOrName, b?: HostOrName): void {
    this.#eachPair(a, b, (nameA, nameB) => {
      this.#world.mesh.partition(nameA, nameB);
      this.#world.recorder.note(nameA, `partition from ${nameB}`);
    });
  }

  /** Ends a partition of two hosts; with one, those from all others; without, all. */
  heal(a?: HostOrName, b?: HostOrName): void {
    if (a === undefined) {
      this.#world.mesh.heal();
      this.#world.recorder.note('body', 'heal()');
      return;
    }
    this.#eachPair(a, b, (nameA, nameB) => {
      this.#world.mesh.heal(nameA, nameB);
      this.#world.recorder.note(nameA, `heal with ${nameB}`);
    });
  }

  /** Loses the packets that match. */
  drop(match: Match, options: FaultOptions = {}): ScriptedFault {
    return this.#rule('drop', match, options, (counted) => drop(counted, 'dropped by the test'));
  }

  /** Has the packets that match take `duration` milliseconds longer; others pass them. */
  delay(match: Match, duration: number, options: FaultOptions = {}): ScriptedFault {
    checkNumber('duration', duration, 0, Number.MAX_SAFE_INTEGER);
    return this.#rule(`delay by ${duration}`, match, options, (counted) => delay(counted, duration));
  }

  /** Delivers `copies` more of the packets that match. */
  duplicate(match: Match, copies = 1, options: FaultOptions = {}): ScriptedFault {
    checkInteger('copies', copies, 1, 100);
    return this.#rule('duplicate', match, options, (counted) => duplicate(counted, copies));
  }

  /** Flips `bits` bits of the packets that match: their checksums are wrong then. */
  corrupt(match: Match, bits = 1, options: FaultOptions = {}): ScriptedFault {
    checkInteger('bits', bits, 1, 1000);
    return this.#rule('corrupt', match, options, (counted) => corrupt(counted, bits));
  }

  /** Loses the packets that match, and resets their connections: both ends get a RST, as from a firewall. */
  reset(match: Match, options: FaultOptions = {}): ScriptedFault {
    return this.#rule('reset', match, options, reset);
  }

  /** What has happened so far on the wire, as a ladder of the connections that were last in use. */
  ladder(): string {
    return lastLadders(this.#world, Infinity);
  }

  /** A number that is the same in two runs if the same has happened in them so far: all packets, by time, numbers and length. */
  get digest(): string {
    return this.#world.recorder.digest;
  }

  #rule(verb: string, match: Match, options: FaultOptions, make: (match: Match) => Rule): ScriptedFault {
    checkFaultOptions(options);
    return this.#world.rules.add(`${verb}(...)`, match, options, make);
  }

  #nameOf(argument: string, host: HostOrName): string {
    return this.#world.hosts.of(argument, host).name;
  }

  #eachPair(a: HostOrName, b: HostOrName | undefined, task: (a: string, b: string) => void): void {
    const nameA = this.#nameOf('a', a);
    if (b !== undefined) task(nameA, this.#nameOf('b', b));
    else for (const { name } of this.#world.hosts.values()) if (name !== nameA) task(nameA, name);
  }
}

function checkFaultOptions(options: FaultOptions): void {
  checkOptions('options', options, { optional: true });
}
