import { accessSync, constants, type Stats, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';

/** Stands for the standard output. */
export const STANDARD_OUTPUT = '-';

/**
 * A file that is to be written, for `argParser`: looked at before any work is done, so that none is lost. `-` is let
 * through.
 *
 * @throws InvalidArgumentError where no file can be written there
 */
export function readOutputFile(path: string): string {
  if (path === STANDARD_OUTPUT) return path;
  const stats = statOf(path);
  if (stats?.isDirectory() === true) throw new InvalidArgumentError('It is a directory.');
  if (stats === null) requireDirectory(dirname(resolve(path)));
  requireAccess(stats === null ? dirname(resolve(path)) : path);
  return path;
}

/**
 * A directory that files are to be written to, for `argParser`; it need not be there yet.
 *
 * @throws InvalidArgumentError where there is something else, or none can be made
 */
export function readOutputDirectory(path: string): string {
  let nearest = resolve(path);
  while (statOf(nearest) === null && dirname(nearest) !== nearest) nearest = dirname(nearest);
  requireDirectory(nearest);
  requireAccess(nearest);
  return path;
}

function requireDirectory(path: string): void {
  const stats = statOf(path);
  if (stats === null) throw new InvalidArgumentError(`There is no directory ${path}.`);
  if (!stats.isDirectory()) throw new InvalidArgumentError(`${path} is no directory.`);
}

function requireAccess(path: string): void {
  try {
    accessSync(path, constants.W_OK);
  } catch (error) {
    throw new InvalidArgumentError(
      `${path} cannot be written to (${(error as NodeJS.ErrnoException).code}).`,
    );
  }
}

function statOf(path: string): Stats | null {
  try {
    return statSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    throw new InvalidArgumentError(`It cannot be looked at (${code}).`);
  }
}
