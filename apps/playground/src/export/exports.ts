import { ladder, type TraceConnection, writePcapng } from '@halfclose/trace';
import type { Source } from '../state/store.ts';
import type { Recording } from '../world/recording.ts';
import { mermaidOf } from './mermaid.ts';
import { packetdrillOf } from './packetdrill.ts';
import { pictureOf } from './pictures.ts';
import { Refusal } from './refusal.ts';
import { testkitTestOf } from './testkit-test.ts';

/** Something that can be taken away from the page. */
export interface Exported {
  readonly file: string;
  readonly type: string;
  readonly content: string | Uint8Array;
}

/** A kind of export. */
export interface ExportKind {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  /**
   * Makes it of all that happened.
   *
   * @throws Refusal that says why it cannot be
   */
  readonly make: (what: Exportable) => Exported;
}

/** What is exported. */
export interface Exportable {
  readonly source: Source;
  readonly recording: Recording;
  readonly connection: TraceConnection | null;
  readonly name: string;
}

function connectionOf({ connection }: Exportable): TraceConnection {
  if (connection === null) throw new Refusal('there is no connection yet');
  return connection;
}

const SVG = 'image/svg+xml';
const TEXT = 'text/plain';

function picture(
  name: 'ladder' | 'sequence' | 'states' | 'timeline',
  title: string,
  about: string,
): ExportKind {
  return {
    name: `${name}-svg`,
    title,
    about,
    make: (what) => ({
      file: `${what.name}-${name}.svg`,
      type: SVG,
      content: pictureOf(name, what.recording, connectionOf(what), what.name, 'auto'),
    }),
  };
}

/** All kinds, in the order in which they are offered. */
export const EXPORTS: readonly ExportKind[] = [
  {
    name: 'pcapng',
    title: 'pcapng',
    about: 'for Wireshark: an interface for each host, each packet where it was sent',
    make: ({ recording: { events }, name }) => {
      if (!events.some(({ type }) => type === 'segment')) throw new Refusal('no packet was sent');
      return {
        file: `${name}.pcapng`,
        type: 'application/octet-stream',
        content: writePcapng(events, { once: true }),
      };
    },
  },
  {
    name: 'ladder-text',
    title: 'Ladder, as text',
    about: 'for mails and issues: 100 columns',
    make: (what) => ({
      file: `${what.name}.txt`,
      type: TEXT,
      content: `${ladder(what.recording.events, { connection: connectionOf(what) })}\n`,
    }),
  },
  picture('ladder', 'Ladder, as SVG', 'light and dark, text stays text'),
  picture('sequence', 'Time-sequence graph, as SVG', 'with bytes in flight and cwnd'),
  picture('states', 'State diagram, as SVG', 'with the paths of both ends'),
  picture('timeline', 'States over time, as SVG', 'how long each end was in which state'),
  {
    name: 'mermaid',
    title: 'Mermaid',
    about: 'a sequence diagram for Markdown',
    make: (what) => ({
      file: `${what.name}.mmd`,
      type: TEXT,
      content: `${mermaidOf(what.recording.events, connectionOf(what))}\n`,
    }),
  },
  {
    name: 'testkit',
    title: 'A test',
    about: 'of @halfclose/testkit: programs on node:net that send the same segments',
    make: ({ source, recording, name }) => {
      if (source.kind !== 'world')
        throw new Refusal('only a world has programs, of which a test could be made');
      return { file: `${name}.test.mjs`, type: TEXT, content: testkitTestOf(recording, source.setup, name) };
    },
  },
  ...(['client', 'server'] as const).map((host): ExportKind => ({
    name: `packetdrill-${host}`,
    title: `A packetdrill script of the ${host}`,
    about: `what the ${host} did and saw: run, it sends the same segments`,
    make: ({ source, recording, name }) => {
      if (source.kind === 'drill' && recording.script !== null)
        return { file: `${name}.pkt`, type: TEXT, content: recording.script.text };
      if (source.kind !== 'world') throw new Refusal('what the programs of a capture called is not known');
      return {
        file: `${name}-${host}.pkt`,
        type: TEXT,
        content: packetdrillOf(recording, source.setup, host),
      };
    },
  })),
];
