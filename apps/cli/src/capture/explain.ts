import {
  Explainer,
  type Explanation,
  ExplanationSummary,
  formatExplanation,
  formatMatch,
  headlineOf,
  matchExplanations,
} from '@halfclose/explain';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Page, pageOf } from '../page.ts';
import { addConnectionFilter, type ConnectionFilter, isWanted, OUTCOMES } from './filters.ts';
import { readCapture } from './read-capture.ts';

interface ExplainOptions extends ConnectionFilter {
  readonly json?: true;
  readonly full?: true;
  readonly summary?: true;
  readonly only?: readonly string[];
  readonly find?: Uint8Array;
  readonly failOn?: readonly string[];
}

/** Up to so many connections are told of in full unless told otherwise. */
const MOST_IN_FULL = 8;
/** Connections that are kept to be listed; beyond that, there are only sums. */
const MOST_LISTED = 20_000;

/** Exit statuses beside 0, 1 for what cannot be read, and 2 for wrong use. */
const ExplainStatus = { FAILED_ON: 3, NOTHING_FOUND: 4 } as const;

const STATUSES = `
Exit status: 0; 1 if a file cannot be read; 2 for wrong use; ${ExplainStatus.FAILED_ON} if one ended as --fail-on says; ${ExplainStatus.NOTHING_FOUND} if no connection is as wanted.
Several files are compared: connections seen from both ends, or before and behind a proxy, are matched.`;

/** Adds the command `explain`. */
export function addExplain(program: Command): void {
  const command = program
    .command('explain')
    .description('tell of each connection of a capture who closed first, how it ended, and what each RST was')
    .argument('<file...>', "pcap or pcapng, also gzipped; '-': the standard input")
    .addOption(new Option('--only <outcome...>', 'that ended so').choices(Object.keys(OUTCOMES)))
    .addOption(
      new Option('--find <text>', 'that sent this text, in either direction; \\xNN is a byte').argParser(
        readText,
      ),
    )
    .addOption(new Option('--full', `everything of each (default: of up to ${MOST_IN_FULL})`))
    .addOption(new Option('--summary', 'sums only'))
    .addOption(new Option('--json', 'a line of JSON for each connection, and one for the sums'))
    .addOption(
      new Option('--fail-on <outcome...>', `exit status ${ExplainStatus.FAILED_ON} if one ended so`).choices(
        Object.keys(OUTCOMES),
      ),
    )
    .addHelpText('after', STATUSES)
    .action(explain);
  addConnectionFilter(command);
}

/** `\x16\x03` and the like stand for bytes, `\\` for a backslash. */
function readText(text: string): Uint8Array {
  if (text === '') throw new InvalidArgumentError('It must have a character at least.');
  const bytes = Buffer.from(text, 'utf8').toString('latin1');
  const unescaped = bytes.replace(/\\(?:x([\da-f]{2})|(.?))/gi, (_, hex?: string, other?: string) => {
    if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16));
    if (other === '\\') return other;
    throw new InvalidArgumentError(
      "A backslash must be followed by 'xNN', NN a byte, or by another backslash.",
    );
  });
  return Buffer.from(unescaped, 'latin1');
}

async function explain(files: readonly string[], options: ExplainOptions): Promise<void> {
  const page = pageOf(process.stdout, process.env);
  const captures: Explanation[][] = [];
  let found = 0;
  let hasFailed = false;
  for (const file of files) {
    const summary = new ExplanationSummary();
    const kept: Explanation[] = [];
    const explainer = new Explainer({
      onConnection: (explanation) => {
        if (!isAsked(explanation, options)) return;
        summary.add(explanation);
        hasFailed ||= isOneOf(explanation, options.failOn ?? []);
        if (options.json === true) page.line(JSON.stringify({ file, ...explanation }));
        const isListed = options.json !== true && options.summary !== true;
        if ((isListed || files.length > 1) && kept.length < MOST_LISTED) kept.push(explanation);
      },
      ...(options.find && { find: options.find }),
    });
    const { warning } = await readCapture(file, (captured) => {
      explainer.add(captured);
    });
    explainer.end();
    if (warning !== '') process.stderr.write(`halfclose: ${warning}\n`);
    found += summary.count;
    kept.sort((a, b) => a.number - b.number);
    captures.push(kept);
    if (options.json === true) page.line(JSON.stringify({ file, summary, warning }));
    else show(file, kept, summary, explainer.connections, options, page);
  }
  if (options.json !== true) showMatches(files, captures, page);
  if (found === 0) process.exitCode = ExplainStatus.NOTHING_FOUND;
  else if (hasFailed) process.exitCode = ExplainStatus.FAILED_ON;
}

function isAsked(explanation: Explanation, options: ExplainOptions): boolean {
  if (!isWanted(explanation, options)) return false;
  if (options.find !== undefined && explanation.found.length === 0) return false;
  return options.only === undefined || isOneOf(explanation, options.only);
}

function isOneOf({ outcome }: Explanation, names: readonly string[]): boolean {
  return names.some((name) => OUTCOMES[name] === outcome);
}

function show(
  file: string,
  kept: readonly Explanation[],
  summary: ExplanationSummary,
  connections: number,
  options: ExplainOptions,
  page: Page,
): void {
  const of = summary.count === connections ? '' : ` of ${connections}`;
  page.headline(`${file}: ${summary.count}${of} ${connections === 1 ? 'connection' : 'connections'}`);
  if (options.summary !== true) {
    if (options.full === true || kept.length <= MOST_IN_FULL)
      for (const each of kept) page.verbatim(formatExplanation(each, { width: page.width }));
    else {
      for (const each of kept) page.line(rowOf(each));
      if (summary.count > kept.length) page.line(`... and ${summary.count - kept.length} more`);
      page.line('');
    }
  }
  if (summary.count !== 1 || options.summary === true) page.line(summary.format());
}

/** `  3  10.0.0.1:40001 > 10.0.0.2:80  orderly; the client closed first` */
function rowOf(explanation: Explanation): string {
  const { number, client, server } = explanation;
  return `${String(number).padStart(4)}  ${`${client} > ${server}`.padEnd(43)}  ${headlineOf(explanation)}`;
}

function showMatches(
  files: readonly string[],
  captures: readonly (readonly Explanation[])[],
  page: Page,
): void {
  const [first = [], ...others] = captures;
  for (const [index, other] of others.entries()) {
    const matches = matchExplanations(first, other);
    // Of many files, most have nothing to do with each other.
    if (matches.length === 0 && others.length > 1) continue;
    page.headline(`${files[0] ?? ''} and ${files[index + 1] ?? ''}: ${matches.length} matched`);
    for (const match of matches) page.line(formatMatch(match));
  }
}
