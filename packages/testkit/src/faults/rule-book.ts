import { checkFunction } from '@halfclose/codec/arguments';
import type { Match, Rule } from '@halfclose/netem';
import { Timer } from '@halfclose/timers';
import { LabError } from '../errors.ts';
import type { World } from '../lab/world.ts';
import { type FaultOptions, Scripted, type ScriptedFault } from './scripted.ts';

/** The faults that a test has scripted. */
export class RuleBook {
  readonly #world: World;
  readonly #scripted: Scripted[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  /** What `make` makes of a match, in force until it is disposed of. `text`: what it does. */
  add(text: string, match: Match, options: FaultOptions, make: (match: Match) => Rule): ScriptedFault {
    checkFunction('match', match);
    const { rules } = this.#world.mesh;
    const scripted = new Scripted(text, options, () => {
      const at = rules.indexOf(rule);
      if (at >= 0) rules.splice(at, 1);
    });
    const rule = make((packet, context) => {
      const matches = match(packet, context);
      if (matches) scripted.happen();
      return matches;
    });
    rules.push(rule);
    this.#scripted.push(scripted);
    return scripted;
  }

  /** Calls `task` at a time of the lab, as code of whoever asks for it. `text`: that, for people. */
  at(time: number, text: string, task: () => void, options: FaultOptions): ScriptedFault {
    const { clock } = this.#world;
    const timer = new Timer(() => {
      scripted.happen();
      task();
      clock.settle();
    });
    const scripted = new Scripted(text, options, () => {
      clock.disarm(timer);
    });
    this.#scripted.push(scripted);
    clock.arm(timer, time);
    return scripted;
  }

  /** Those that never happened, and had to: an error that names them. `null`: there are none. */
  get unused(): LabError | null {
    const unused = this.#scripted.filter(({ count, isOptional }) => count === 0 && !isOptional);
    if (unused.length === 0) return null;
    const lines = unused.map(({ text, site }) => `  ${text} ${site}`.trimEnd());
    return new LabError(
      'ERR_LAB_UNUSED_FAULT',
      `scripted, and never happened (say { optional: true } if that may be):\n${lines.join('\n')}`,
    );
  }
}
