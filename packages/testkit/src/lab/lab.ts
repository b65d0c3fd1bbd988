import { checkFunction, checkOptions } from '@halfclose/codec/arguments';
import { LabError } from '../errors.ts';
import { currentProcess, runIn } from '../hosts/places.ts';
import { prepareLab } from '../register/register.ts';
import { realWork } from '../time/real-work.ts';
import { explain } from '../trace/explain.ts';
import { LAB_OPTIONS, type LabOptions, type Settings, settingsOf } from './options.ts';
import { inTurn } from './queue.ts';
import { type LabBody, runOnce } from './run.ts';
import { seedsOf } from '../explore/seeds.ts';

/** A test, as runners take it: it takes nothing, and resolves when it has passed. */
export type LabTest = () => Promise<void>;

/** Makes a test that runs `body` in a lab: see the package's README. */
export function lab(body: LabBody): LabTest;
/** The same, with options. */
export function lab(options: LabOptions, body: LabBody): LabTest;
export function lab(...args: [LabBody] | [LabOptions, LabBody]): LabTest {
  const [options, body] = args.length === 2 ? args : [{}, args[0]];
  const settings = checked(options, body);
  return () => {
    refuseNesting();
    prepareLab();
    return inTurn(async () => {
      for (const seed of seedsOf(options.seed)) await runAndExplain({ ...settings, seed }, body);
    });
  };
}

/** Checks what `lab` and its kin are given. */
function checked(options: LabOptions, body: LabBody): Settings {
  checkOptions('options', options, LAB_OPTIONS);
  checkFunction('body', body);
  return settingsOf(options);
}

/** A lab in a lab would have two clocks. */
export function refuseNesting(): void {
  if (currentProcess() !== null)
    throw new LabError(
      'ERR_LAB_NESTED',
      'a lab cannot run within a lab: add a host to the one that there is',
    );
}

async function runAndExplain(settings: Settings, body: LabBody): Promise<void> {
  const world = await runOnce(settings, body);
  if (world.failure === null) return;
  const again = await runOnce(settings, body, true);
  throw explain(world, again);
}

/**
 * Calls `task` outside of the lab: its timers, its network and its clock are real. The lab's clock stands still until what it
 * returns, if that is a promise, is settled.
 */
export function outside<T>(task: () => T): T {
  checkFunction('task', task);
  const end = currentProcess() === null ? () => undefined : realWork.hold();
  let result: T;
  try {
    result = runIn(null, task);
  } catch (error) {
    end();
    throw error;
  }
  if (result instanceof Promise) result.then(end, end);
  else end();
  return result;
}
