// Runs those tests of `net` under Bun and Deno that compare it with nothing of the runtime's own, and has the addon of `tun`
// carry packets there. Both come from npm; where that is out of reach, a runtime is skipped and says why.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { tryAddon } from './try-addon.mjs';

const TLS = "asks for a cipher that the runtime's TLS does not have";
const IMMEDIATES = 'sets an immediate against what takes several calls: docs/DIFFERENCES.md';

/** `except`: tests that cannot pass there, and why. */
const RUNTIMES = [
  {
    name: 'Bun',
    package: 'bun',
    version: '1.4.4',
    platform: `@oven/bun-linux-${process.arch === 'arm64' ? 'aarch64' : 'x64'}`,
    binary: 'bin/bun',
    start: ['--bun'],
    program: [],
    flags: [],
    except: {
      "Node's modules over our sockets tls": TLS,
      'a relay brings over what was written before a reset': IMMEDIATES,
    },
  },
  {
    name: 'Deno',
    package: 'deno',
    version: '2.9.6',
    platform: `@deno/linux-${process.arch}-glibc`,
    binary: 'deno',
    start: ['run', '-A'],
    program: ['run', '-A'],
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
].map((name) => `packages/net/test/${name}.test.ts`);

const root = fileURLToPath(new URL('../', import.meta.url));

let failed = false;
for (const runtime of RUNTIMES) {
  const problem = install(runtime);
  if (problem === null) {
    failed = !run(runtime) || failed;
    failed = !(await tryAddon(binaryOf(runtime), runtime.program)) || failed;
  } else console.log(`skipped: ${runtime.name} ${runtime.version} could not be installed: ${problem}`);
}
process.exit(failed ? 1 : 0);

function folderOf({ package: name }) {
  return `${root}node_modules/.cache/${name}`;
}

function binaryOf(runtime) {
  return `${folderOf(runtime)}/node_modules/${runtime.platform}/${runtime.binary}`;
}

/** Returns why it is not there. The packages by platform have the program itself, and no script to install it. */
function install(runtime) {
  if (process.platform !== 'linux') return 'only its package for Linux is known here';
  if (existsSync(binaryOf(runtime))) return null;
  const { stderr, error } = spawnSync(
    'npm',
    [
      'install',
      '--no-save',
      '--no-audit',
      '--no-fund',
      '--ignore-scripts',
      '--prefix',
      folderOf(runtime),
    ].concat(`${runtime.platform}@${runtime.version}`),
    { encoding: 'utf8' },
  );
  if (existsSync(binaryOf(runtime))) return null;
  return error?.message ?? stderr.trim().split('\n').at(-1) ?? 'npm installed nothing';
}

/** Returns whether all tests passed. */
function run(runtime) {
  console.log(`${runtime.name} ${runtime.version}:`);
  const left = Object.entries(runtime.except);
  for (const [test, reason] of left) console.log(`left out: ${test}: ${reason}`);
  const pattern = `^(?!.*(?:${left.map(([test]) => test).join('|')}))`;
  const vitest = `${root}node_modules/vitest/vitest.mjs`;
  const args = [...runtime.start, vitest, 'run', ...runtime.flags, '-t', pattern, ...TESTS];
  return spawnSync(binaryOf(runtime), args, { cwd: root, stdio: 'inherit' }).status === 0;
}
