// Runs those tests of `net` under Bun and Deno that compare it with nothing of the runtime's own, the programs that compare our
// sockets of theirs with their own, and has the addon of `tun` carry packets there. Then workerd is asked for what the tests of
// `web` expect of it. All come from npm; where that is out of reach, a runtime is skipped and says why.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { bun, deno, installRuntime, runtimeBinary } from './runtimes.mjs';
import { tryAddon } from './try-addon.mjs';
import { tryWorkerd } from './try-workerd.mjs';

const TLS = "asks for a cipher that the runtime's TLS does not have";
const IMMEDIATES = 'sets an immediate against what takes several calls: docs/DIFFERENCES.md';

/** `except`: tests that cannot pass there, and why. */
const RUNTIMES = [
  {
    ...bun,
    start: ['--bun'],
    tests: ['packages/bun/test/programs.test.ts'],
    flags: [],
    except: {
      "Node's modules over our sockets tls": TLS,
      'a relay brings over what was written before a reset': IMMEDIATES,
    },
  },
  {
    ...deno,
    start: ['run', '-A'],
    tests: ['packages/deno/test/programs.test.ts'],
    // vitest asks its threads at their end for something that Deno does not have.
    flags: ['--pool=threads', '--dangerouslyIgnoreUnhandledErrors'],
    except: {
      "Node's modules over our sockets tls": TLS,
      "Node's modules over our sockets http": 'node:http of Deno takes no connection of an agent twice',
      'keeps connections of an agent alive': 'node:http of Deno takes no connection of an agent twice',
      'a relay brings over what was written before a reset': IMMEDIATES,
    },
  },
];

const TESTS = [
  'network/channels',
  'ending/close-again',
  'ending/close-anytime',
  'ending/close-limits',
  'ending/close-loss',
  'ending/close-table',
  'ending/closing',
  'network/connections',
  'socket/contexts',
  'network/create-net',
  'socket/echo',
  'node/http',
  'node/node-internals',
  'node/other-runtimes',
  'server/relay',
  'socket/tcp-info',
  'network/two-hosts',
  'socket/urgent-data',
]
  .map((name) => `packages/net/test/${name}.test.ts`)
  .concat(['packages/web/test/direct.test.ts', 'packages/web/test/winter.test.ts']);

const root = fileURLToPath(new URL('../', import.meta.url));

let failed = false;
for (const runtime of RUNTIMES) {
  const problem = installRuntime(runtime);
  if (problem === null) {
    failed = !run(runtime) || failed;
    failed = !(await tryAddon(runtimeBinary(runtime), runtime.program)) || failed;
  } else console.log(`skipped: ${runtime.name} ${runtime.version} could not be installed: ${problem}`);
}
failed = !(await tryWorkerd()) || failed;
process.exit(failed ? 1 : 0);

/** Returns whether all tests passed. */
function run(runtime) {
  console.log(`${runtime.name} ${runtime.version}:`);
  const left = Object.entries(runtime.except);
  for (const [test, reason] of left) console.log(`left out: ${test}: ${reason}`);
  const pattern = `^(?!.*(?:${left.map(([test]) => test).join('|')}))`;
  const vitest = `${root}node_modules/vitest/vitest.mjs`;
  const args = [...runtime.start, vitest, 'run', ...runtime.flags, '-t', pattern, ...TESTS, ...runtime.tests];
  return spawnSync(runtimeBinary(runtime), args, { cwd: root, stdio: 'inherit' }).status === 0;
}
