import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import nodeNet from 'node:net';
import type { Net } from '@halfclose/net';

/** What of `node:net` is about connections; the rest has no network behind it and stays. */
const SWAPPED = ['connect', 'createConnection', 'createServer', 'Server', 'Socket', 'Stream'] as const;

/**
 * Puts `net` in the place of the runtime's `node:net` for this whole process: for `import` and `require`, and for
 * `node:http` as client and server. To be called before the program is loaded.
 *
 * The smallest swap that the tour's examples need. `node:https`, `node:tls` and `node:http2` reach further into the
 * runtime and are not supported by it.
 */
export function swapNet(net: Net): void {
  for (const name of SWAPPED) {
    const kept = Object.getOwnPropertyDescriptor(nodeNet, name);
    Object.defineProperty(nodeNet, name, { ...kept, value: net[name] });
  }
  // Loaded already, so http.Server has the runtime's prototype, while its constructor calls ours.
  Object.setPrototypeOf(http.Server.prototype, net.Server.prototype);
  // Node 20 took the runtime's function when http was loaded.
  Object.defineProperty(http.Agent.prototype, 'createConnection', {
    value: net.createConnection,
    configurable: true,
    enumerable: true,
    writable: true,
  });
  // Named imports of modules that are loaded from now on, too.
  syncBuiltinESMExports();
}
