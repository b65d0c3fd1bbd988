// A network namespace of its own, which an unprivileged user may make, too: no interface, address or port of the machine is
// touched by what runs within.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const NAMESPACE = ['--user', '--map-root-user', '--net', '--fork', '--kill-child'];
const ADDON = fileURLToPath(
  new URL(`../packages/tun/prebuilds/${process.platform}-${process.arch}/node.napi.node`, import.meta.url),
);

/** Runs Node with these arguments within one, and exits as it does; says what is missing where there can be none. */
export function runInNamespace(args) {
  const missing = whatIsMissing();
  if (missing !== null) {
    console.log(`skipped: ${missing}`);
    process.exit(0);
  }
  process.exit(runThere(process.execPath, args) ?? 1);
}

/** Runs a program within one; returns its exit status, `null` where a signal ended it. */
export function runThere(program, args) {
  const command = ['sh', '-c', 'ip link set lo up && exec "$@"', 'sh', program, ...args];
  return spawnSync('unshare', [...NAMESPACE, ...command], { cwd: root, stdio: 'inherit' }).status;
}

/** Why the kernel cannot be a peer here; `null`: it can. */
export function whatIsMissing() {
  if (process.platform !== 'linux') return `TUN devices are tested on Linux, not on ${process.platform}`;
  const built = spawnSync(process.execPath, ['packages/tun/scripts/build-native.mjs'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (built.stdout.trim() !== '') return built.stdout.trim();
  if (run('ip', ['-V']) !== null) return 'ip (of iproute2) is not installed';
  const inNamespace = run('unshare', [...NAMESPACE, 'ip', 'link', 'set', 'lo', 'up']);
  if (inNamespace !== null) return `no network namespace can be made: ${inNamespace}`;
  const probe = `const tun = require(${JSON.stringify(ADDON)});
    const device = tun.open('/dev/net/tun');
    const name = device < 0 ? device : tun.attach(device, 'probe%d', 0x1001);
    if (typeof name === 'number') throw require('util').getSystemErrorName(name)`;
  const opened = run('unshare', [...NAMESPACE, process.execPath, '-e', probe]);
  return opened === null ? null : `no TUN device can be made within a namespace: ${opened}`;
}

/** What went wrong; `null`: nothing. */
function run(command, args) {
  const { error, status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (error !== undefined) return error.message;
  return status === 0 ? null : stderr.trim().split('\n').slice(0, 5).join(' ') || `${command} failed`;
}
