import { currentProcess } from '../hosts/places.ts';
import { builtin } from './builtins.ts';
import type { Patches } from './patches.ts';

/** Has every clock that a program can read show the lab's time, in labs. */
export function replaceClocks(patches: Patches): void {
  replaceDate(patches);
  patches.wrap(Object.getPrototypeOf(performance) as object, 'now', (original) => {
    return function now(this: object) {
      return virtualNow() ?? Reflect.apply(original, this as never, []);
    };
  });
  const { process } = { process: builtin('node:process') };
  const { hrtime } = process;
  const virtual = Object.assign(
    (since?: [number, number]): [number, number] => {
      const nanoseconds = virtualNanoseconds();
      if (nanoseconds === null) return hrtime(since);
      const elapsed =
        since === undefined ? nanoseconds : nanoseconds - (BigInt(since[0]) * NANO + BigInt(since[1]));
      return [Number(elapsed / NANO), Number(elapsed % NANO)];
    },
    { bigint: () => virtualNanoseconds() ?? hrtime.bigint() },
  );
  for (const each of new Set([process, globalThis.process])) patches.replace(each, 'hrtime', virtual);
}

const NANO = 1_000_000_000n;

/** Milliseconds since the lab began; `null`: outside of labs. */
function virtualNow(): number | null {
  const process = currentProcess();
  return process === null ? null : process.world.clock.now();
}

function virtualNanoseconds(): bigint | null {
  const now = virtualNow();
  return now === null ? null : BigInt(Math.round(now * 1e6));
}

/** Milliseconds since 1970; `null`: outside of labs. */
export function virtualDate(): number | null {
  const process = currentProcess();
  return process === null ? null : process.world.settings.epoch + Math.floor(process.world.clock.now());
}

function replaceDate(patches: Patches): void {
  const { Date: Original } = globalThis;
  const replaced = new Proxy(Original, {
    apply: () => new Original(virtualDate() ?? Original.now()).toString(),
    construct(target, args: unknown[], newTarget) {
      const now = args.length === 0 ? virtualDate() : null;
      return Reflect.construct(target, now === null ? args : [now], newTarget) as object;
    },
    get: (target, key, receiver) =>
      key === 'now' ? dateNow : (Reflect.get(target, key, receiver) as unknown),
  });
  const dateNow = (): number => virtualDate() ?? Original.now();
  patches.replace(globalThis, 'Date', replaced);
  patches.replace(Original.prototype, 'constructor', replaced);
}
