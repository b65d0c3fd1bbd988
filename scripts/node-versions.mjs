// Other versions of Node than the one that runs this, from npm, kept in node_modules/.cache.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const cache = fileURLToPath(new URL('../node_modules/.cache/', import.meta.url));
const running = process.versions.node.split('.')[0];

/** Where the program of a version is, be it installed or not; that of the running one is itself. */
export function nodeBinary(version) {
  if (version === running) return process.execPath;
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  return `${folderOf(version)}/node_modules/node/bin/${name}`;
}

/** Makes a version present. Returns why it is not, in a line; `null`: it is. */
export function installNode(version) {
  if (existsSync(nodeBinary(version))) return null;
  // With its install script: that puts the program in its place.
  const { stderr, error } = spawnSync(
    'npm',
    ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', folderOf(version), `node@${version}`],
    { encoding: 'utf8', shell: process.platform === 'win32' },
  );
  if (existsSync(nodeBinary(version))) return null;
  return error?.message ?? stderr.trim().split('\n').at(-1) ?? 'npm installed nothing';
}

function folderOf(version) {
  return `${cache}node-${version}`;
}
