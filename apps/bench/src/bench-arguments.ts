import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type ParseArgsConfig, parseArgs } from 'node:util';

const WRONG_USE = 2;

/** What a person at the command line got wrong. */
class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * Reads the command line. What is wrong with it is said in one sentence on the standard error output, and the process ends
 * with status 2, before anything is measured.
 *
 * @param name of the command
 * @param options as `parseArgs` has them
 */
export function readArguments<Options extends NonNullable<ParseArgsConfig['options']>>(
  name: string,
  options: Options,
): ReturnType<typeof parseArgs<{ options: Options }>>['values'] {
  return orWrongUse(name, () => parseArgs({ options }).values);
}

/** The number of rounds and the file for results, checked; ends the process as {@link readArguments} does. */
export function checkArguments(
  name: string,
  { rounds, json }: { readonly rounds: string; readonly json?: string | undefined },
): number {
  return orWrongUse(name, () => {
    const count = Number(rounds);
    if (!Number.isInteger(count) || count < 1)
      throw new UsageError('--rounds must be a whole number, 1 or more');
    if (json !== undefined) checkOutput(json);
    return count;
  });
}

function checkOutput(file: string): void {
  const folder = dirname(resolve(file));
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new UsageError(`--json ${file}: there is no directory ${folder}`);
  if (existsSync(file) && statSync(file).isDirectory())
    throw new UsageError(`--json ${file}: that is a directory`);
  try {
    accessSync(existsSync(file) ? file : folder, constants.W_OK);
  } catch (error) {
    throw new UsageError(`--json ${file} cannot be written (${(error as NodeJS.ErrnoException).code})`);
  }
}

function orWrongUse<Result>(name: string, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    const isMistake =
      error instanceof UsageError ||
      (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));
    if (!isMistake) throw error;
    process.stderr.write(`${name}: ${error.message}\n(pnpm ${name} --help lists what there is)\n`);
    process.exit(WRONG_USE);
  }
}
