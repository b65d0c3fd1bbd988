// Builds the playground and tries it in Chromium: the one of CHROMIUM, or Debian's. Without one it says so, and passes.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium';

function run(...command) {
  const { status } = spawnSync(command[0], command.slice(1), {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, CHROMIUM: chromium },
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status ?? 1);
}

run('node_modules/.bin/vite', 'build', 'apps/playground', '--logLevel', 'warn');
if (existsSync(chromium))
  run('node_modules/.bin/vitest', 'run', '--config', 'vitest.playground.config.ts', ...process.argv.slice(2));
else console.log(`skipped: there is no ${chromium}; apt-get install chromium, or set CHROMIUM`);
