import type { Example, ExampleOutcome } from '../example/example.ts';
import type { Closing, ClosingOutcome } from './closing.ts';

/** A program of the tour for programs: what it printed, and what its connections took. */
export function exampleJson(
  { name, title }: Example,
  { output, connections, packets, ladder }: ExampleOutcome,
): object {
  return { chapter: name, title, output, connections, packets, ladder };
}

/**
 * A closing of the tour for programs: what the calls of both sides returned, the states that they went through, how many
 * FINs and RSTs they sent, and how each says that the connection ended. Times are in milliseconds of virtual time.
 */
export function closingJson(
  { name, title }: Closing,
  { client, server, facts, reports }: ClosingOutcome,
): object {
  return {
    chapter: name,
    title,
    client: { ...client, report: reports.client },
    server: { ...server, report: reports.server },
    facts,
  };
}
