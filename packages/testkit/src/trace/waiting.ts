import { pendingPromises, siteOf } from '../time/pending-promises.ts';
import { realWork } from '../time/real-work.ts';
import type { World } from '../lab/world.ts';

const MOST = 12;

/** What the programs of a lab wait for now, in lines: timers, real work, and where they await. */
export function waitingLines(world: World): string[] {
  const timers = [...world.hosts.values()].flatMap(({ process }) =>
    [...process.timers]
      .filter((timer) => !timer.isCleared)
      .map((timer) => {
        const left = Math.round(timer.deadline - world.clock.now());
        return `${process.name} a timer of ${timer.delay} ms, due in ${left} ms ${siteOf(timer.stack ?? '') ?? ''}`.trimEnd();
      }),
  );
  const awaits = pendingPromises.sites.map((site) => site.replace(' ', ' awaits '));
  return [...awaits, ...timers, ...realWork.pending].slice(-MOST);
}
