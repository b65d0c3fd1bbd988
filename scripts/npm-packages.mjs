import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';

/** Runs `npm install` with these arguments more, without scripts. Returns why it failed, in a line; `null`: it did not. */
export function installPackages(args, cwd) {
  const { status, stderr, error } = spawnSync(
    'npm',
    ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...args],
    { cwd, encoding: 'utf8', shell: process.platform === 'win32' },
  );
  if (status === 0) return null;
  const line = stderr?.match(/^npm (?:error|ERR!) (?!code|syscall|errno|address|port).*$/m)?.[0];
  return error?.message ?? line ?? 'npm failed';
}

/** Installs packages, named with their versions, into a folder of their own. Returns as {@link installPackages}. */
export function installInto(folder, ...packages) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/package.json`, '{"private":true}');
  return installPackages(['--no-save', ...packages], folder);
}
