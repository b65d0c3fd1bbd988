import { type Command, InvalidArgumentError, Option } from 'commander';
import { readInteger } from '../tun/tun-options.ts';

/** Of Linux (PID_MAX_LIMIT). */
const MOST_PID = 4_194_304;
/** Of setTimeout, whose milliseconds are an int32. */
const MOST_SECONDS = 2_000_000;

/** Adds the options that say which process is meant. */
export function addWhose(command: Command): Command {
  return command
    .addOption(
      new Option(
        '-p, --pid <pid>',
        'of this process (default: of all that let this user look into them)',
      ).argParser((text) => readInteger(text, 1, MOST_PID)),
    )
    .addOption(new Option('--socket <path>', 'of the process whose HALFCLOSE_INSPECT is this path'));
}

/** A time in seconds. */
export function readSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() === '' || !(seconds >= 0.01 && seconds <= MOST_SECONDS))
    throw new InvalidArgumentError('It must be a number of seconds, 0.01 or more.');
  return seconds;
}
