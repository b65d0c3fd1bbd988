import type { Host } from '@halfclose/stack';
import type { Lookup } from './lookup.ts';

/** What `createSockets` of each API takes. */
export interface CreateSocketsOptions {
  /** Knows the addresses of names, for those who connect. Default: `localhost` is the only one. */
  readonly lookup?: Lookup;
}

/** Throws a TypeError for what is no host, or for options that are none, of `createSockets`. */
export function checkCreateSockets(host: Host, { lookup }: CreateSocketsOptions): void {
  const given: unknown = host;
  if (typeof given !== 'object' || given === null || !('connect' in given) || !('listen' in given))
    throw new TypeError('host must be a Host, as createHost() makes');
  if (lookup !== undefined && typeof lookup !== 'function')
    throw new TypeError('options.lookup must be a function');
}
