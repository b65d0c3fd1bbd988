import { type Host, profile } from '@halfclose/stack';
import { createHost } from './create-host.ts';

const KEY = Symbol.for('halfclose.net.host');

/**
 * The host of this realm: one network on loopback, made when it is first needed, and shared by all copies of this package and
 * of `@halfclose/net`, so that a server of the one is reached by clients of the other.
 */
export function defaultHost(): Host {
  const shared: unknown = Reflect.get(globalThis, KEY);
  if (isHost(shared)) return shared;
  const host = createHost({
    name: 'localhost',
    // As in `@halfclose/net`: a port in TIME-WAIT may be used again after a millisecond (RFC 6191).
    profile: profile({ timeWaitReuseDelay: 1 }),
  });
  Reflect.set(globalThis, KEY, host);
  return host;
}

/** Of this copy of the package or of another. */
function isHost(value: unknown): value is Host {
  return typeof value === 'object' && value !== null && 'connect' in value && 'listen' in value;
}
