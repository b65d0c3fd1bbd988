// Builds the site into apps/site/dist, any server's: the reference, the pages, the playground; then looks at each link in it.
// HALFCLOSE_SITE_BASE is the path at which it will be, '/' without.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { deadLinks } from './dead-links.mjs';

/** Milliseconds until a step is given up; the longest takes a minute on two busy cores. */
const PATIENCE = 300_000;

const app = fileURLToPath(new URL('../', import.meta.url));
const root = fileURLToPath(new URL('../../../', import.meta.url));
const dist = `${app}dist`;
const base = process.env.HALFCLOSE_SITE_BASE ?? '/';

if (!/^\/(.+\/)?$/.test(base)) {
  console.error(`HALFCLOSE_SITE_BASE has to begin and end with '/': ${base}`);
  process.exit(2);
}

step('reference', process.execPath, [`${app}scripts/reference.mjs`]);
step('pages', `${app}node_modules/.bin/vitepress`, ['build', app]);
step('playground', `${root}node_modules/.bin/vite`, [
  ...[
    'build',
    `${root}apps/playground`,
    '--outDir',
    `${dist}/playground`,
    '--emptyOutDir',
    '--logLevel',
    'warn',
  ],
]);

const dead = deadLinks(dist, base);
for (const link of dead) console.error(link);
if (dead.length > 0) console.error(`${dead.length} links lead nowhere`);
process.exitCode = dead.length > 0 ? 1 : 0;

/** Runs a command, and ends with its status if it fails. */
function step(name, command, args) {
  const begin = performance.now();
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    timeout: PATIENCE,
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    console.error(`${name}: ${error?.message ?? `ended with ${status}`}`);
    process.exit(status || 1);
  }
  console.log(`${name}: ${((performance.now() - begin) / 1000).toFixed(0)} s`);
}
