import { writeFileSync } from 'node:fs';
import { extname } from 'node:path';
import {
  ladderSvg,
  type PictureOptions,
  stateDiagramSvg,
  stateTimelineSvg,
  timeSequenceSvg,
  type Theme,
} from '@halfclose/pictures';
import { ladder, timeline, type TraceEvent } from '@halfclose/trace';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { readOutputFile, STANDARD_OUTPUT } from '../output-path.ts';
import { pageOf } from '../page.ts';
import { DEFAULT_SCALE, MOST_SCALE, PNG_FONTS, PngRenderer } from '../png/png-renderer.ts';
import { uncoveredCharacters } from '../png/uncovered-characters.ts';
import { readInteger } from '../tun/tun-options.ts';
import { UsageError } from '../usage-error.ts';
import { addConnectionFilter, type ConnectionFilter } from './filters.ts';
import { readConnection } from './one-connection.ts';

interface PictureCommandOptions extends ConnectionFilter {
  readonly svg?: string;
  readonly png?: string;
  readonly output?: string;
  readonly scale: number;
  readonly theme: Theme;
  readonly title?: string;
  readonly packets: number;
  readonly sender?: 'client' | 'server';
}

/** What any picture is told. */
type Frame = Pick<PictureOptions, 'theme' | 'title' | 'fonts'>;

/** What shows a connection. */
interface View {
  readonly name: string;
  readonly description: string;
  /** In text, for a terminal so wide; `null`: it is a picture only. */
  readonly inText: ((events: readonly TraceEvent[], width: number, color: boolean) => string) | null;
  readonly asSvg: (events: readonly TraceEvent[], frame: Frame, options: PictureCommandOptions) => string;
}

const DEFAULT_PACKETS = 10_000;

const VIEWS: readonly View[] = [
  {
    name: 'ladder',
    description: 'show one connection of a capture as a ladder, with the states that both ends must have had',
    inText: (events, width, color) => ladder(events, { width, color }),
    asSvg: (events, frame) => ladderSvg(events, frame),
  },
  {
    name: 'timeline',
    description: 'show in which states both ends of a connection of a capture were, and how long',
    inText: (events, width) => timeline(events, { width }),
    asSvg: (events, frame) => stateTimelineSvg(events, frame),
  },
  {
    name: 'sequence',
    description:
      'draw what one end sent as a time-sequence graph, with acknowledgments, window, and bytes in flight',
    inText: null,
    asSvg: (events, frame, { sender }) => timeSequenceSvg(events, { ...frame, ...(sender && { sender }) }),
  },
  {
    name: 'states',
    description: 'draw the state diagram of RFC 9293 with the paths that both ends took',
    inText: null,
    asSvg: (events, frame) => stateDiagramSvg(events, frame),
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
        new Option('--png <file>', "write a PNG there; '-': to the standard output").argParser(
          readOutputFile,
        ),
      )
      .addOption(
        new Option('-o, --output <file>', 'write an SVG or a PNG there, as its name ends')
          .argParser(readPictureFile)
          .conflicts(['svg', 'png']),
      )
      .addOption(
        new Option('--scale <factor>', `pixels of the PNG for each of the SVG, up to ${MOST_SCALE}`)
          .argParser(readScale)
          .default(DEFAULT_SCALE),
      )
      .addOption(
        new Option(
          '--theme <name>',
          'colours of the picture; auto: in an SVG as the system has it, in a PNG light',
        )
          .choices(['auto', 'light', 'dark'])
          .default('auto'),
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

/** A file for a picture, whose name says which kind it is to be. */
function readPictureFile(path: string): string {
  if (kindOf(path) === null) throw new InvalidArgumentError('Its name must end in .svg or .png.');
  return readOutputFile(path);
}

function kindOf(path: string): 'svg' | 'png' | null {
  const extension = extname(path).toLowerCase();
  return extension === '.svg' ? 'svg' : extension === '.png' ? 'png' : null;
}

function readScale(text: string): number {
  const scale = Number(text);
  if (!(scale > 0 && scale <= MOST_SCALE))
    throw new InvalidArgumentError(`It must be a number above 0, ${MOST_SCALE} at most.`);
  return scale;
}

/** Where pictures go; `undefined`: there is to be none of that kind. */
interface Destinations {
  readonly svg: string | undefined;
  readonly png: string | undefined;
}

function destinationsOf({ output, svg, png }: PictureCommandOptions, { inText }: View): Destinations {
  if (output !== undefined)
    return kindOf(output) === 'png' ? { svg: undefined, png: output } : { svg: output, png: undefined };
  if (svg === STANDARD_OUTPUT && png === STANDARD_OUTPUT)
    throw new UsageError('of --svg and --png one can go to the standard output');
  if (png === STANDARD_OUTPUT && process.stdout.isTTY)
    throw new UsageError('a PNG is nothing for a terminal: give --png a file, or pipe it');
  const isDefault = svg === undefined && png === undefined && inText === null;
  return { svg: isDefault ? STANDARD_OUTPUT : svg, png };
}

async function show(view: View, file: string, options: PictureCommandOptions): Promise<void> {
  const { svg, png } = destinationsOf(options, view);
  // Before the work: it may not be installed.
  const renderer = png === undefined ? null : await PngRenderer.load();
  const { events, left } = await readConnection(file, options, options.packets);
  if (left > 0)
    process.stderr.write(`halfclose: ${left} more packets of it are left out; --packets shows more\n`);
  const { theme, title, scale } = options;
  const draw = (frame: Frame): string => {
    const drawn = view.asSvg(events, { ...frame, ...(title !== undefined && { title }) }, options);
    if (drawn === '') throw new Error(`${file}: nothing of that connection can be drawn so`);
    return drawn;
  };
  if (svg !== undefined) write(svg, draw({ theme }));
  if (png !== undefined && renderer !== null) {
    warnOfGaps(title ?? '');
    const drawn = draw({ theme: theme === 'auto' ? 'light' : theme, fonts: PNG_FONTS });
    write(png, renderer.render(drawn, scale));
  }
  if (svg !== undefined || png !== undefined || view.inText === null) return;
  const page = pageOf(process.stdout, process.env);
  page.line(view.inText(events, page.width, page.color));
}

function warnOfGaps(title: string): void {
  const missing = uncoveredCharacters(title);
  if (missing.length > 0)
    process.stderr.write(
      `halfclose: the fonts of PNG files do not have ${missing.join(' ')}, which are left out of it; an SVG shows them\n`,
    );
}

function write(path: string, picture: string | Uint8Array): void {
  if (path === STANDARD_OUTPUT) process.stdout.write(picture);
  else writeFileSync(path, picture);
}
