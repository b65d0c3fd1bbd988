import fc from 'fast-check';
import type { Profile } from '@halfclose/stack';
import { compare, type Difference } from './compare.ts';
import { scenarios } from './generate.ts';
import type { KernelBench } from './kernel-bench.ts';
import { isKnown } from './known-differences.ts';
import { playOurs } from './play-ours.ts';
import type { Recording } from './player.ts';
import type { Scenario } from './scenario.ts';
import { profileOf } from './settings.ts';

/** How often a difference has to show itself to be one: the kernel's timers are at the mercy of the machine. */
const WITNESSES = 3;
/** The most scenarios at once: more of them delay each other. */
const BATCH = 250;

/** How a scenario went on both sides, and where they differ first. */
export interface Trial {
  readonly name: string;
  readonly scenario: Scenario;
  readonly kernel: Recording;
  readonly ours: Recording;
  /** None: alike, but for what is known. */
  readonly differences: readonly Difference[];
}

/** Plays scenarios against the kernel and against ours. */
export class Differential {
  readonly #bench: KernelBench;
  readonly #profile: Profile;

  /** `sysctls`: those that the bench is set to beyond its own. */
  constructor(bench: KernelBench, sysctls: Readonly<Record<string, string>> = {}) {
    const profile = profileOf(sysctls);
    if (typeof profile === 'string') throw new RangeError(`sysctls: no profile has ${profile}`);
    this.#bench = bench;
    this.#profile = profile;
  }

  /** Plays each once, and those again that differ; a difference that does not come again is none. */
  async playAll(list: readonly Scenario[]): Promise<Trial[]> {
    const trials: Trial[] = [];
    for (let from = 0; from < list.length; from += BATCH)
      trials.push(
        ...(await Promise.all(list.slice(from, from + BATCH).map((scenario) => this.play(scenario)))),
      );
    return trials;
  }

  /** Plays one; more than once if it differs. */
  async play(scenario: Scenario): Promise<Trial> {
    let trial = await this.#once(scenario);
    const kind = kindOf(trial.differences);
    for (let witness = 1; witness < WITNESSES && trial.differences.length > 0; witness++) {
      trial = await this.#once(scenario);
      if (kindOf(trial.differences) !== kind) trial = { ...trial, differences: [] };
    }
    return trial;
  }

  async #once(scenario: Scenario): Promise<Trial> {
    const kernel = await this.#bench.play(scenario);
    const ours = playOurs(scenario, this.#profile, kernel);
    const differences = compare(kernel, ours, isKnown);
    return { name: scenario.name ?? '', scenario, kernel, ours, differences };
  }

  /** The smallest scenario in which what differs in the one of this seed differs, as far as `milliseconds` allow. */
  async shrink(seed: number, trial: Trial, milliseconds: number): Promise<Trial> {
    const kind = kindOf(trial.differences);
    let smallest = trial;
    const property = fc.asyncProperty(scenarios, async (scenario) => {
      const again = await this.play({ ...scenario, name: trial.name });
      const isSame = kindOf(again.differences) === kind;
      if (isSame) smallest = again;
      return !isSame;
    });
    await fc.check(property, { seed, numRuns: 1, interruptAfterTimeLimit: milliseconds });
    return smallest;
  }
}

/** The scenario of a seed. */
export function scenarioOfSeed(seed: number): Scenario {
  const [scenario] = fc.sample(scenarios, { seed, numRuns: 1 });
  if (scenario === undefined) throw new RangeError(`seed: ${seed} makes no scenario`);
  return { ...scenario, name: `seed ${seed}` };
}

/** What differences have in common that have one cause: what is plainest of what differs. */
export function kindOf(differences: readonly Difference[]): string {
  const [plainest] = [...differences].sort((a, b) => rankOf(a) - rankOf(b) || (a.kind < b.kind ? -1 : 1));
  return plainest?.kind ?? '';
}

function rankOf({ kind }: Difference): number {
  return kind.startsWith('packet') ? 0 : kind.startsWith('tcpi_') ? 2 : 1;
}
