import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Runs Node until it ends, `patience` milliseconds at most. Resolves to what it printed, how it ended, whether it had to be
 * ended, and the calls of the kernel's TCP that `node-suite/guard.cjs` refused in it.
 */
export function runGuarded(args, { cwd, env, patience }) {
  const scratch = mkdtempSync(join(tmpdir(), 'halfclose-guarded-'));
  const calls = join(scratch, 'calls');
  writeFileSync(calls, '');
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, NODE_OPTIONS: '', ...env, KERNEL_CALLS_FILE: calls },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (text) => (out += text));
  child.stderr.on('data', (text) => (err += text));
  return new Promise((resolve) => {
    let hung = false;
    const timer = setTimeout(() => {
      hung = true;
      child.kill('SIGKILL');
    }, patience);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const kernel = readFileSync(calls, 'utf8').trim();
      rmSync(scratch, { recursive: true });
      resolve({ out, err, status: code ?? signal, hung, kernel });
    });
  });
}
