import {
  checkArray,
  checkFunction,
  checkInteger,
  checkOneOf,
  checkOptions,
} from '@halfclose/codec/arguments';
import { Timer } from '@halfclose/timers';
import { LabError } from '../errors.ts';
import { BODY } from '../hosts/body.ts';
import { refuseNesting, type LabTest } from '../lab/lab.ts';
import { LAB_OPTIONS, type LabOptions, type Settings, settingsOf } from '../lab/options.ts';
import { inTurn } from '../lab/queue.ts';
import { type LabBody, runOnce } from '../lab/run.ts';
import type { World } from '../lab/world.ts';
import { prepareLab } from '../register/register.ts';
import { explain } from '../trace/explain.ts';
import { drawFaults, type Landscape } from './draw-faults.ts';
import { beginFault, codeOf, endFault, FAULT_KINDS, type FaultKind, type PlannedFault } from './fault.ts';
import { seedsOf } from './seeds.ts';
import { shrink } from './shrink.ts';

/** How `lab.explore` looks for failures. */
export interface ExploreOptions extends Omit<LabOptions, 'seed'> {
  /** How many seeds are tried; default 100. `HALFCLOSE_SEEDS` says otherwise, `HALFCLOSE_SEED` tries one. */
  readonly seeds?: number;
  /** What may happen to hosts other than the body's; default: all of it. */
  readonly faults?: readonly FaultKind[];
}

const DEFAULT_SEEDS = 100;

/**
 * Makes a test that runs `body` once without faults, and then once for each seed with faults that come from it: which, of
 * which host, when, and for how long. What fails is shrunk to the fewest and roundest faults, which are told as code.
 */
export function explore(options: ExploreOptions, body: LabBody): LabTest {
  checkOptions('options', options, { ...LAB_OPTIONS, seeds: true, faults: true });
  checkFunction('body', body);
  const { seeds: count = DEFAULT_SEEDS, faults: kinds = FAULT_KINDS, ...rest } = options;
  checkInteger('options.seeds', count, 1, 1_000_000);
  checkArray('options.faults', kinds);
  kinds.forEach((kind, i) => {
    checkOneOf(`options.faults[${i}]`, kind, FAULT_KINDS);
  });
  if (kinds.length === 0) throw new RangeError('options.faults must name faults: without any there is lab()');
  const settings = settingsOf(rest);
  return () => {
    refuseNesting();
    prepareLab();
    return inTurn(() => new Exploration(settings, body, kinds).run(seedsOf(undefined, count)));
  };
}

class Exploration {
  readonly #settings: Settings;
  readonly #body: LabBody;
  readonly #kinds: readonly FaultKind[];

  constructor(settings: Settings, body: LabBody, kinds: readonly FaultKind[]) {
    this.#settings = settings;
    this.#body = body;
    this.#kinds = kinds;
  }

  async run(seeds: readonly number[]): Promise<void> {
    const landscape = await this.#survey();
    const failed: { readonly seed: number; readonly faults: readonly PlannedFault[] }[] = [];
    for (const seed of seeds) {
      const faults = drawFaults(seed, this.#kinds, landscape);
      if ((await this.#runWith(seed, faults)).failure !== null) failed.push({ seed, faults });
    }
    const [first] = failed;
    if (first === undefined) return;
    const { seed } = first;
    const fewest = await shrink(
      first.faults,
      async (faults) => (await this.#runWith(seed, faults)).failure !== null,
    );
    const world = await this.#runWith(seed, fewest);
    const list = failed
      .map((each) => each.seed)
      .slice(0, 20)
      .join(', ');
    const head = `${failed.length} of ${seeds.length} seeds failed: ${list}${failed.length > 20 ? ', ...' : ''}`;
    if (world.failure === null)
      throw new LabError(
        'ERR_LAB_EXPLORED',
        `${head}\n\nseed ${seed} is not repeatable: it fails now and then`,
      );
    const code = fewest.length === 0 ? '  (none: the seed alone does it)' : codeOf(fewest);
    const preface = `${head}\n\nThe fewest faults of seed ${seed} that do it:\n${code}\n\n`;
    throw explain(world, await this.#runWith(seed, fewest, true), preface);
  }

  /** A run without faults, which has to pass. */
  async #survey(): Promise<Landscape> {
    const world = await this.#runWith(this.#settings.seed, []);
    if (world.failure !== null) throw explain(world, await this.#runWith(this.#settings.seed, [], true));
    const hosts = [...world.hosts.values()].map(({ name }) => name).filter((name) => name !== BODY);
    const moments = [...world.recorder.trace]
      .filter((event) => event.type === 'segment' && event.direction === 'sent')
      .map(({ time }) => time);
    return { hosts, moments };
  }

  #runWith(seed: number, faults: readonly PlannedFault[], isExplaining = false): Promise<World> {
    return runOnce({ ...this.#settings, seed }, this.#body, isExplaining, (world) => {
      script(world, faults);
    });
  }
}

/** Has faults happen in a world, each if it can by then. */
function script(world: World, faults: readonly PlannedFault[]): void {
  const { clock } = world;
  // Whoever looks at a host that is down waits until somebody has started it again.
  world.revives = true;
  for (const fault of faults) {
    const end = new Timer(() => {
      endFault(world, fault);
      clock.settle();
    });
    const begin = new Timer((now) => {
      if (beginFault(world, fault)) clock.arm(end, now + fault.duration);
      clock.settle();
    });
    clock.arm(begin, fault.time);
  }
}
