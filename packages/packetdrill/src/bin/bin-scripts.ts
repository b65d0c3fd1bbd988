import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { checkArray, checkObject, checkText } from '@halfclose/codec/arguments';
import type { DrillResult } from '../run/drill-result.ts';
import { runText, type RunTextOptions } from '../run/run-text.ts';

/** What the person at the command line got wrong. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * The scripts that files and folders name: of a folder all `.pkt` below it, in the order of their names.
 *
 * @throws TypeError for what are no paths
 * @throws UsageError for one that names no script
 */
export function findScripts(paths: readonly string[]): string[] {
  checkArray('paths', paths);
  for (const [i, path] of paths.entries()) checkText(`paths[${i}]`, path);
  return [...new Set(paths.flatMap(scriptsOf))];
}

function scriptsOf(path: string): string[] {
  if (!existsSync(path)) throw new UsageError(`no such file or folder: ${path}`);
  if (!statSync(path).isDirectory()) return [path];
  const files = readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.pkt'))
    .map((file) => join(path, file))
    .filter((file) => !statSync(file, { throwIfNoEntry: false })?.isDirectory());
  if (files.length === 0) throw new UsageError(`no script found: ${path}`);
  return files.sort();
}

/**
 * Reads and runs a script; the shell scripts that it calls are looked up from its folder.
 *
 * @throws TypeError or RangeError that names the argument which is none
 */
export function runFile(file: string, options: RunTextOptions = {}): DrillResult {
  checkText('file', file);
  checkObject('options', options);
  const readScript = (path: string): string | null => {
    const place = resolve(dirname(file), path);
    return existsSync(place) && statSync(place).isFile() ? readFileSync(place, 'utf8') : null;
  };
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return unreadable(file, messageOf(error));
  }
  return runText(text, { readScript, file, ...options });
}

/** What an error says, for people. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** One file that is not to be read is no reason not to run the others, and has not passed. */
function unreadable(file: string, reason: string): DrillResult {
  const position = { line: 1, column: 1 };
  return {
    file,
    outcome: 'failed',
    failure: { position, text: '', reason, at: 0, actual: null, differences: [] },
    reason: '',
    ignored: [],
    warnings: [],
    printed: [],
    ladder: '',
  };
}
