import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { installPackages } from '../npm-packages.mjs';
import { installNode, nodeBinary } from '../node-versions.mjs';
import { run } from './run.mjs';

const VERDACCIO = '6.10.4';
/** That it needs at least. */
const NODE = '24';
/** Within which it answers, in milliseconds. */
const PATIENCE = 60_000;

const home = fileURLToPath(new URL('../../node_modules/.cache/verdaccio/', import.meta.url));

/**
 * Starts a registry on a free port of this machine, which keeps what is published to it in `folder`, and asks the registry
 * that npm is set to for all other packages. Resolves to `{ registry }` or to `{ problem }`, why there is none.
 */
export async function startRegistry(folder) {
  const problem = install();
  if (problem !== null) return { problem };
  mkdirSync(folder, { recursive: true });
  const { out } = await run('npm', ['config', 'get', 'registry'], { cwd: folder });
  writeFileSync(join(folder, 'config.yaml'), configuration(out.trim()));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const child = spawn(
    nodeBinary(NODE),
    [
      join(home, 'node_modules/verdaccio/bin/verdaccio'),
      '--config',
      join(folder, 'config.yaml'),
      '--listen',
      `127.0.0.1:${port}`,
    ],
    { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let log = '';
  child.stdout.on('data', (text) => (log += text));
  child.stderr.on('data', (text) => (log += text));
  const ended = new Promise((resolve) => child.on('close', resolve));
  for (const end = Date.now() + PATIENCE; Date.now() < end && child.exitCode === null; await delay(200)) {
    const answer = await fetch(`${url}-/ping`).catch(() => null);
    if (answer?.ok) return { registry: new Registry(url, folder, child, ended) };
  }
  child.kill('SIGKILL');
  return { problem: `verdaccio ${VERDACCIO} does not answer: ${log.trim().slice(-500)}` };
}

/** A registry that runs. */
class Registry {
  /** With a slash at its end. */
  url;
  /** A file of settings for npm and pnpm, by which they install from it, and publish to it. */
  npmrc;
  /** For processes that are to use it. */
  env;
  #child;
  #ended;

  constructor(url, folder, child, ended) {
    this.url = url;
    this.npmrc = join(folder, 'npmrc');
    const { host } = new URL(url);
    // It asks nobody who he is; the clients want to have a token.
    writeFileSync(this.npmrc, `registry=${url}\n//${host}/:_authToken=rehearsal\naudit=false\nfund=false\n`);
    this.env = {
      // What changesets publishes to is this, whatever the file says.
      npm_config_registry: url,
      npm_config_userconfig: this.npmrc,
      npm_config_cache: join(folder, 'npm-cache'),
      npm_config_update_notifier: 'false',
    };
    this.#child = child;
    this.#ended = ended;
  }

  /** What it knows of a package, by the fields of the registry's API; `null`: nothing. */
  async manifest(name) {
    const answer = await fetch(`${this.url}${name.replace('/', '%2f')}`);
    return answer.ok ? answer.json() : null;
  }

  async stop() {
    this.#child.kill();
    await this.#ended;
  }
}

/** Returns why it is not there. */
function install() {
  const node = installNode(NODE);
  if (node !== null) return `Node ${NODE}: ${node}`;
  const manifest = join(home, 'node_modules/verdaccio/package.json');
  if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version === VERDACCIO) return null;
  mkdirSync(home, { recursive: true });
  writeFileSync(
    join(home, 'package.json'),
    JSON.stringify({
      private: true,
      dependencies: { verdaccio: VERDACCIO },
      // It asks for a tag of node-fetch, not for a version, and mirrors of the registry need not have that.
      overrides: { 'node-fetch': '2.7.0' },
    }),
  );
  return installPackages([], home);
}

function configuration(upstream) {
  return JSON.stringify({
    storage: './storage',
    auth: { htpasswd: { file: './htpasswd', max_users: -1 } },
    uplinks: { npm: { url: upstream } },
    packages: {
      '@halfclose/*': { access: '$all', publish: '$all', unpublish: '$all' },
      '**': { access: '$all', proxy: 'npm' },
    },
    log: { type: 'stdout', format: 'json', level: 'error' },
  });
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
