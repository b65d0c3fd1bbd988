import { writeFileSync } from 'node:fs';
import {
  ladderSvg,
  stateDiagramSvg,
  stateTimelineSvg,
  timeSequenceSvg,
  type Theme,
} from '@halfclose/pictures';
import { ladder, timeline, type TraceEvent } from '@halfclose/trace';
import { type Command, Option } from 'commander';
import { readOutputFile, STANDARD_OUTPUT } from '../output-path.ts';
import { pageOf } from '../page.ts';
import { readInteger } from '../tun/tun-options.ts';
import { addConnectionFilter, type ConnectionFilter } from './filters.ts';
import { readConnection } from './one-connection.ts';

interface PictureCommandOptions extends ConnectionFilter {
  readonly svg?: string;
  readonly theme: Theme;
  readonly title?: string;
  readonly packets: number;
  readonly sender?: 'client' | 'server';
}

/** What shows a connection. */
interface View {
  readonly name: string;
  readonly description: string;
  /** In text, for a terminal so wide; `null`: it is a picture only. */
  readonly inText: ((events: readonly TraceEvent[], width: number, color: boolean) => string) | null;
  readonly asSvg: (events: readonly TraceEvent[], options: PictureCommandOptions) => string;
}

const DEFAULT_PACKETS = 10_000;

const VIEWS: readonly View[] = [
  {
    name: 'ladder',
    description: 'show one connection of a capture as a ladder, with the states that both ends must have had',
    inText: (events, width, color) => ladder(events, { width, color }),
    asSvg: (events, options) => ladderSvg(events, framed(options)),
  },
  {
    name: 'timeline',
    description: 'show in which states both ends of a connection of a capture were, and how long',
    inText: (events, width) => timeline(events, { width }),
    asSvg: (events, options) => stateTimelineSvg(events, framed(options)),
  },
  {
    name: 'sequence',
    description:
      'draw what one end sent as a time-sequence graph, with acknowledgments, window, and bytes in flight',
    inText: null,
    asSvg: (events, options) =>
      timeSequenceSvg(events, { ...framed(options), ...(options.sender && { sender: options.sender }) }),
  },
  {
    name: 'states',
    description: 'draw the state diagram of RFC 9293 with the paths that both ends took',
    inText: null,
    asSvg: (events, options) => stateDiagramSvg(events, framed(options)),
  },
];

/** Adds the commands that show one connection of a capture. */
export function addPictures(program: Command): void {
  for (const view of VIEWS) {
    const where =
      view.inText === null ? '(default: the standard output)' : '(default: text, on the standard output)';
    const command = program
      .command(view.name)
      .description(view.description)
      .argument('<file>', "pcap or pcapng, also gzipped; '-': the standard input")
      .addOption(
        new Option('--svg <file>', `write an SVG there; '-': to the standard output ${where}`).argParser(
          readOutputFile,
        ),
      )
      .addOption(
        new Option('--theme <name>', 'colours of the SVG').choices(['auto', 'light', 'dark']).default('auto'),
      )
      .addOption(new Option('--title <text>', 'its headline (default: the addresses)'))
      .addOption(
        new Option('--packets <count>', 'packets that are shown, the first ones')
          .argParser((text) => readInteger(text, 1, Number.MAX_SAFE_INTEGER))
          .default(DEFAULT_PACKETS),
      )
      .action((file: string, options: PictureCommandOptions) => show(view, file, options));
    if (view.name === 'sequence')
      command.addOption(
        new Option('--sender <end>', 'whose data (default: who sent more)').choices(['client', 'server']),
      );
    addConnectionFilter(command);
  }
}

function framed({ theme, title }: PictureCommandOptions): { theme: Theme; title?: string } {
  return { theme, ...(title !== undefined && { title }) };
}

async function show(view: View, file: string, options: PictureCommandOptions): Promise<void> {
  const { events, left } = await readConnection(file, options, options.packets);
  const page = pageOf(process.stdout, process.env);
  if (left > 0)
    process.stderr.write(`halfclose: ${left} more packets of it are left out; --packets shows more\n`);
  const { svg } = options;
  if (svg === undefined && view.inText !== null) {
    page.line(view.inText(events, page.width, page.color));
    return;
  }
  const drawn = view.asSvg(events, options);
  if (svg === undefined || svg === STANDARD_OUTPUT) process.stdout.write(drawn);
  else writeFileSync(svg, drawn);
}
