// Runs tests that use labs as users do: against the built package, with npm's packages unmodified, by node:test, Jest and all
// pools of Vitest. Arguments name runners; without, all run.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPackages } from './npm-packages.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const sources = `${root}test/interop/labs`;
const cache = `${root}node_modules/.cache/labs`;
const REGISTER = '@halfclose/testkit/register';
/** Milliseconds until a runner is given up. */
const PATIENCE = 300_000;

const RUNNERS = {
  'node:test': () => {
    const files = readdirSync(cache).filter((name) => name.endsWith('.test.mjs'));
    return [process.execPath, ['--import', REGISTER, '--test', ...files]];
  },
  // Jest sees nothing below a folder that is named node_modules.
  jest: () => {
    const folder = mkdtempSync(join(tmpdir(), 'halfclose-jest-'));
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
    cpSync(`${sources}/jest`, folder, { recursive: true });
    cpSync(`${folder}/lab.test.cjs`, `${folder}/again.test.cjs`);
    symlinkSync(`${cache}/node_modules`, `${folder}/node_modules`, 'junction');
    writeFileSync(`${folder}/package.json`, '{}');
    const args = ['--runInBand', '--rootDir', folder, '--testMatch', '**/*.cjs', '--setupFiles', REGISTER];
    return [bin('jest'), args, folder];
  },
  ...Object.fromEntries(
    ['forks', 'threads', 'vmForks', 'vmThreads'].map((pool) => [
      `vitest, ${pool}`,
      () => [bin('vitest'), ['run', '--config', 'vitest.config.mjs', '--pool', pool]],
    ]),
  ),
};

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(RUNNERS);
const unknown = names.find((name) => RUNNERS[name] === undefined);
if (unknown !== undefined) {
  console.error(`${unknown}: no such runner; there are ${Object.keys(RUNNERS).join(', ')}`);
  process.exit(2);
}

const problem = install();
if (problem !== null) {
  console.log(`skipped ${names.join(', ')}: ${problem}`);
  process.exit(0);
}
let failed = 0;
for (const name of names) {
  const [command, args, cwd = cache] = RUNNERS[name]();
  // Work of the thread pool ends in the order in which it began.
  const env = { ...process.env, NO_COLOR: '1', UV_THREADPOOL_SIZE: '1', NODE_OPTIONS: '' };
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    timeout: PATIENCE,
  });
  console.log(`${status === 0 ? 'ok' : 'failed'} ${name}`);
  if (status === 0) continue;
  failed++;
  console.log(whatFailed(`${stdout}${stderr}`.trim().split('\n')).join('\n'));
}
console.log(`${names.length - failed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);

/** From the first failure that node:test tells of, which are among the others; else the last lines. */
function whatFailed(lines) {
  const first = lines.findIndex((line) => line.startsWith('not ok'));
  return first < 0 ? lines.slice(-60) : lines.slice(first, first + 60);
}

/** Brings the tests and what they use where they find each other. Returns why that is not possible. */
function install() {
  const wanted = readFileSync(`${sources}/package.json`, 'utf8');
  const installed = `${cache}/installed.json`;
  mkdirSync(cache, { recursive: true });
  for (const name of readdirSync(cache)) if (name.endsWith('.test.mjs')) rmSync(`${cache}/${name}`);
  cpSync(sources, cache, { recursive: true });
  writeFileSync(
    `${cache}/vitest.config.mjs`,
    `export default { test: { setupFiles: ['${REGISTER}'], include: ['vitest/*.test.mjs'], maxWorkers: 1 } };\n`,
  );
  if (!existsSync(installed) || readFileSync(installed, 'utf8') !== wanted) {
    const problem = installPackages(['--prefix', cache]);
    if (problem !== null) return `the packages could not be installed: ${problem}`;
    writeFileSync(installed, wanted);
  }
  const home = `${cache}/node_modules/@halfclose/testkit`;
  rmSync(home, { recursive: true, force: true });
  mkdirSync(dirname(home), { recursive: true });
  symlinkSync(`${root}packages/testkit`, home, 'junction');
  return null;
}

function bin(name) {
  return `${cache}/node_modules/.bin/${name}`;
}
