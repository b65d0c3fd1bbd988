import { fileURLToPath, pathToFileURL } from 'node:url';
import type * as net from '@halfclose/net';
import type * as sockets from '@halfclose/sockets';
import type * as stack from '@halfclose/stack';
import type * as timers from '@halfclose/timers';

/** The packages of one checkout, as they were built there. */
export interface Build {
  readonly net: typeof net;
  readonly sockets: typeof sockets;
  readonly stack: typeof stack;
  readonly timers: typeof timers;
}

/** The checkout that this program is of. */
export const OWN_CHECKOUT = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * Loads what was built in the checkout at `directory`.
 *
 * @throws Error if nothing was built there
 */
export async function loadBuild(directory: string): Promise<Build> {
  const load = async (name: string): Promise<unknown> =>
    import(new URL(`packages/${name}/dist/index.js`, pathToFileURL(`${directory}/`)).href);
  const loaded = {
    net: await load('net'),
    sockets: await load('sockets'),
    stack: await load('stack'),
    timers: await load('timers'),
  };
  // What a checkout exports is known by its types alone; a row that needs more than is there says so as it runs.
  return loaded as Build;
}
