import type * as Dns from 'node:dns';
import type { Patches } from './patches.ts';

type Callback = (error: NodeJS.ErrnoException | null, ...answer: unknown[]) => void;

const LOOPBACK = { address: '127.0.0.1', family: 4 };

/**
 * The permission model of Node 26 lets a process look nothing up, `localhost` neither, which is the name of what is in the
 * process here.
 */
export function lookUpLocalhost(patches: Patches, dns: typeof Dns): void {
  if (!('permission' in process)) return;
  const original = dns.lookup as (...args: unknown[]) => unknown;
  patches.replace(dns, 'lookup', function lookup(...args: unknown[]): unknown {
    const [name, options] = args;
    const callback = args.at(-1);
    if (name !== 'localhost' || typeof callback !== 'function') return original(...args);
    const told: Callback = (error, ...answer) => {
      if (error?.code !== 'ERR_ACCESS_DENIED') (callback as Callback)(error, ...answer);
      else if (typeof options === 'object' && options !== null && Reflect.get(options, 'all') === true)
        (callback as Callback)(null, [LOOPBACK]);
      else (callback as Callback)(null, LOOPBACK.address, LOOPBACK.family);
    };
    return original(...args.slice(0, -1), told);
  });
}
