// Builds the playground and tries it in Chromium: the one of CHROMIUM, or the system's. Without one it says so, and passes.
// What it exports for Mermaid is given to Mermaid, unless that cannot be installed, which is said, too.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { findChromium } from './chromium.mjs';
import { installInto } from './npm-packages.mjs';

const MERMAID = 'mermaid@11.17.2';

const root = fileURLToPath(new URL('../', import.meta.url));
const cache = `${root}node_modules/.cache/mermaid`;
const { executablePath, problem } = findChromium();

function run(...command) {
  const { status } = spawnSync(command[0], command.slice(1), {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      MERMAID: `${cache}/node_modules/mermaid/dist/mermaid.core.mjs`,
      ...(executablePath !== undefined && { CHROMIUM: executablePath }),
    },
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status ?? 1);
}

run('node_modules/.bin/vite', 'build', 'apps/playground', '--logLevel', 'warn');
// What a browser has to have before it paints: the page, and what that names.
const dist = `${root}apps/playground/dist/`;
const page = readFileSync(`${dist}index.html`, 'utf8');
const named = [...page.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map(([, file]) =>
  readFileSync(dist + file),
);
const weight = [page, ...named].reduce((sum, content) => sum + gzipSync(content).length, 0);
console.log(`first paint: ${(weight / 1000).toFixed(1)} kB, gzipped`);
if (named.length < 2 || weight > 100_000) {
  console.error('the first paint takes more than 100 kB, or the page names no script and no style');
  process.exit(1);
}

const noMermaid = installInto(cache, MERMAID);
if (noMermaid === null) run('node_modules/.bin/vitest', 'run', 'apps/playground/test/mermaid.test.ts');
else console.log(`skipped ${MERMAID}: ${noMermaid}`);

if (problem === undefined)
  run('node_modules/.bin/vitest', 'run', '--config', 'vitest.playground.config.ts', ...process.argv.slice(2));
else console.log(`skipped: ${problem}`);
