import { lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codedError } from '../errors.ts';

/** Where the sockets are by which processes of one user let themselves be looked into, each called `<pid>.sock`. */
export function inspectionDirectory(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const runtime = environment['XDG_RUNTIME_DIR'];
  return runtime === undefined || runtime === ''
    ? join(tmpdir(), `halfclose-${userId()}`)
    : join(runtime, 'halfclose');
}

/**
 * Makes the directory, with mode 0700, unless it is there.
 *
 * @throws Error with code `ERR_HALFCLOSE_INSPECT` where it is there and others could use it; the system's error
 */
export function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  requireOurs(path, 'directory');
}

/**
 * Paths of the sockets in it, oldest process first; none where there is no directory.
 *
 * @throws Error with code `ERR_HALFCLOSE_INSPECT` where others could use the directory; the system's error
 */
export function inspectionSockets(path: string = inspectionDirectory()): string[] {
  let names: string[];
  try {
    names = readdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  requireOurs(path, 'directory');
  return names
    .filter((name) => /^\d+(-\d+)?\.sock$/.test(name))
    .sort((a, b) => parseInt(a, 10) - parseInt(b, 10) || (a < b ? -1 : 1))
    .map((name) => join(path, name));
}

/**
 * That what is at `path` is of this kind, of this user, and closed to all others: whoever can put something there could have
 * another's connections be taken for ours.
 */
export function requireOurs(path: string, kind: 'directory' | 'socket'): void {
  // Not what a link leads to.
  const found = lstatSync(path);
  const isOfKind = kind === 'directory' ? found.isDirectory() : found.isSocket();
  if (isOfKind && found.uid === userId() && (found.mode & 0o077) === 0) return;
  throw inspectError(
    `${path} must be a ${kind} of this user that is closed to all others (mode ${kind === 'directory' ? '0700' : '0600'})`,
  );
}

/** An error of ours. */
function inspectError(message: string): Error {
  return codedError(Error, 'ERR_HALFCLOSE_INSPECT', message);
}

function userId(): number {
  if (process.getuid === undefined)
    throw inspectError('a process can be looked into where users have numbers only: not on Windows');
  return process.getuid();
}
