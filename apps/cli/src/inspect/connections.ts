import { setTimeout as delay } from 'node:timers/promises';
import { formatDump } from '@halfclose/stack';
import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import { errorText } from '../error-text.ts';
import { pageOf } from '../page.ts';
import { closings } from '../tour/chapters.ts';
import { showSnapshots, takeSnapshots } from '../tour/snapshots.ts';
import { untilInterrupted } from '../tun/interruption.ts';
import { ask, type Inspected, socketsOf, type Whose } from './inspection-client.ts';
import { addWhose, readSeconds } from './whose-options.ts';

interface ConnectionsOptions extends Whose {
  readonly at?: readonly number[];
  readonly json?: true;
  readonly watch?: number | true;
}

/** Home, and nothing from there on. */
const CLEAR = '\x1b[H\x1b[J';

/** Adds the command `connections`. */
export function addConnections(program: Command): void {
  const command = program
    .command('connections')
    .alias('ss')
    .description('show the connections of running processes, or of both hosts in a chapter of the tour')
    .addArgument(
      new Argument('[chapter...]', 'chapters of the tour that close a connection').choices(
        closings.map(({ name }) => name),
      ),
    );
  addWhose(command)
    .addOption(new Option('--json', 'as JSON, times in milliseconds'))
    .addOption(
      new Option('--watch [seconds]', 'again and again, each second if nothing else is said').argParser(
        readSeconds,
      ),
    )
    .addOption(
      new Option(
        '--at <ms...>',
        'of a chapter: when, in milliseconds from connect() on (default: 1 ms after each change of a state)',
      ).argParser(addTime),
    )
    .action(connections);
}

function addTime(text: string, others: readonly number[] = []): readonly number[] {
  const time = Number(text);
  if (text.trim() === '' || !(time >= 0 && time <= Number.MAX_SAFE_INTEGER)) {
    throw new InvalidArgumentError('It must be a number of milliseconds, 0 or more.');
  }
  return [...others, time];
}

async function connections(
  names: readonly string[],
  options: ConnectionsOptions,
  command: Command,
): Promise<void> {
  const { at, json, pid, socket, watch } = options;
  const isLive = [pid, socket, watch].some((option) => option !== undefined);
  if (names.length > 0 ? isLive : at !== undefined)
    command.error(
      'error: --at is for chapters of the tour, --pid, --socket and --watch for running processes',
    );
  if (names.length > 0) showChapters(names, at, json === true);
  else if (watch === undefined) show(await inspect(options), json === true);
  else await untilInterrupted(async (interruption) => Promise.race([watchOver(options), interruption]));
}

function showChapters(names: readonly string[], at: readonly number[] | undefined, asJson: boolean): void {
  const page = pageOf(process.stdout, process.env);
  const chosen = closings
    .filter(({ name }) => names.includes(name))
    .map((closing) => ({ closing, snapshots: takeSnapshots(closing, at) }));
  if (asJson) {
    const chapters = chosen.map(({ closing: { name, title }, snapshots }) => ({
      chapter: name,
      title,
      snapshots,
    }));
    page.line(JSON.stringify(chapters));
  } else for (const { closing, snapshots } of chosen) showSnapshots(closing, snapshots, page);
}

async function watchOver(options: ConnectionsOptions): Promise<never> {
  const seconds = options.watch === true || options.watch === undefined ? 1 : options.watch;
  for (;;) {
    const processes = await inspect(options);
    if (options.json !== true) process.stdout.write(process.stdout.isTTY ? CLEAR : '\n');
    show(processes, options.json === true);
    await delay(seconds * 1000);
  }
}

/** What all tell that are meant. One of several that does not is named on stderr, and the others are shown. */
async function inspect(whose: Whose): Promise<readonly Inspected[]> {
  const answers = await Promise.allSettled(
    socketsOf(whose).map(async (path) => {
      const answer = await ask(path, { want: 'connections' });
      answer?.socket.destroy();
      return answer?.reply ?? null;
    }),
  );
  const processes = answers.flatMap((answer) =>
    answer.status === 'fulfilled' && answer.value !== null ? [answer.value] : [],
  );
  const faults = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as Error] : []));
  if (processes.length === 0) throw faults[0] ?? new Error('the process has ended');
  for (const fault of faults) process.stderr.write(`halfclose: ${errorText(fault)}\n`);
  return processes;
}

function show(processes: readonly Inspected[], asJson: boolean): void {
  process.stdout.write(asJson ? `${JSON.stringify(processes)}\n` : processes.map(textOf).join('\n'));
}

function textOf({ pid, command, host, addresses, connections: rows }: Inspected): string {
  const where = [host, ...addresses].join(' ');
  return `${printable(`${pid} ${command} (${where})`)}\n${rows.length === 0 ? 'no connections' : printable(formatDump(rows))}\n`;
}

/** What would move the cursor, say, is not for a terminal. */
function printable(text: string): string {
  return text.replace(/[^\P{C}\n]/gu, '\uFFFD');
}
