// Makes the dependencies present, on a machine that has only Node and npm.
//
// `npm start` and `npm test` run this first. When nothing is to be done it costs two calls of stat();
// else it installs with the pnpm that package.json names, fetched through npx, and says one line.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const installed = `${root}node_modules/.modules.yaml`; // written by pnpm
const npmWasHere = `${root}node_modules/.package-lock.json`; // written by a stray `npm install`

if (isStale()) install();

function isStale() {
  const installedAt = modifiedAt(installed);
  return (
    installedAt === undefined ||
    installedAt < modifiedAt(`${root}pnpm-lock.yaml`) ||
    modifiedAt(npmWasHere) !== undefined
  );
}

function install() {
  const { packageManager } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  process.stderr.write(`Installing dependencies with ${packageManager}, once (10 s to a minute) ...\n`);
  const begin = performance.now();
  // CI=true lets pnpm replace a node_modules that it did not write without asking.
  const result = spawnSync(
    'npx',
    ['--yes', packageManager, 'install', '--frozen-lockfile', '--reporter=append-only'],
    {
      cwd: root,
      env: { ...process.env, CI: 'true' },
      encoding: 'utf8',
      shell: process.platform === 'win32',
    },
  );
  if (result.error !== undefined || result.status !== 0) {
    process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`);
    process.stderr.write(
      `The installation failed${result.error === undefined ? '' : `: ${result.error.message}`}.\n`,
    );
    process.exit(result.status || 1);
  }
  process.stderr.write(`Installed in ${((performance.now() - begin) / 1000).toFixed(0)} s.\n`);
  rmSync(npmWasHere, { force: true });
  // pnpm leaves the file alone when nothing changed; without this we would install again every time.
  const now = new Date();
  utimesSync(installed, now, now);
}

function modifiedAt(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs;
}
