import { register as registerNet } from '@halfclose/net';
import { LabError } from '../errors.ts';
import { currentProcess } from '../hosts/places.ts';
import { builtin } from './builtins.ts';
import { replaceClocks } from './clocks.ts';
import { captureFailures } from './failures.ts';
import { separateDispatcher, separateGlobals } from './globals.ts';
import { replaceHttpTime } from './http-time.ts';
import { guardKernel } from './kernel-guard.ts';
import { replaceNames } from './names.ts';
import { Patches } from './patches.ts';
import { replaceRandomness } from './randomness.ts';
import { countRealWork } from './real-work.ts';
import { captureRefresh } from './timers.ts';

let patches: Patches | null = null;

/** How to take back what another copy of this package has done: in the test file that Jest has run before, say. */
const KEY = Symbol.for('halfclose.testkit.unregister');

/**
 * Prepares this process for labs, as the entry `@halfclose/testkit/register` does before a test is loaded. Outside of labs
 * everything stays as it is. A second call does nothing.
 *
 * @throws LabError ERR_LAB_RUNTIME: this is not Node
 */
export function register(): void {
  if (patches !== null) return;
  requireNode();
  // For determinism work is done in the order in which it was asked for. Too late where the pool has begun to work.
  builtin('node:process').env['UV_THREADPOOL_SIZE'] ??= '1';
  const shared = builtin('node:process') as NodeJS.Process & { [KEY]?: (() => void) | undefined };
  shared[KEY]?.();
  shared[KEY] = unregister;
  patches = new Patches();
  guardKernel(patches);
  const registration = registerNet({ network: () => currentProcess()?.network ?? null });
  patches.done(registration.unregister);
  for (const prepare of [
    captureRefresh,
    replaceClocks,
    replaceRandomness,
    replaceNames,
    separateGlobals,
    replaceHttpTime,
    countRealWork,
    captureFailures,
  ])
    prepare(patches);
  const { syncBuiltinESMExports } = builtin('node:module');
  syncBuiltinESMExports();
  patches.done(syncBuiltinESMExports);
}

/** Called when a lab begins. */
export function prepareLab(): void {
  register();
  if (patches !== null) separateDispatcher(patches);
}

/** Takes back what {@link register} has done. */
export function unregister(): void {
  patches?.undo();
  patches = null;
}

function requireNode(): void {
  const other = Object.entries({ bun: 'Bun', deno: 'Deno' }).find(([name]) => name in process.versions);
  if (other !== undefined)
    throw new LabError(
      'ERR_LAB_RUNTIME',
      `labs for unmodified programs need Node: ${other[1]} shows neither when timers are made nor when work is done`,
    );
}
