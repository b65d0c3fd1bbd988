import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** native/syscalls.c: what the kernel did, errors as errno negated. */
export interface SystemCalls {
  socket(domain: number, type: number, protocol: number): number;
  bind(fd: number, address: Uint8Array): number;
  connect(fd: number, address: Uint8Array): number;
  listen(fd: number, backlog: number): number;
  accept(fd: number): number;
  send(fd: number, bytes: Uint8Array, flags: number): number;
  recv(fd: number, target: Uint8Array, flags: number): number;
  shutdown(fd: number, how: number): number;
  setsockopt(fd: number, level: number, name: number, value: Uint8Array): number;
  getsockopt(fd: number, level: number, name: number, value: Uint8Array): number;
  ioctl(fd: number, request: number): number;
  poll(fd: number, events: number, timeout: number): number;
  close(fd: number): number;
  closeLingering(fd: number): object | number;
  lingeringResult(handle: object): number | undefined;
  now(): number;
  openTun(name: string): number;
  read(fd: number, target: Uint8Array): number;
  write(fd: number, bytes: Uint8Array): number;
}

/** Compiles the addon for this machine and loads it. Throws what the compiler says. */
export function loadSystemCalls(): SystemCalls {
  const require = createRequire(import.meta.url);
  const { include_dir: headers } = require('node-api-headers') as { include_dir: string };
  const source = fileURLToPath(new URL('../native/syscalls.c', import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'halfclose-differential-'));
  try {
    const addon = join(folder, 'syscalls.node');
    const flags = ['-std=c11', '-O2', '-fPIC', '-shared', '-Wall', '-Wextra', '-Werror'];
    execFileSync('cc', [...flags, '-isystem', headers, '-o', addon, source], { stdio: 'pipe' });
    return require(addon) as SystemCalls;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
