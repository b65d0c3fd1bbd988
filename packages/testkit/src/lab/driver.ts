import { callsOfNode, processCalledLast } from '../time/activity.ts';
import { native, runTicks } from '../time/native-timers.ts';
import { realWork } from '../time/real-work.ts';
import { runIn } from '../hosts/places.ts';
import type { World } from './world.ts';

/** Turns of the event loop in which nothing ran but the driver, after which programs have settled. */
const QUIET_TURNS = 1;
/** Turns at one instant after which a program counts as one that will never settle. */
const MOST_TURNS = 100_000;
/** Steps of the network between two looks at the real clock. */
const STEPS_TIMED = 1000;

/**
 * Moves the time of a lab: one call into a program, then turns of Node's event loop until nothing follows from it any more,
 * then the next. While a program waits for real work (files, cryptography) clock and network stand still.
 */
export class Driver {
  readonly #world: World;
  readonly #waiting: (() => void)[] = [];
  readonly #begun = native.now();
  /** When real work was first seen that has not ended since, in real time. */
  #workSince: number | null = null;
  #quietTurns = 0;
  #turns = 0;
  #steps = 0;
  /** What `callsOfNode` is at the next turn if nothing else runs. */
  #expected = 0;
  /** The test is over: what fails now does not count. */
  #isWindingDown = false;
  #isOver: () => boolean = () => false;
  #done: () => void = () => undefined;

  constructor(world: World) {
    this.#world = world;
  }

  /** Resolves when nothing is on its way, and programs have settled. */
  quiet(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  /** Lets time pass until `isOver` says so, once programs have settled, or something has failed. */
  run(isOver: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#isOver = isOver;
      this.#done = resolve;
      this.#schedule();
    });
  }

  /** Lets `duration` of time pass after the test, as far as there is something to do. */
  windDown(duration: number): Promise<void> {
    const { clock } = this.#world;
    const end = clock.now() + duration;
    this.#isWindingDown = true;
    return this.run(() => !clock.hasWork && clock.nextDeadline > end);
  }

  #schedule(): void {
    this.#expected = callsOfNode() + 1;
    runIn(null, () => native.setImmediate(this.#turn));
  }

  readonly #turn = (): void => {
    const isQuiet = callsOfNode() <= this.#expected;
    if (this.#hasFailed) {
      this.#done();
      return;
    }
    if (realWork.isPending) {
      this.#quietTurns = 0;
      this.#workSince ??= native.now();
      if (this.#isPatient(this.#workSince)) this.#schedule();
      else this.#giveUpWork();
      return;
    }
    this.#workSince = null;
    this.#quietTurns = isQuiet ? this.#quietTurns + 1 : 0;
    if (this.#quietTurns < QUIET_TURNS) {
      this.#waitForMore();
      return;
    }
    if (this.#isOver()) {
      this.#done();
      return;
    }
    this.#turns = 0;
    this.#quietTurns = 0;
    this.#step();
    try {
      runTicks();
    } finally {
      // What a tick throws has to reach Node, which sets right what it has left of async contexts.
      this.#schedule();
    }
  };

  get #hasFailed(): boolean {
    return !this.#isWindingDown && this.#world.failure !== null;
  }

  #waitForMore(): void {
    if (++this.#turns > MOST_TURNS) {
      if (this.#isWindingDown) {
        this.#done();
        return;
      }
      this.#world.failWith(
        'ERR_LAB_SPIN',
        `a program has not come to rest after ${MOST_TURNS} turns of the event loop at ${this.#now}: ` +
          'it calls setImmediate, or sends messages to itself, without end',
      );
    }
    this.#schedule();
  }

  get #now(): string {
    return `${Math.round(this.#world.clock.now())} ms`;
  }

  #isPatient(since: number): boolean {
    return native.now() - since < this.#world.settings.patience;
  }

  #giveUpWork(): void {
    if (this.#isWindingDown) {
      this.#done();
      return;
    }
    const list = realWork.pending.map((line) => `\n  ${line}`).join('');
    this.#world.failWith(
      'ERR_LAB_REAL_WORK',
      `real work has not ended after ${this.#world.settings.patience / 1000} s of real time, at ${this.#now}:${list}`,
    );
    realWork.clear();
    this.#schedule();
  }

  /** One call into a program, and whatever the network does until then. */
  #step(): void {
    const { clock, settings, mesh } = this.#world;
    clock.hasCalled = false;
    try {
      while (!clock.hasCalled && !this.#hasFailed) {
        if (clock.hasWork) {
          clock.runTasks({ untilCall: true });
          continue;
        }
        if (this.#waiting.length > 0 && mesh.inFlight === 0) {
          for (const resolve of this.#waiting.splice(0)) resolve();
          return;
        }
        const next = clock.nextDeadline;
        if (this.#isWindingDown && this.#isOver()) return;
        if (next > settings.limit && !this.#isWindingDown) {
          this.#giveUp(next);
          return;
        }
        clock.step({ untilCall: true });
        if (++this.#steps % STEPS_TIMED === 0 && !this.#isPatient(this.#begun)) {
          this.#giveUpSteps();
          return;
        }
      }
    } catch (error) {
      // Thrown by a handler: sockets call it in its own async context.
      this.#world.fail(error, processCalledLast());
    }
  }

  #giveUp(next: number): void {
    if (next === Infinity)
      this.#world.failWith(
        'ERR_LAB_DEADLOCK',
        `still waits at ${this.#now}, and nothing is left that could happen`,
      );
    else
      this.#world.failWith('ERR_LAB_TIME_LIMIT', `still waits after ${this.#world.settings.limit / 1000} s`);
  }

  #giveUpSteps(): void {
    this.#world.failWith(
      'ERR_LAB_SPIN',
      `not done after ${this.#world.settings.patience / 1000} s of real time, at ${this.#now}`,
    );
  }
}
