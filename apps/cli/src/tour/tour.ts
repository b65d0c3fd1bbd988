import { type CloseReport, formatCloseReport } from '@halfclose/stack';
import { ladder, PcapngTrace, timeline, type TraceEvent } from '@halfclose/trace';
import { type Example, type ExampleOutcome, runExample } from '../example/example.ts';
import type { Page } from '../page.ts';
import { closingJson, exampleJson } from './chapter-json.ts';
import { type Closing, type ClosingOutcome, playClosing, type SideOutcome } from './closing.ts';
import { inWords } from './observation.ts';

const FIRST_PORT = 40_001;
/** Virtual milliseconds between two closings. */
const PAUSE = 1000;

interface TourOptions {
  readonly asJson?: boolean;
  readonly onClosing?: (closing: Closing, events: readonly TraceEvent[]) => void;
}

/**
 * Plays the chapters one after the other and shows them on the page.
 *
 * @param chapters which
 * @param page where they are shown
 * @param options as JSON, a line for each chapter, instead of text; and who is told of each closing, with the events that
 *   its ladder shows
 * @returns a pcapng with the packets of all of them: a section for each example, and one for all closings
 */
export function tour(
  chapters: readonly (Example | Closing)[],
  page: Page,
  { asJson = false, onClosing }: TourOptions = {},
): Uint8Array {
  const sections: Uint8Array[] = [];
  const closings: Uint8Array[] = [];
  let pcapng: PcapngTrace | null = null;
  let start = 0;
  for (const [index, chapter] of chapters.entries()) {
    if (!asJson) {
      page.headline(`${index + 1}. ${chapter.title}`);
      for (const text of chapter.about) page.paragraph(text);
    }
    if ('file' in chapter) {
      const outcome = runExample(chapter, page);
      if (asJson) page.line(JSON.stringify(exampleJson(chapter, outcome)));
      else showExample(outcome, page);
      sections.push(outcome.pcapng);
    } else {
      const outcome = playClosing(chapter, start, FIRST_PORT + index);
      if (asJson) page.line(JSON.stringify(closingJson(chapter, outcome)));
      else showClosing(chapter, outcome, page);
      onClosing?.(chapter, outcome.shown);
      start = outcome.end + PAUSE;
      // Their virtual time begins now, so that the packets of the whole file are in order.
      pcapng ??= new PcapngTrace({ epoch: Date.now(), once: true });
      for (const event of outcome.trace) closings.push(pcapng.record(event));
    }
  }
  if (pcapng !== null) closings.push(pcapng.flush());
  return Buffer.concat([...sections, ...closings]);
}

function showExample({ output, connections, packets, ladder }: ExampleOutcome, page: Page): void {
  page.verbatim(output.trimEnd().replace(/^/gm, '  '));
  page.verbatim(ladder);
  page.line(
    `Halfclose opened ${connections === 1 ? '1 connection' : `${connections} connections`} and sent ${packets} packets.`,
  );
}

function showClosing(
  closing: Closing,
  { client, server, facts, reports, shown }: ClosingOutcome,
  page: Page,
): void {
  const { width, color } = page;
  page.verbatim(ladder(shown, { width, color }));
  if (closing.timeline === true) page.verbatim(timeline(statesOf(shown), { width }));
  page.labelled('client saw', sawOf(client));
  page.labelled('server saw', sawOf(server));
  for (const fact of facts) page.line(fact);
  showReport('client', reports.client, page);
  showReport('server', reports.server, page);
}

function showReport(side: string, report: CloseReport | null, page: Page): void {
  if (report === null) return;
  page.line('');
  page.line(`close report of the ${side}:`);
  page.line(formatCloseReport(report).replace(/^/gm, '  '));
}

function statesOf(events: readonly TraceEvent[]): readonly TraceEvent[] {
  return events.filter(({ type }) => type === 'state');
}

function sawOf({ saw }: SideOutcome): string {
  return saw.map((observation) => inWords(observation)).join(', ');
}
