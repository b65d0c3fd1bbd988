// Builds through turbo, and is quiet unless something fails. Arguments go to turbo: --filter=@halfclose/cli
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const bin = `${root}node_modules/.bin`;
const separator = process.platform === 'win32' ? ';' : ':';

const result = spawnSync(
  'turbo',
  [
    'run',
    'build',
    '--ui=stream',
    '--output-logs=errors-only',
    '--no-update-notifier',
    ...process.argv.slice(2),
  ],
  {
    cwd: root,
    // turbo runs each package's script with the pnpm it finds in the path: the one in node_modules.
    env: { ...process.env, PATH: `${bin}${separator}${process.env.PATH}`, TURBO_TELEMETRY_DISABLED: '1' },
    encoding: 'utf8',
    shell: process.platform === 'win32',
  },
);
if (result.error !== undefined || result.status !== 0) {
  process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`);
  process.stderr.write(`The build failed${result.error === undefined ? '' : `: ${result.error.message}`}.\n`);
  process.exit(result.status || 1);
}
