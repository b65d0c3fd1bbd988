// Builds through turbo, and is quiet unless something fails. Arguments go to turbo: --filter=@halfclose/cli
//
//   --progress  a line for each package that is built
//   --no-types  programs only, for those who run them here: types take most of the time
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const bin = `${root}node_modules/.bin`;
const separator = process.platform === 'win32' ? ';' : ':';
const OWN = ['--progress', '--no-types'];

const args = process.argv.slice(2);
const [showsProgress, leavesTypes] = OWN.map((flag) => args.includes(flag));
const begin = performance.now();

const turbo = spawn(
  'turbo',
  [
    ...['run', 'build', '--ui=stream', '--output-logs=full', '--no-update-notifier'],
    ...args.filter((arg) => !OWN.includes(arg)),
  ],
  {
    cwd: root,
    // turbo runs each package's script with the pnpm it finds in the path: the one in node_modules.
    env: {
      ...process.env,
      PATH: `${bin}${separator}${process.env.PATH}`,
      TURBO_TELEMETRY_DISABLED: '1',
      ...(leavesTypes && { HALFCLOSE_TYPES: '0' }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  },
);
let log = '';
let count = 0;
let line = '';
turbo.stdout.setEncoding('utf8').on('data', (text) => {
  log += text;
  const lines = `${line}${text}`.split('\n');
  line = lines.pop();
  lines.forEach(tell);
});
turbo.stderr.setEncoding('utf8').on('data', (text) => (log += text));
turbo.on('error', (error) => end(1, `: ${error.message}`));
turbo.on('close', (status) => end(status ?? 1, ''));

function tell(text) {
  const [, name, cached] = /^(\S+):build: cache (hit|miss)/.exec(text) ?? [];
  if (name === undefined) return;
  count++;
  if (!showsProgress) return;
  const what = cached === 'hit' ? 'is built already' : 'is being built';
  process.stderr.write(`  ${String(count).padStart(2)}  ${name} ${what} (${seconds()})\n`);
}

function end(status, why) {
  if (status !== 0) {
    process.stderr.write(`${log}\nThe build failed${why}.\n`);
    process.exit(status);
  }
  if (showsProgress) process.stderr.write(`Built ${count} packages in ${seconds()}.\n`);
}

function seconds() {
  return `${((performance.now() - begin) / 1000).toFixed(0)} s`;
}
