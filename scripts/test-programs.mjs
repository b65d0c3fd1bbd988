// Runs programs made of npm's most used network packages, unmodified, twice: on the kernel's network, and on ours, with the
// kernel's TCP refused. Both must print the same line and end by themselves. Those that need a server of the machine reach
// it through the gateway. Those in docs/guides must print what is below them. Arguments name programs; without, all run.
import { spawn, spawnSync } from 'node:child_process';
import {
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runGuarded } from './guarded-process.mjs';
import { installPackages } from './npm-packages.mjs';

/** Milliseconds until a program is given up. */
const PATIENCE = 30_000;

const root = fileURLToPath(new URL('../', import.meta.url));
const sources = `${root}test/interop/programs`;
const cache = `${root}node_modules/.cache/programs`;
const certificates = `${root}packages/net/test/register`;
const guard = `${root}scripts/node-suite/guard.cjs`;
const register = pathToFileURL(`${root}packages/net/dist/register.js`).href;
const guides = `${root}docs/guides`;
const SERVERS = {
  ioredis: startRedis,
  mysql2: startMariadb,
  pg: startPostgres,
  'guide-databases': startPostgres,
};

const examples = new Map(readdirSync(guides).flatMap(exampleOf));
const programs = readdirSync(sources)
  .filter((file) => file.endsWith('.mjs'))
  .map((file) => file.slice(0, -'.mjs'.length));
const all = [...programs, ...examples.keys()];
const names = process.argv.length > 2 ? process.argv.slice(2) : all;
const unknown = names.find((name) => !all.includes(name));
if (unknown !== undefined) {
  console.error(`${unknown}: no such program; there are ${all.join(', ')}`);
  process.exit(2);
}

