import { defaultHost, type Lookup } from '@halfclose/promises';
import type { Host } from '@halfclose/stack';

/** What sockets are on. */
export interface Network {
  readonly host: Host;
  /** Knows names; `undefined`: `localhost` is the only one. */
  readonly lookup: Lookup | undefined;
}

let ofRealm: Network | undefined;

/** The network of the exports that were not made by `createSockets`. */
export function defaultNetwork(): Network {
  return (ofRealm ??= { host: defaultHost(), lookup: undefined });
}
