// Who may import whom: docs/ARCHITECTURE.md as a table. The lint rules are made from it (eslint.config.js),
// and test/layers.test.ts compares it with each package.json and each import.
//
//   imports  the packages of ours it may import
//   npm      the other packages it may import
//   node     whether it may import node: modules
//   clock    whether it may touch timers, Date, Math.random and console; who may not also compiles
//            without ambient types, and may not import @halfclose/timers/host
//   host     files of its src/ to which `node` and `clock` do not apply

/**
 * @typedef {{ imports: string[], npm?: string[], node: boolean, clock: boolean, host?: string[] }} Layer
 */

/** @type {Record<string, Layer>} */
export const packages = {
  codec: { imports: [], node: false, clock: false },
  timers: { imports: [], node: false, clock: false, host: ['host.ts', 'host-*.ts'] },
  tcp: { imports: ['codec', 'timers'], node: false, clock: false },
  stack: { imports: ['codec', 'timers', 'tcp'], node: false, clock: false },
  netem: { imports: ['codec', 'timers'], node: false, clock: false },
  sockets: { imports: ['stack'], node: false, clock: false },
  trace: { imports: ['codec'], node: false, clock: false },
  capture: { imports: ['codec'], node: false, clock: false },
  explain: { imports: ['codec', 'capture', 'trace'], node: false, clock: false },
  // tcp for the table of transitions, which the state diagram is drawn from.
  pictures: { imports: ['codec', 'tcp', 'trace'], npm: ['d3-scale', 'd3-shape'], node: false, clock: false },
  packetdrill: {
    imports: ['codec', 'timers', 'stack', 'sockets', 'trace'],
    npm: ['commander'],
    node: false,
    clock: false,
    host: ['node.ts', 'bin/*.ts'],
  },
  tun: { imports: ['codec'], node: true, clock: true },
  // net builds the default in-process host, so it sees the layers below sockets, too.
  net: { imports: ['codec', 'timers', 'stack', 'sockets', 'trace'], node: true, clock: true },
  // What the APIs below have in common: a host in real time, in any runtime, and sockets whose calls are promises.
  promises: { imports: ['timers', 'stack', 'sockets'], node: false, clock: true },
  web: { imports: ['stack', 'sockets', 'promises'], node: false, clock: true },
  deno: { imports: ['stack', 'sockets', 'promises'], node: false, clock: true },
  bun: { imports: ['stack', 'sockets', 'promises'], node: false, clock: true },
  // What tests of several packages share. No src of a package may import it; it imports none of them, so that all may.
  'test-support': { imports: [], npm: ['typescript'], node: true, clock: false },
  testkit: {
    imports: ['codec', 'netem', 'stack', 'sockets', 'net', 'trace', 'timers'],
    node: true,
    clock: true,
  },
};

/** Apps stand on top: they may import anything. */
export const apps = ['cli', 'bench', 'differential', 'goodput', 'playground', 'site'];