const counts = { ok: 0, failed: 0, skipped: 0 };
const problem = install();
for (const name of names) {
  const { outcome, why } = problem === null ? await judgeTwice(name) : { outcome: 'skipped', why: problem };
  counts[outcome]++;
  console.log(`${outcome} ${name}${why === undefined ? '' : `: ${why}`}`);
}
console.log(`${counts.ok} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed > 0 ? 1 : 0);

/** Brings the programs and what they use where they find each other. Returns why that is not possible. */
function install() {
  const wanted = readFileSync(`${sources}/package.json`, 'utf8');
  const installed = `${cache}/installed.json`;
  mkdirSync(`${cache}/support`, { recursive: true });
  for (const file of ['package.json', 'support/index.mjs', ...programs.map((name) => `${name}.mjs`)])
    copyFileSync(`${sources}/${file}`, `${cache}/${file}`);
  for (const file of ['key.pem', 'cert.pem'])
    copyFileSync(`${certificates}/${file}`, `${cache}/support/${file}`);
  for (const [name, { program }] of examples) writeFileSync(`${cache}/${name}.mjs`, program);
  if (existsSync(installed) && readFileSync(installed, 'utf8') === wanted) return null;
  const problem = installPackages(['--omit=optional', '--prefix', cache]);
  if (problem !== null) return `the packages could not be installed: ${problem}`;
  writeFileSync(installed, wanted);
  return null;
}

/** The one program in JavaScript of a guide, if it has one, and what it prints. */
function exampleOf(file) {
  const found = Array.from(
    readFileSync(`${guides}/${file}`, 'utf8').matchAll(/^```js\n(.*?)^```$\n\n^```\n(.*?)^```$/gms),
  );
  const name = `guide-${file.replace('.md', '')}`;
  return found.map(([, program, output], i) => [i === 0 ? name : `${name}-${i + 1}`, { program, output }]);
}

/** A program has so much time, and a machine that others use, too, may be slow: one that failed is tried again, and told of. */
async function judgeTwice(name) {
  const first = await judge(name);
  if (first.outcome !== 'failed') return first;
  const second = await judge(name);
  return second.outcome === 'ok' ? { outcome: 'ok', why: `the second time; first, ${first.why}` } : second;
}

async function judge(name) {
  const start = SERVERS[name];
  const compare = examples.has(name) ? compareWithGuide : compareWithStock;
  if (start === undefined) return compare(name, ['--require', guard], {});
  const server = await start();
  if (typeof server === 'string') return { outcome: 'skipped', why: server };
  try {
    return await compare(name, [], {
      SERVER_PORT: String(server.port),
      HALFCLOSE_DIAL: 'kernel',
      ...{ PGHOST: '127.0.0.1', PGPORT: String(server.port), PGUSER: 'postgres', PGDATABASE: 'postgres' },
    });
  } finally {
    await server.stop();
  }
}

/** Runs a program as it is, then on our network. */
async function compareWithStock(name, flags, env) {
  const stock = await run(name, [], { ...env, HALFCLOSE_DIAL: undefined });
  if (stock.trouble !== null) return { outcome: 'failed', why: `without us: ${stock.trouble}` };
  const ours = await run(name, [...flags, '--import', register], env);
  if (ours.trouble !== null) return { outcome: 'failed', why: ours.trouble };
  if (ours.kernel !== '')
    return { outcome: 'failed', why: `called the kernel: ${ours.kernel.split('\n').join(' ')}` };
  return ours.out === stock.out
    ? { outcome: 'ok' }
    : { outcome: 'failed', why: difference(stock.out, ours.out) };
}

/** Runs a program of a guide on our network. */
async function compareWithGuide(name, flags, env) {
  const { trouble, kernel, out } = await run(name, [...flags, '--import', register], env, null);
  if (trouble !== null) return { outcome: 'failed', why: trouble };
  if (kernel !== '') return { outcome: 'failed', why: `called the kernel: ${kernel.split('\n').join(' ')}` };
  return out === examples.get(name).output
    ? { outcome: 'ok' }
    : { outcome: 'failed', why: `printed, in place of what the guide says:\n${out}` };
}

/** `lines`: how many it is to print; `null`: any. */
async function run(name, flags, env, lines = 1) {
  const args = [...flags, `${name}.mjs`];
  const { out, err, status, hung, kernel } = await runGuarded(args, { cwd: cache, env, patience: PATIENCE });
  return { out, kernel, trouble: troubleOf(status, hung, out, err, lines) };
}

/** What is wrong with how a program ended; `null`: nothing. */
function troubleOf(status, hung, out, err, lines) {
  if (hung) return `did not end within ${PATIENCE / 1000} s; printed ${out === '' ? 'nothing' : out.trim()}`;
  if (status !== 0) return `ended with ${status}: ${err.trim()}`;
  return lines === null || out.split('\n').length === lines + 1
    ? null
    : `printed ${out === '' ? 'nothing' : 'more than a line'}`;
}

/** The members by which two lines of JSON differ. */
function difference(stock, ours) {
  const [expected, seen] = [stock, ours].map((line) => JSON.parse(line));
  const keys = [...new Set([...Object.keys(expected), ...Object.keys(seen)])];
  const told = keys
    .map((key) => [key, JSON.stringify(expected[key]), JSON.stringify(seen[key])])
    .filter(([, one, other]) => one !== other)
    .map(([key, one, other]) => `${key} is ${other}, of the kernel ${one}`);
  return told.length === 0 ? 'the members of its line are in another order' : told.join('; ');
}

// --- servers of the machine: each returns how to reach and stop it, or why it is not there

async function startRedis() {
  const binary = commandOf('redis-server');
  if (binary === null) return 'no redis-server on this machine';
  const port = await freePort();
  return started(spawn(binary, ['--port', port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']), {
    port,
    ready: 'Ready to accept connections',
    stop: 'SIGTERM',
  });
}

async function startPostgres() {
  const folder = postgresFolder();
  if (folder === null) return 'no postgres on this machine';
  // It refuses to run as root.
  const user = process.getuid?.() === 0 ? userOf('postgres') : {};
  if (user === null) return 'postgres refuses root, and there is no user postgres';
  const scratch = mkdtempSync(join(tmpdir(), 'halfclose-postgres-'));
  const data = join(scratch, 'data');
  const remove = () => rmSync(scratch, { recursive: true, force: true });
  if (user.uid !== undefined) chownSync(scratch, user.uid, user.gid);
  const options = { cwd: scratch, ...user };
  const initdb = spawnSync(
    join(folder, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync'],
    { ...options, encoding: 'utf8' },
  );
  if (initdb.status !== 0) {
    remove();
    return `initdb failed: ${initdb.error?.message ?? initdb.stderr.trim().split('\n').at(-1)}`;
  }
  const port = await freePort();
  const args = ['-D', data, '-p', port, '-h', '127.0.0.1', '-k', scratch, '-F'];
  return started(spawn(join(folder, 'postgres'), args, options), {
    port,
    ready: 'ready to accept connections',
    // "Fast Shutdown": it does not wait for clients.
    stop: 'SIGINT',
    remove,
  });
}

async function startMariadb() {
  const [binary, install] = ['mariadbd', 'mariadb-install-db'].map(commandOf);
  if (binary === null || install === null) return 'no mariadb-server on this machine';
  const scratch = mkdtempSync(join(tmpdir(), 'halfclose-mariadb-'));
  const remove = () => rmSync(scratch, { recursive: true, force: true });
  // It refuses to run as root unless it is told to.
  const common = [
    '--no-defaults',
    `--datadir=${join(scratch, 'data')}`,
    ...(process.getuid?.() === 0 ? ['--user=root'] : []),
  ];
  const { status, error, stderr } = spawnSync(
    install,
    [...common, '--auth-root-authentication-method=normal', '--skip-test-db'],
    { encoding: 'utf8' },
  );
  if (status !== 0) {
    remove();
    return `mariadb-install-db failed: ${error?.message ?? stderr.trim().split('\n').at(-1)}`;
  }
  const port = await freePort();
  const args = [
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    `--socket=${join(scratch, 'socket')}`,
    `--ssl-key=${certificates}/key.pem`,
    `--ssl-cert=${certificates}/cert.pem`,
  ];
  return started(spawn(binary, [...common, ...args]), {
    port,
    ready: 'ready for connections',
    stop: 'SIGTERM',
    remove,
  });
}

/** Waits until a server says that it is ready. */
function started(child, { port, ready, stop, remove = () => undefined }) {
  let told = '';
  const ended = new Promise((resolve) => child.on('close', resolve).on('error', resolve));
  const server = {
    port,
    async stop() {
      child.kill(stop);
      const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
      await ended;
      clearTimeout(timer);
      remove();
    },
  };
  return new Promise((resolve) => {
    const timer = setTimeout(
      () => void server.stop().then(() => resolve('its server did not start')),
      PATIENCE,
    );
    const hear = (text) => {
      told += text;
      if (!told.includes(ready)) return;
      clearTimeout(timer);
      resolve(server);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    void ended.then(() => {
      clearTimeout(timer);
      remove();
      resolve(`its server ended: ${told.trim().split('\n').at(-1)}`);
    });
  });
}

/** The ids of a user of the machine, for `spawn`; `null`: there is none. */
function userOf(name) {
  const ids = ['-u', '-g'].map((flag) => spawnSync('id', [flag, name], { encoding: 'utf8' }));
  if (ids.some(({ status }) => status !== 0)) return null;
  const [uid, gid] = ids.map(({ stdout }) => Number(stdout));
  return { uid, gid };
}

/** Where a command is; `null`: nowhere. Servers are not on everybody's path. */
function commandOf(name) {
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin` };
  const { status, stdout } = spawnSync('which', [name], { encoding: 'utf8', env });
  return status === 0 ? stdout.trim() : null;
}

/** Debian has its programs in a folder for each version. */
function postgresFolder() {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  for (const version of versions) {
    const folder = join(debian, version, 'bin');
    if (existsSync(join(folder, 'postgres')) && existsSync(join(folder, 'initdb'))) return folder;
  }
  const initdb = commandOf('initdb');
  return initdb !== null && commandOf('postgres') !== null ? join(initdb, '..') : null;
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}
