import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));
const SCRIPT = fileURLToPath(new URL('odd-arguments.cjs', import.meta.url));
const CALLS = 20_000;

const folder = mkdtempSync(join(tmpdir(), 'halfclose-addon-'));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A copy of what the addon is built from, in a folder of its own. */
function copy(name: string): string {
  const target = join(folder, name);
  for (const part of ['native', 'scripts']) mkdirSync(join(target, part), { recursive: true });
  for (const file of ['native/tun.c', 'scripts/build-native.mjs', 'package.json'])
    copyFileSync(join(PACKAGE, file), join(target, file));
  symlinkSync(join(PACKAGE, 'node_modules'), join(target, 'node_modules'));
  return target;
}

function build(directory: string, ...args: string[]): string {
  return execFileSync(process.execPath, [join(directory, 'scripts/build-native.mjs'), ...args], {
    encoding: 'utf8',
  });
}

test('two builds are equal byte by byte, wherever they are made', () => {
  const file = `prebuilds/${process.platform}-${process.arch}/node.napi.node`;
  const [first, second] = ['a', 'another-folder'].map((name) => {
    const directory = copy(name);
    expect(build(directory)).toBe('');
    return readFileSync(join(directory, file));
  });
  expect(first?.equals(second ?? Buffer.alloc(0))).toBe(true);
  expect(first?.includes(folder)).toBe(false);
});

test('without a compiler the build says so in one line, and ends well', () => {
  const args = [join(copy('bare'), 'scripts/build-native.mjs')];
  const { status, stdout } = spawnSync(process.execPath, args, {
    env: { PATH: '/nowhere' },
    encoding: 'utf8',
  });
  expect([status, stdout]).toEqual([
    0,
    expect.stringMatching(/^@halfclose\/tun: no addon for .*: there is no C compiler .*\n$/),
  ]);
});

test.each([1, 2, 3])('odd arguments are refused by each entry point, seed %i, under sanitizers', (seed) => {
  const addon = join(folder, 'sanitized.node');
  build(PACKAGE, '--sanitize', addon);
  const libraries = ['libasan.so', 'libubsan.so'].map((name) =>
    execFileSync('gcc', [`-print-file-name=${name}`], { encoding: 'utf8' }).trim(),
  );
  const args = ['--expose-gc', SCRIPT, addon, String(seed), String(CALLS)];
  const env = { ...process.env, LD_PRELOAD: libraries.join(':'), ASAN_OPTIONS: 'detect_leaks=0' };
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
  expect([status, stdout, stderr]).toEqual([0, 'alive\n', '']);
});

test.each(['20', '22', '24'])('the addon loads and works in Node %s', (version) => {
  const cache = fileURLToPath(new URL('../../../../node_modules/.cache/', import.meta.url));
  const node =
    version === process.versions.node.split('.')[0]
      ? process.execPath
      : `${cache}node-${version}/node_modules/node/bin/node`;
  const script = `const tun = require(${JSON.stringify(`${PACKAGE}prebuilds/${process.platform}-${process.arch}/node.napi.node`)});
    const device = tun.open('/dev/net/tun');
    console.log(tun.attach(device, 'loads%d', 0x1001));
    tun.watch(device, () => { throw new Error('nothing is to be read'); }, false);
    tun.arm(device, 1);
    tun.close(device);`;
  const { status, stdout, stderr, error } = spawnSync(node, ['--eval', script], { encoding: 'utf8' });
  if (error !== undefined) {
    console.log(`skipped: Node ${version} is not here (npm run test:nodes brings it)`);
    return;
  }
  expect([status, stdout, stderr]).toEqual([0, 'loads0\n', '']);
});
