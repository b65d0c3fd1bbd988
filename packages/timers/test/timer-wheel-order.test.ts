import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Timer, TimerWheel } from '../src/index.ts';
import { SortedModel } from './sorted-model.ts';

const TIMERS = 12;

/** Distances on every scale the wheel has: within a millisecond, each level, beyond the horizon, and the past. */
const distance = fc.oneof(
  fc.constantFrom(0, 0.25, 0.5, 1, 1.5, 31, 32, 33, 1023.75, 1024, 2 ** 30 - 1, 2 ** 30, 2 ** 30 + 0.5),
  fc.integer({ min: 0, max: 400 }).map((quarters) => quarters / 4),
  fc.integer({ min: 0, max: 40_000 }),
  fc.integer({ min: 0, max: 4e9 }),
  fc.integer({ min: -2000, max: 0 }).map((quarters) => quarters / 4),
  fc.constant(3.2e11), // ten years
);
const timer = fc.nat({ max: TIMERS - 1 });
const change = fc.oneof(
  { weight: 4, arbitrary: fc.record({ verb: fc.constant('arm' as const), timer, distance }) },
  fc.record({ verb: fc.constant('disarm' as const), timer }),
);
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;
const action = fc.oneof(
  { weight: 5, arbitrary: change },
  { weight: 3, arbitrary: fc.record({ verb: fc.constant('advance' as const), distance }) },
  fc.record({ verb: fc.constant('advanceToNext' as const) }),
);

interface Twin {
  arm(id: number, deadline: number): void;
  disarm(id: number): void;
}

/** What timer `id` does each time it fires, taken from a list in turn. */
class Expiries {
  readonly log: string[] = [];
  readonly #turns = new Map<number, number>();
  readonly #changes: readonly (readonly (Change | 'throw')[])[];

  constructor(changes: readonly (readonly (Change | 'throw')[])[]) {
    this.#changes = changes;
  }

  run(id: number, now: number, twin: Twin): void {
    this.log.push(`${id} at ${now}`);
    const turn = this.#turns.get(id) ?? 0;
    this.#turns.set(id, turn + 1);
    const step = this.#changes[id]?.[turn];
    if (step === 'throw') throw new Error(`expiry of ${id}`);
    if (step !== undefined) apply(step, now, twin);
  }
}

function apply(step: Change, now: number, twin: Twin): void {
  if (step.verb === 'arm') twin.arm(step.timer, now + step.distance);
  else twin.disarm(step.timer);
}

function messageOf(run: () => void): string | null {
  try {
    run();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

test('fires the same timers in the same order as a sorted list, whatever is armed, moved, disarmed or thrown', () => {
  fc.assert(
    fc.property(
      fc.array(action, { maxLength: 80 }),
      fc.array(
        fc.array(fc.oneof({ weight: 6, arbitrary: change }, fc.constant('throw' as const)), { maxLength: 6 }),
        {
          minLength: TIMERS,
          maxLength: TIMERS,
        },
      ),
      fc.boolean(),
      (actions, changes, looksAhead) => {
        const wheel = new TimerWheel();
        const model = new SortedModel();
        const ours = new Expiries(changes);
        const theirs = new Expiries(changes);
        const timers = Array.from({ length: TIMERS }, (_, id) => new Timer((now) => ours.run(id, now, twin)));
        const timerOf = (id: number): Timer => timers[id] ?? expect.fail();
        const twin: Twin = {
          arm: (id, deadline) => wheel.arm(timerOf(id), deadline),
          disarm: (id) => wheel.disarm(timerOf(id)),
        };
        let now = 0;
        for (const step of actions) {
          if (step.verb === 'arm' || step.verb === 'disarm') {
            apply(step, now, twin);
            apply(step, now, model);
          } else {
            const next = model.nextDeadline();
            if (step.verb === 'advance') now = Math.max(now, now + step.distance);
            else if (next !== Infinity) now = Math.max(now, next);
            const thrown = messageOf(() => wheel.advance(now));
            expect(thrown).toBe(messageOf(() => model.advance(now, (id) => theirs.run(id, now, model))));
            expect(ours.log).toEqual(theirs.log);
          }
          expect(wheel.size).toBe(model.size);
          // Asking makes the wheel sort out slots early, so half of the runs never ask.
          if (looksAhead) expect(wheel.nextDeadline()).toBe(model.nextDeadline());
          timers.forEach((timer, id) => expect(timer.deadline).toBe(model.deadlineOf(id)));
        }
      },
    ),
    { numRuns: 500 },
  );
});
