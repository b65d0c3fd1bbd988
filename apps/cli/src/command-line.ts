import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drillCommand } from '@halfclose/packetdrill/node';
import { ladderSvg } from '@halfclose/pictures';
import { Command, Option } from 'commander';
import { addExplain } from './capture/explain.ts';
import { addPictures } from './capture/pictures.ts';
import { addCapture } from './inspect/capture.ts';
import { addConnections } from './inspect/connections.ts';
import { pageOf } from './page.ts';
import { chapters } from './tour/chapters.ts';
import { tour } from './tour/tour.ts';
import { addNc } from './tun/nc.ts';
import { addPing } from './tun/ping.ts';
import { addServe } from './tun/serve.ts';

interface TourOptions {
  readonly list?: true;
  readonly only?: readonly string[];
  readonly pcapng?: string;
  readonly svg?: string;
}

/** The command `halfclose`. */
export function commandLine(): Command {
  const program = new Command('halfclose')
    .description('TCP in user space, shown at work.')
    .version(version(), '-v, --version')
    .configureHelp({ minWidthToWrap: 30 })
    // Else the -v of a command would be that of --version.
    .enablePositionalOptions()
    .showHelpAfterError('(halfclose --help lists commands and options)');
  program
    .command('tour')
    .description('show programs on Halfclose, and each way to close a connection')
    .addOption(new Option('--list', 'list the chapters'))
    .addOption(
      new Option('--only <name...>', 'show these chapters only').choices(chapters.map(({ name }) => name)),
    )
    .addOption(
      new Option(
        '--pcapng <file>',
        'where the packets go (default: a file in the directory for temporary files)',
      ),
    )
    .addOption(new Option('--svg <directory>', 'write a ladder of each closing there, as SVG'))
    .action(showTour);
  addConnections(program);
  addCapture(program);
  program.addCommand(drillCommand('drill'));
  addExplain(program);
  addPictures(program);
  addServe(program);
  addNc(program);
  addPing(program);
  return program;
}

function showTour({ list, only, pcapng, svg }: TourOptions): void {
  const page = pageOf(process.stdout, process.env);
  if (list === true) {
    for (const { name, title } of chapters) page.line(`${name.padEnd(20)} ${title}`);
    return;
  }
  const chosen = chapters.filter(({ name }) => only === undefined || only.includes(name));
  if (svg !== undefined) mkdirSync(svg, { recursive: true });
  const packets = tour(chosen, page, ({ name, title }, events) => {
    if (svg !== undefined) writeFileSync(join(svg, `${name}.svg`), ladderSvg(events, { title }));
  });
  const file = pcapng ?? join(mkdtempSync(join(tmpdir(), 'halfclose-tour-')), 'tour.pcapng');
  writeFileSync(file, packets);
  page.line('');
  page.labelled('All packets, for Wireshark', file);
}

function version(): string {
  const manifest = createRequire(import.meta.url)('../package.json') as { version: string };
  return manifest.version;
}
