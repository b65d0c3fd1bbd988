import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import tab from '@bomb.sh/tab/commander';
import { drillCommand } from '@halfclose/packetdrill/node';
import { ladderSvg } from '@halfclose/pictures';
import { Command, Option } from 'commander';
import { addExplain } from './capture/explain.ts';
import { addPictures } from './capture/pictures.ts';
import { addCapture } from './inspect/capture.ts';
import { addConnections } from './inspect/connections.ts';
import { readOutputDirectory, readOutputFile, STANDARD_OUTPUT } from './output-path.ts';
import { pageOf } from './page.ts';
import { DEFAULT_SCALE, PNG_FONTS, PngRenderer } from './png/png-renderer.ts';
import { chapters } from './tour/chapters.ts';
import { tour } from './tour/tour.ts';
import { addNc } from './tun/nc.ts';
import { addPing } from './tun/ping.ts';
import { addServe } from './tun/serve.ts';
import { UsageError } from './usage-error.ts';

interface TourOptions {
  readonly list?: true;
  readonly json?: true;
  readonly only?: readonly string[];
  readonly pcapng?: string;
  readonly svg?: string;
  readonly png?: string;
}

/** The command `halfclose`. */
export function commandLine(): Command {
  const program = new Command('halfclose')
    .description('TCP in user space, shown at work.')
    .version(version(), '-v, --version')
    .configureHelp({ minWidthToWrap: 30 })
    // Else the -v of a command would be that of --version.
    .enablePositionalOptions()
    // Throws, so that main.ts sets the exit status; the commands below take it over.
    .exitOverride()
    .showHelpAfterError('(halfclose --help lists commands and options)');
  program
    .command('tour')
    .description('show programs on Halfclose, and each way to close a connection')
    .addOption(new Option('--list', 'list the chapters'))
    .addOption(
      new Option('--only <name...>', 'show these chapters only').choices(chapters.map(({ name }) => name)),
    )
    .addOption(new Option('--json', 'a line of JSON for each chapter, times in milliseconds'))
    .addOption(
      new Option('--pcapng <file>', 'write all packets there, for Wireshark').argParser(readOutputFile),
    )
    .addOption(
      new Option('--svg <directory>', 'write a ladder of each closing there, as SVG').argParser(
        readOutputDirectory,
      ),
    )
    .addOption(
      new Option('--png <directory>', 'write a ladder of each closing there, as PNG').argParser(
        readOutputDirectory,
      ),
    )
    .action(showTour);
  addConnections(program);
  addCapture(program);
  program.addCommand(drillCommand('drill'));
  addExplain(program);
  addPictures(program);
  addServe(program);
  addNc(program);
  addPing(program);
  // For the shells; what they ask for suggestions is hidden.
  tab(program, { completionCommandName: 'completion' });
  return program;
}

async function showTour({ list, json, only, pcapng, svg, png }: TourOptions): Promise<void> {
  const page = pageOf(process.stdout, process.env);
  if (list === true) {
    for (const { name, title } of chapters)
      page.line(json === true ? JSON.stringify({ chapter: name, title }) : `${name.padEnd(20)} ${title}`);
    return;
  }
  if (pcapng === STANDARD_OUTPUT)
    throw new UsageError('--pcapng needs a file: the tour itself goes to the standard output');
  const chosen = chapters.filter(({ name }) => only === undefined || only.includes(name));
  // Before the work: it may not be installed.
  const renderer = png === undefined ? null : await PngRenderer.load();
  for (const directory of [svg, png]) if (directory !== undefined) mkdirSync(directory, { recursive: true });
  const packets = tour(chosen, page, {
    asJson: json === true,
    onClosing: ({ name, title }, events) => {
      if (svg !== undefined) writeFileSync(join(svg, `${name}.svg`), ladderSvg(events, { title }));
      if (renderer === null || png === undefined) return;
      const drawn = ladderSvg(events, { title, theme: 'light', fonts: PNG_FONTS });
      writeFileSync(join(png, `${name}.png`), renderer.render(drawn, DEFAULT_SCALE));
    },
  });
  if (pcapng !== undefined) writeFileSync(pcapng, packets);
  if (json === true) return;
  page.line('');
  if (pcapng === undefined)
    page.line('With --pcapng FILE, all packets of it are written there, for Wireshark.');
  else page.labelled('All packets, for Wireshark', pcapng);
}

function version(): string {
  const manifest = createRequire(import.meta.url)('../package.json') as { version: string };
  return manifest.version;
}
