// Runs Node's own tests of net, http, https, tls and http2, each in a process of its own, with the kernel's TCP refused:
//   pnpm node-suite --node-src DIR [--list net,http] [--register | --stock]
//     [--only TEXT] [--node BINARY] [--jobs N] [--json FILE]
// DIR is a source tree of the Node that runs them; its tests stay outside of this repository. FILE keeps what it has of other
// ways and lists: results/ has one for each version of Node. The exit status is 0 if all that fails is known to, for a reason
// in reasons.json.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const LISTS = ['net', 'http', 'https', 'tls', 'http2'];
const WAYS = {
  register: ['guard.cjs', '../../packages/net/dist/register.cjs'],
  import: ['guard.cjs', 'by-import.cjs'],
  stock: [],
};
/** Milliseconds until a test is given up: Node's own runner gives it two minutes. */
const PATIENCE = 60_000;

const { values } = parseArgs({
  options: {
    'node-src': { type: 'string' },
    node: { type: 'string', default: process.execPath },
    list: { type: 'string', default: 'net' },
    register: { type: 'boolean', default: false },
    stock: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    jobs: { type: 'string', default: String(Math.min(availableParallelism(), 4)) },
    json: { type: 'string' },
  },
});
const way = values.stock ? 'stock' : values.register ? 'register' : 'import';
const lists = values.list.split(',');
const source = values['node-src'] === undefined ? '' : resolve(values['node-src']);
const problem = problemOf();
if (problem !== null) {
  console.error(problem);
  process.exit(2);
}

const reasons = JSON.parse(readFileSync(new URL('reasons.json', import.meta.url), 'utf8'));
const scratch = mkdtempSync(join(tmpdir(), 'halfclose-suite-'));
const results = [];
const queue = lists.flatMap(filesOf);
await Promise.all(Array.from({ length: Number(values.jobs) }, work));
rmSync(scratch, { recursive: true, force: true });
results.sort((a, b) => (a.file < b.file ? -1 : 1));
report();

function problemOf() {
  if (source === '') return 'Which tests? --node-src DIR, a source tree of Node.';
  if (!existsSync(join(source, 'test', 'parallel')))
    return `${source} has no test/parallel: no source tree of Node`;
  const unknown = lists.find((list) => !LISTS.includes(list));
  if (unknown !== undefined) return `--list ${unknown}: there are ${LISTS.join(', ')}`;
  if (values.stock && values.register) return '--stock and --register exclude each other';
  return null;
}

function filesOf(list) {
  return ['parallel', 'sequential'].flatMap((folder) =>
    readdirSync(join(source, 'test', folder))
      .filter(
        (file) => file.startsWith(`test-${list}-`) && /\.m?js$/.test(file) && file.includes(values.only),
      )
      .map((file) => ({ list, file, path: join(source, 'test', folder, file) })),
  );
}

async function work(_, id) {
  for (let test = queue.shift(); test !== undefined; test = queue.shift()) {
    const result = { list: test.list, file: test.file, ...(await run(test.path, id)) };
    results.push(result);
    if (result.outcome === 'failed')
      console.log(
        `${result.file}: ${reasonOf(result) ?? (way === 'stock' ? result.reason : `NOT KNOWN TO FAIL: ${result.reason}`)}`,
      );
  }
}

function run(path, id) {
  const calls = join(scratch, `calls-${basename(path)}`);
  const preloads = WAYS[way].flatMap((file) => ['--require', fileURLToPath(new URL(file, import.meta.url))]);
  const child = spawn(values.node, [...preloads, ...flagsOf(path), path], {
    cwd: join(source, 'test'),
    env: {
      ...process.env,
      TEST_THREAD_ID: String(id),
      NODE_TEST_DIR: scratch,
      KERNEL_CALLS_FILE: calls,
      NODE_OPTIONS: '',
    },
    detached: true,
  });
  let output = '';
  child.stdout.on('data', (text) => (output += text));
  child.stderr.on('data', (text) => (output += text));
  return new Promise((settle) => {
    let hung = false;
    const timer = setTimeout(() => {
      hung = true;
      kill(child);
    }, PATIENCE);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      kill(child);
      const kernel = existsSync(calls) ? readFileSync(calls, 'utf8').split('\n').length - 1 : 0;
      settle({ ...outcomeOf(code, signal, hung, output), kernel });
    });
  });
}

/** With whatever it has started. */
function kill(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

function flagsOf(path) {
  const [, flags = ''] = /^\/\/ Flags: (.*)$/m.exec(readFileSync(path, 'utf8')) ?? [];
  return flags.split(' ').filter((flag) => flag !== '');
}

function outcomeOf(code, signal, hung, output) {
  if (hung) return { outcome: 'failed', reason: `did not end within ${PATIENCE / 1000} s` };
  if (code === 0) {
    const skipped = /^1\.\.0 # [Ss]kipped:? ?(.*)$/m.exec(output);
    return skipped === null
      ? { outcome: 'passed', reason: '' }
      : { outcome: 'skipped', reason: skipped[1] || 'it does not say why' };
  }
  const line = output.split('\n').find((each) => /^\s*(\w*Error|Mismatched|.*\[ERR_)/.test(each));
  return {
    outcome: 'failed',
    reason: (line ?? signal ?? output.trim().split('\n').at(-1) ?? '').toString().trim().slice(0, 160),
  };
}

/** Why a test is known to fail; `undefined`: it is not. */
function reasonOf({ file }) {
  const own = reasons[way] ?? {};
  return (
    (Object.hasOwn(own, file) ? own[file] : way === 'stock' ? undefined : reasons.any[file]) ?? undefined
  );
}

function report() {
  const told = {};
  for (const list of lists) {
    const of = results.filter((result) => result.list === list);
    const files = (outcome) => of.filter((result) => result.outcome === outcome);
    const kernel = of.filter((result) => result.kernel > 0).length;
    const failed = files('failed');
    const unexplained = failed.filter((result) => reasonOf(result) === undefined);
    told[list] = {
      passed: files('passed').length,
      failed: Object.fromEntries(failed.map((result) => [result.file, reasonOf(result) ?? result.reason])),
      skipped: Object.fromEntries(files('skipped').map(({ file, reason }) => [file, reason])),
    };
    console.log(
      `${list}: ${files('passed').length} passed, ${failed.length} failed, ${files('skipped').length} skipped` +
        (way === 'stock'
          ? ''
          : `; ${failed.length - unexplained.length} of those that failed are known to, ${kernel} asked for the kernel's TCP`),
    );
    if (unexplained.length > 0 && way !== 'stock') process.exitCode = 1;
  }
  if (values.json !== undefined) write(values.json, told);
}

function write(file, told) {
  const before = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const ways = { ...before.ways, [way]: { ...before.ways?.[way], ...told } };
  writeFileSync(
    file,
    `${JSON.stringify({ node: nodeVersion(), tests: versionOfSource(), ways }, null, 2)}\n`,
  );
}

/** By its header, or by the name of its folder where only the tests were unpacked. */
function versionOfSource() {
  const path = join(source, 'src', 'node_version.h');
  if (!existsSync(path)) return /v\d+\.\d+\.\d+/.exec(basename(source))?.[0] ?? 'unknown';
  const header = readFileSync(path, 'utf8');
  const part = (name) => new RegExp(`#define NODE_${name}_VERSION (\\d+)`).exec(header)?.[1];
  return `v${part('MAJOR')}.${part('MINOR')}.${part('PATCH')}`;
}

function nodeVersion() {
  return spawnSync(values.node, ['--version'], { encoding: 'utf8' }).stdout.trim();
}
