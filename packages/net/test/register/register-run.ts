import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Refuses the kernel's TCP, and notes each call in the file that KERNEL_CALLS_FILE names. */
const GUARD = fileURLToPath(new URL('../../../../scripts/node-suite/guard.cjs', import.meta.url));
/** Milliseconds until a process is given up. */
const PATIENCE = 30_000;

/** What a process left. */
export interface Run {
  readonly out: string;
  readonly err: string;
  /** Of its exit; a signal if it was ended by one. */
  readonly status: number | string;
  /** Calls to the kernel's TCP, which were refused. */
  readonly kernel: string;
}

/** How to run a process; `guarded`: without the kernel's TCP. */
export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly guarded?: boolean;
}

/** Runs Node with `args`, in an environment of its own. */
export async function run(
  args: readonly string[],
  { env = {}, guarded = true }: RunOptions = {},
): Promise<Run> {
  const scratch = mkdtempSync(join(tmpdir(), 'halfclose-run-'));
  const calls = join(scratch, 'calls');
  writeFileSync(calls, '');
  const all = [...(guarded ? ['--require', GUARD] : []), ...args];
  const options = { env: { PATH: process.env['PATH'], KERNEL_CALLS_FILE: calls, ...env }, timeout: PATIENCE };
  return new Promise((resolve) => {
    execFile(process.execPath, all, options, (error, out, err) => {
      const status = error === null ? 0 : (error.code ?? error.signal ?? 'failed');
      resolve({ out, err, status, kernel: readFileSync(calls, 'utf8') });
      rmSync(scratch, { recursive: true });
    });
  });
}
