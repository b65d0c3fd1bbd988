import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { checkText } from '@halfclose/codec/arguments';
import { UsageError } from './bin-scripts.ts';

const LINE = /^(\S+):\s+(\S.*)$/;

/**
 * Scripts that are known to fail, with the reason, by their absolute paths. In the file, each has a line
 * `path/from/this/file.pkt: reason`; lines that begin with `#` are comments.
 *
 * @throws TypeError for what is no path
 * @throws UsageError for a file that is not there, a line of another form, and a script that is not there
 */
export function readKnownFailures(file: string): Map<string, string> {
  checkText('file', file);
  if (!existsSync(file) || !statSync(file).isFile()) throw new UsageError(`no such file: ${file}`);
  const known = new Map<string, string>();
  for (const [index, line] of readFileSync(file, 'utf8').split('\n').entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [, script = '', reason = ''] = LINE.exec(line.trim()) ?? [];
    if (reason === '') throw new UsageError(`${file}:${index + 1}: a line is 'script: reason'`);
    const path = resolve(dirname(file), script);
    if (!existsSync(path)) throw new UsageError(`${file}:${index + 1}: no such script: ${join(script)}`);
    known.set(path, reason);
  }
  return known;
}
