import { formatEndpoint } from '@halfclose/trace';
import type { Explanation, HalfClose, Outcome, ResetReport } from '../explanation.ts';
import type { Flow } from '../flow/flow.ts';
import type { ResetLog } from '../flow/reset-log.ts';
import { type Mark, markOf, type Side } from '../mark.ts';
import type { ResetCause } from '../reset/reset-cause.ts';
import { decideReset } from '../reset/reset-rules.ts';
import type { ResetSeen } from '../reset/reset-seen.ts';
import { directionOf } from './direction-of.ts';
import { endStateOf } from './end-state-of.ts';
import { errorName } from './error-name.ts';
import { openingOf } from './opening-of.ts';

/** What only happens where a connection was accepted, or was to be. */
const OF_LISTENERS: readonly ResetCause[] = ['listener closed', 'accept queue full'];

/** Repetitions that nothing answered: from here on, an end is taken to be on its own. */
const ON_ITS_OWN = 3;

/** What happened to a connection; `end`: when the capture ends, in milliseconds; `found`: where a search found its text. */
export function explainFlow(flow: Flow, log: ResetLog, end: number, found: readonly Mark[]): Explanation {
  const resets = flow.resets.map((reset) => reportOf(reset, flow, log));
  const opening = openingOf(flow);
  const wasReset = resets.some(({ cause }) => cause !== 'already reset' && cause !== 'connection over');
  const outcome = outcomeOf(flow, opening.how, wasReset);
  return {
    number: flow.number,
    client: formatEndpoint(flow.client.endpoint),
    server: formatEndpoint(flow.server.endpoint),
    first: markOf(flow.first),
    last: markOf(flow.last),
    packets: flow.packets,
    repeated: flow.repeated,
    initial: { client: flow.client.initial, server: flow.server.initial },
    opening,
    outcome,
    ...closedFirstOf(flow, resets),
    directions: {
      client: directionOf(flow.client, resets.length > 0),
      server: directionOf(flow.server, resets.length > 0),
    },
    halfClose: halfCloseOf(flow, end),
    resets,
    errors: flow.errors.map((error) => ({
      ...markOf(error),
      side: error.side,
      from: error.from,
      what: errorName(error),
    })),
    states: { client: endStateOf(flow, 'client', end), server: endStateOf(flow, 'server', end) },
    found,
  };
}

function reportOf(reset: ResetSeen, flow: Flow, log: ResetLog): ResetReport {
  const { endpoint } = flow.side(reset.side);
  const facts = new Set(reset.facts);
  if (reset.segmentsAfter > 0) facts.add('X goes on');
  if (log.isTogether(endpoint, reset.time)) facts.add('others together');
  if (log.refusesAfter(endpoint, reset.time)) facts.add('port refuses');
  const { cause, certainty, others, id, rows } = decideReset(facts);
  const isClient = facts.has('X opened');
  const { side, trigger, hopLimit, usualHopLimit } = reset;
  return {
    ...markOf(reset),
    side,
    cause,
    certainty,
    others: others.filter((other) => !(isClient && OF_LISTENERS.includes(other))),
    rule: id,
    rows,
    facts: [...facts],
    answers: trigger,
    hopLimit,
    usualHopLimit,
  };
}

function outcomeOf(flow: Flow, how: Explanation['opening']['how'], wasReset: boolean): Outcome {
  const { client, server } = flow;
  if (how === 'refused' || how === 'unanswered') return how;
  const endedBy = Math.max(client.finAcked?.number ?? Infinity, server.finAcked?.number ?? Infinity);
  const areEnded = endedBy < Infinity;
  const [reset] = flow.resets;
  if (wasReset && (reset?.number ?? 0) < endedBy) return 'reset';
  if (areEnded) return 'orderly';
  if (how === 'half-open' && !wasReset) return 'unanswered';
  if (client.unansweredRepeats >= ON_ITS_OWN || server.unansweredRepeats >= ON_ITS_OWN) return 'given up';
  if (client.finSeq !== null && server.finSeq !== null) return 'orderly';
  if (client.finSeq !== null || server.finSeq !== null) return 'half-closed';
  return reset === undefined ? 'open' : 'reset';
}

function closedFirstOf(
  flow: Flow,
  resets: readonly ResetReport[],
): Pick<Explanation, 'closedFirst' | 'closedBy'> {
  const { firstFin: fin } = flow;
  // What was forged ends the connection, but neither end has closed it.
  const reset = resets.find(({ cause, certainty }) => cause !== 'middlebox' || certainty === 'open') ?? null;
  if (fin !== null && (reset === null || fin.number < reset.number))
    return { closedFirst: fin.isCrossed ? 'both' : fin.side, closedBy: markOf(fin) };
  return reset === null
    ? { closedFirst: null, closedBy: null }
    : { closedFirst: reset.side, closedBy: markOf(reset) };
}

/** From the first FIN to what ended the other stream. */
function halfCloseOf(flow: Flow, end: number): HalfClose | null {
  const fin = flow.firstFin;
  if (fin === null || fin.isCrossed) return null;
  const peer: Side = fin.side === 'client' ? 'server' : 'client';
  const reset = flow.resets.find(({ number }) => number > fin.number) ?? null;
  const to = earlier(fin.second, reset);
  const bytes = Math.max(0, (flow.side(peer).finSeq ?? flow.side(peer).next) - fin.peerNext);
  return {
    by: fin.side,
    from: markOf(fin),
    to: to === null ? null : markOf(to),
    milliseconds: (to?.time ?? end) - fin.time,
    bytes,
  };
}

function earlier(a: Mark | null, b: Mark | null): Mark | null {
  if (a === null || b === null) return a ?? b;
  return a.number < b.number ? a : b;
}
