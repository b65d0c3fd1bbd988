import { type Profiler, Session } from 'node:inspector';

/** What some code did. */
export interface Work {
  /** How often blocks of the core packages were run: bodies of functions, loops and branches. */
  readonly blocks: number;
  /** Elements of arrays that methods of Array moved, copied or looked at. */
  readonly elements: number;
}

const CORE = /\/packages\/(?:tcp|stack|codec|timers)\/src\//;

/**
 * Counts work as V8 sees it, by block coverage, so that no loop goes unseen, whatever it compares; and with it the
 * elements that the methods of Array go through, which are no blocks. Both are the same in each run. To be made before the
 * code to be counted runs for the first time: V8 counts in what it compiles from then on.
 *
 * The counters are those of the whole isolate: coverage of test files with this is not what a report shows.
 */
export class WorkCounter {
  readonly #session = new Session();
  #elements = 0;

  constructor() {
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** What `act` does. */
  of(act: () => void): Work {
    this.#take();
    this.#elements = 0;
    const restore = this.#watchArrays();
    try {
      act();
    } finally {
      restore();
    }
    return { blocks: this.#take(), elements: this.#elements };
  }

  end(): void {
    this.#session.disconnect();
  }

  /** Blocks run since the last call. */
  #take(): number {
    let blocks = 0;
    this.#session.post('Profiler.takePreciseCoverage', (error, taken) => {
      if (error !== null) throw error;
      for (const { url, functions } of taken.result) if (CORE.test(url)) blocks += sumOf(functions);
    });
    return blocks;
  }

  /** Has each method of Array count what it goes through. Returns what takes this back. */
  #watchArrays(): () => void {
    const watched = methodsOf(Array.prototype);
    for (const [name, descriptor] of watched) {
      const method = descriptor.value;
      // eslint-disable-next-line @typescript-eslint/no-this-alias -- the method has a `this` of its own
      const counter = this;
      const value = function (this: unknown[], ...args: unknown[]): unknown {
        counter.#elements += this.length - (name === 'splice' ? Number(args[0]) : 0);
        return Reflect.apply(method, this, args);
      };
      Object.defineProperty(Array.prototype, name, { ...descriptor, value });
    }
    return () => {
      for (const [name, descriptor] of watched) Object.defineProperty(Array.prototype, name, descriptor);
    };
  }
}

/** These go through no array. */
const AT_ENDS = new Set<string | symbol>(['constructor', 'push', 'pop', 'at']);

type Method = TypedPropertyDescriptor<(...args: unknown[]) => unknown>;

/** The methods of Array that go through one. */
function methodsOf(
  prototype: object,
): (readonly [string | symbol, Required<Pick<Method, 'value'>> & Method])[] {
  return Reflect.ownKeys(prototype).flatMap((name) => {
    const descriptor: Method | undefined = Object.getOwnPropertyDescriptor(prototype, name);
    const value = descriptor?.value;
    return typeof value === 'function' && !AT_ENDS.has(name)
      ? [[name, { ...descriptor, value }] as const]
      : [];
  });
}

function sumOf(functions: readonly Profiler.FunctionCoverage[]): number {
  let sum = 0;
  for (const { ranges } of functions) for (const { count } of ranges) sum += count;
  return sum;
}
