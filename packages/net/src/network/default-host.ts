import { type Host, type Profile, profile } from '@halfclose/stack';
import { createHost } from './create-host.ts';
import { Network } from './network.ts';

const KEY = Symbol.for('halfclose.net.host');
const global = globalThis as { [KEY]?: Host };

/**
 * The host of this process (of each realm and worker): one network on loopback, made when it is first needed, and
 * shared by an ESM and a CommonJS copy of this package.
 */
export function defaultHost(): Host {
  return (global[KEY] ??= makeHost({}));
}

/**
 * Makes the default host, by other rules than Linux's.
 *
 * @throws Error if it has been made already
 */
export function makeDefaultHost(base: Profile): void {
  if (global[KEY] !== undefined)
    throw new Error('the host of this process is in use: its profile cannot be changed');
  global[KEY] = makeHost(base);
}

function makeHost(base: Profile | Record<string, never>): Host {
  return createHost({
    name: 'localhost',
    // RFC 6191: with timestamps, a port in TIME-WAIT may be used again once the timestamp clock has ticked, which
    // ours does each millisecond. With Linux's delay of 1 s the 28,232 ephemeral ports would be the limit of the
    // connections per second to one server.
    profile: profile({ ...base, timeWaitReuseDelay: 1 }),
  });
}

let network: Network | undefined;

/** The network of the default export. */
export function defaultNetwork(): Network {
  return (network ??= new Network(defaultHost()));
}
