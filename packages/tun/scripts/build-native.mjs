// Compiles native/tun.c for this machine, and for others whose cross-compiler is there, into
// prebuilds/<platform>-<arch>/node.napi.node. Says in one line what it does not make, and why; that is no failure.
//
//   node scripts/build-native.mjs [--all] [--sanitize FILE]
//
//   --all       for every machine in TARGETS; one that cannot be made is a failure
//   --sanitize  into FILE, with the address and undefined behaviour sanitizers
import { spawnSync } from 'node:child_process';
import { mkdirSync, renameSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const require = createRequire(import.meta.url);
const folder = fileURLToPath(new URL('../', import.meta.url));
const source = 'native/tun.c';

/** Compilers for each machine, the first that is there is taken. Debian: gcc-x86-64-linux-gnu, gcc-aarch64-linux-gnu. */
const TARGETS = {
  'linux-x64': ['x86_64-linux-gnu-gcc', 'gcc', 'cc', 'clang'],
  'linux-arm64': ['aarch64-linux-gnu-gcc', 'gcc', 'cc', 'clang'],
};
/** What the machine's own compilers are for. */
const host = `${process.platform}-${process.arch}`;

const WARNINGS = ['-Wall', '-Wextra', '-Werror'];
// Nothing is linked (see tun.c), and nothing of the place or time of the build is in the file.
const REPRODUCIBLE = ['-nostdlib', '-Wl,--build-id=none', '-s', `-ffile-prefix-map=${folder}=.`];
const PER_TARGET = { 'linux-arm64': ['-mno-outline-atomics'] };

const { values } = parseArgs({ options: { all: { type: 'boolean' }, sanitize: { type: 'string' } } });
process.chdir(folder);
const headers = headersFolder();

if (values.sanitize !== undefined) {
  const flags = ['-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
  const reason = compile(host, flags, values.sanitize);
  if (reason !== null) {
    console.log(`@halfclose/tun: ${reason}`);
    process.exit(1);
  }
} else {
  const wanted = values.all ? Object.keys(TARGETS) : [host];
  const failures = wanted.filter((target) => {
    const file = `prebuilds/${target}/node.napi.node`;
    if (isNewer(file)) return false;
    const reason = build(target, file);
    if (reason !== null) console.log(`@halfclose/tun: no addon for ${target}: ${reason}`);
    return reason !== null;
  });
  if (values.all && failures.length > 0) process.exit(1);
}

/** Why there is none; `null`: there is. */
function build(target, file) {
  if (!(target in TARGETS)) return 'TUN devices are supported on Linux, on x64 and arm64';
  mkdirSync(`prebuilds/${target}`, { recursive: true });
  // Never half a file where another process looks for it.
  const reason = compile(target, REPRODUCIBLE, `${file}.${process.pid}`);
  if (reason === null) renameSync(`${file}.${process.pid}`, file);
  return reason;
}

function compile(target, flags, output) {
  if (headers === null) return 'the headers of Node-API (package node-api-headers) are not installed';
  const compilers = TARGETS[target]?.filter((name) => target === host || name.includes('-linux-gnu-'));
  for (const compiler of compilers ?? []) {
    const result = spawnSync(
      compiler,
      [
        ...['-std=c11', '-O2', '-fPIC', '-shared', '-fvisibility=hidden', ...WARNINGS],
        ...[...flags, ...(PER_TARGET[target] ?? []), '-isystem', headers, '-o', output, source],
      ],
      { encoding: 'utf8' },
    );
    if (result.error?.code === 'ENOENT') continue;
    return result.status === 0 ? null : `${compiler} failed:\n${result.stderr}`;
  }
  return `there is no C compiler (${compilers?.join(', ') ?? 'none known'})`;
}

function headersFolder() {
  try {
    return require('node-api-headers').include_dir;
  } catch {
    return null;
  }
}

function isNewer(file) {
  try {
    return (
      statSync(file).mtimeMs >=
      Math.max(statSync(source).mtimeMs, statSync(fileURLToPath(import.meta.url)).mtimeMs)
    );
  } catch {
    return false;
  }
}
