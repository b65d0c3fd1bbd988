// Runs the tests of express and ws, unmodified, twice: on the kernel's network, and on ours, with the kernel's TCP refused.
// Each test must come out the same, and the process must end by itself:
//   pnpm test:suites [--express DIR] [--ws DIR]
// DIR is a source tree; without, one is fetched by git, to stay outside of this repository.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runGuarded } from './guarded-process.mjs';
import { installPackages } from './npm-packages.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const guard = `${root}scripts/node-suite/guard.cjs`;
const register = `${root}packages/net/dist/register.cjs`;
/** Not below a folder whose name begins with a dot: express serves no files from there, and is tested to. */
const cache = join(tmpdir(), 'halfclose-suites');
/** Milliseconds until a suite is given up. */
const PATIENCE = 300_000;

const SUITES = {
  express: {
    source: 'https://github.com/expressjs/express.git',
    tag: 'v5.2.1',
    mocha: ['--require', 'test/support/env', '--check-leaks', 'test/', 'test/acceptance/'],
  },
  ws: {
    source: 'https://github.com/websockets/ws.git',
    tag: '8.21.0',
    mocha: ['--throw-deprecation', 'test/*.test.js'],
  },
};

const { values: folders } = parseArgs({
  options: Object.fromEntries(Object.keys(SUITES).map((name) => [name, { type: 'string' }])),
});
let failed = 0;
for (const [name, suite] of Object.entries(SUITES)) {
  const folder = join(cache, name);
  const problem = fetchTree(folder, suite, folders[name]) ?? installed(folder);
  if (problem !== null) {
    console.log(`skipped ${name}: ${problem}`);
    continue;
  }
  const faults = await compare(folder, suite);
  if (faults.length > 0) failed++;
  for (const fault of faults) console.log(`failed ${name}: ${fault}`);
}
process.exit(failed > 0 ? 1 : 0);

/** Brings a source tree to `folder`. Returns why that is not possible. */
function fetchTree(folder, { source, tag }, given) {
  const mark = join(folder, '.halfclose-suite');
  const wanted = given ?? `${source} ${tag}`;
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return null;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  if (given === undefined) {
    const args = ['clone', '--quiet', '--depth', '1', '--branch', tag, source, folder];
    const { status, stderr, error } = spawnSync('git', args, { encoding: 'utf8', timeout: 60_000 });
    if (status !== 0) return `no source tree: ${error?.message ?? stderr.trim().split('\n').at(-1)}`;
  } else {
    if (!existsSync(join(given, 'test'))) return `${given} has no folder test`;
    const { status, stderr, error } = spawnSync('cp', ['-R', given, folder], { encoding: 'utf8' });
    if (status !== 0) return `no copy of ${given}: ${error?.message ?? stderr.trim()}`;
  }
  writeFileSync(mark, wanted);
  return null;
}

/** Installs what a tree uses, mocha among it. Returns why that is not possible. */
function installed(folder) {
  if (existsSync(mochaOf(folder))) return null;
  const problem = installPackages(['--omit=optional'], folder);
  if (problem === null && existsSync(mochaOf(folder))) return null;
  return `its packages could not be installed: ${problem ?? 'mocha is not among them'}`;
}

function mochaOf(folder) {
  return join(folder, 'node_modules/mocha/bin/_mocha');
}

/** Runs a suite both ways. Returns what is wrong, in lines. */
async function compare(folder, suite) {
  const stock = await run(folder, suite, []);
  if (stock.trouble !== null) return [`without us: ${stock.trouble}`];
  const ours = await run(folder, suite, ['--require', guard, '--require', register]);
  if (ours.trouble !== null) return [ours.trouble];
  const faults = [];
  if (ours.kernel !== '') faults.push(`called the kernel: ${ours.kernel.split('\n').join(' ')}`);
  for (const [title, outcome] of stock.outcomes) {
    const other = ours.outcomes.get(title) ?? 'not run';
    if (outcome === 'passed' && other !== 'passed') faults.push(`${title}: ${other}`);
  }
  const passed = [...ours.outcomes.values()].filter((outcome) => outcome === 'passed').length;
  if (faults.length === 0) console.log(`ok ${folder.split('/').at(-1)}: ${passed} tests passed`);
  return faults;
}

/** What came of each test, and of the process. */
async function run(folder, { mocha }, flags) {
  const args = [...flags, mochaOf(folder), '--reporter', 'json', ...mocha];
  const env = { NODE_ENV: 'test' };
  const { out, err, status, hung, kernel } = await runGuarded(args, { cwd: folder, env, patience: PATIENCE });
  if (hung) return { trouble: `did not end within ${PATIENCE / 1000} s` };
  const told = reportIn(out);
  if (told === null) return { trouble: `ended with ${status}: ${err.trim().split('\n').at(-1)}` };
  return { trouble: null, kernel, outcomes: outcomesOf(told) };
}

/** The report of mocha's reporter `json`, which tests may write before; `null`: there is none. */
function reportIn(out) {
  try {
    return JSON.parse(out.slice(out.indexOf('{\n  "stats"')));
  } catch {
    return null;
  }
}

/** By title; titles that occur several times are told apart by their place. */
function outcomesOf({ tests, failures, pending }) {
  const outcomes = new Map();
  const failing = new Map(failures.map((test) => [test.fullTitle, test.err.message ?? 'failed']));
  const skipped = new Set(pending.map((test) => test.fullTitle));
  for (const { fullTitle, err } of tests) {
    let title = fullTitle;
    for (let nth = 2; outcomes.has(title); nth++) title = `${fullTitle} (${nth})`;
    const hasFailed = Object.keys(err).length > 0;
    if (hasFailed) outcomes.set(title, failing.get(fullTitle) ?? 'failed');
    else outcomes.set(title, skipped.has(fullTitle) ? 'skipped' : 'passed');
  }
  return outcomes;
}
