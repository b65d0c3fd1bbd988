// Bun, Deno and workerd, from npm, kept in node_modules/.cache. The packages by platform have the program itself, and no script to
// install it.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { installInto } from './npm-packages.mjs';

const cache = fileURLToPath(new URL('../node_modules/.cache/', import.meta.url));

/** `program`: arguments in front of a program that it is to run. */
export const bun = {
  name: 'Bun',
  package: 'bun',
  version: '1.4.4',
  platform: `@oven/bun-linux-${process.arch === 'arm64' ? 'aarch64' : 'x64'}`,
  binary: 'bin/bun',
  program: [],
};

export const deno = {
  name: 'Deno',
  package: 'deno',
  version: '2.9.6',
  platform: `@deno/linux-${process.arch}-glibc`,
  binary: 'deno',
  program: ['run', '-A'],
};

export const workerd = {
  name: 'workerd',
  package: 'workerd',
  version: '1.20261117.1',
  platform: `@cloudflare/workerd-linux-${process.arch === 'arm64' ? 'arm64' : '64'}`,
  binary: 'bin/workerd',
};

/** Where the program is, be it installed or not. */
export function runtimeBinary(runtime) {
  return `${folderOf(runtime)}/node_modules/${runtime.platform}/${runtime.binary}`;
}

/** Makes a runtime present. Returns why it is not, in a line; `null`: it is. */
export function installRuntime(runtime) {
  if (process.platform !== 'linux') return 'only its package for Linux is known here';
  if (existsSync(runtimeBinary(runtime))) return null;
  const problem = installInto(folderOf(runtime), `${runtime.platform}@${runtime.version}`);
  return existsSync(runtimeBinary(runtime)) ? null : (problem ?? 'npm installed nothing');
}

function folderOf({ package: name }) {
  return `${cache}${name}`;
}
