import { checkArray, checkObject } from '@halfclose/codec/arguments';
import type { Explanation, ResetReport } from '../explanation.ts';
import type { Side } from '../mark.ts';
import { formatDuration, plural } from '../report/units.ts';

/** Two connections, of one capture each, that belong together. */
export interface Match {
  /** The connection as the first capture has it. */
  readonly first: Explanation;
  /** The one of the second capture that belongs to it. */
  readonly second: Explanation;
  /**
   * `same`: one connection, seen from two places: both SYNs have the same numbers. `proxied`: the second one begins while the
   * first one lives, from the address that that one goes to: likely, not sure.
   */
  readonly how: 'same' | 'proxied';
  /** Milliseconds from the first packet of the first one to that of the second one, by the clocks of both captures. */
  readonly later: number;
  /** RSTs that one of the captures has and the other one has not, where both are of one connection. */
  readonly onlyInFirst: readonly ResetReport[];
  /** The same the other way round. */
  readonly onlyInSecond: readonly ResetReport[];
}

/** The most that the clocks of both captures may differ, in milliseconds, for one connection to be a proxy's for another. */
const CLOCKS = 1000;

/**
 * Finds the connections of two captures that belong together: of both ends, or of before and behind a NAT or a proxy.
 *
 * @throws TypeError for what are no arrays.
 */
export function matchExplanations(first: readonly Explanation[], second: readonly Explanation[]): Match[] {
  checkArray('first', first);
  checkArray('second', second);
  const byNumbers = new Map<string, Explanation>();
  for (const each of second) {
    const key = keyOf(each);
    if (key !== null) byNumbers.set(key, each);
  }
  const taken = new Set<Explanation>();
  const matches: Match[] = [];
  for (const each of first) {
    const same = byNumbers.get(keyOf(each) ?? '');
    const found = same ?? proxied(each, second, taken);
    if (found === undefined) continue;
    taken.add(found);
    matches.push(matchOf(each, found, same === undefined ? 'proxied' : 'same'));
  }
  return matches;
}

/** By the numbers of both SYNs; if one is not there, nothing is known. */
function keyOf({ initial: { client, server } }: Explanation): string | null {
  return client === null || server === null ? null : `${client} ${server}`;
}

function proxied(
  { server, first, last, initial }: Explanation,
  candidates: readonly Explanation[],
  taken: ReadonlySet<Explanation>,
): Explanation | undefined {
  if (initial.client === null) return undefined;
  const proxy = addressOf(server);
  return candidates.find(
    (each) =>
      !taken.has(each) &&
      addressOf(each.client) === proxy &&
      each.first.time >= first.time - CLOCKS &&
      each.first.time <= last.time + CLOCKS,
  );
}

function addressOf(endpoint: string): string {
  return endpoint.slice(0, endpoint.lastIndexOf(':'));
}

function matchOf(first: Explanation, second: Explanation, how: Match['how']): Match {
  const isSame = how === 'same';
  return {
    first,
    second,
    how,
    later: second.first.time - first.first.time,
    onlyInFirst: isSame ? onlyIn(first, second) : [],
    onlyInSecond: isSame ? onlyIn(second, first) : [],
  };
}

/** RSTs of one end that the other capture has fewer of. */
function onlyIn(one: Explanation, other: Explanation): ResetReport[] {
  const countOf = (side: Side) => other.resets.filter((reset) => reset.side === side).length;
  return (['client', 'server'] as const).flatMap((side) =>
    one.resets.filter((reset) => reset.side === side).slice(countOf(side)),
  );
}

/**
 * A match in words: which connections, and what only one of the captures has.
 *
 * @throws TypeError for what is no match.
 */
export function formatMatch(match: Match): string {
  checkObject('match', match, 'a Match');
  const { first, second, how, later, onlyInFirst, onlyInSecond } = match;
  const what = how === 'same' ? 'is' : 'goes on, most likely, as';
  const when = `${formatDuration(Math.abs(later))} ${later < 0 ? 'earlier' : 'later'} by its clock`;
  const lines = [
    `${first.number}. ${first.client} > ${first.server} of the first ${what} ` +
      `${second.number}. ${second.client} > ${second.server} of the second capture, ${when}`,
  ];
  if (how === 'proxied')
    lines.push(
      `  closed first: ${first.closedFirst ?? 'nobody'} there, ${second.closedFirst ?? 'nobody'} here` +
        ` (${first.outcome}, ${second.outcome})`,
    );
  lines.push(...onlyLines('first', 'second', onlyInFirst), ...onlyLines('second', 'first', onlyInSecond));
  return lines.join('\n');
}

function* onlyLines(here: string, there: string, resets: readonly ResetReport[]): Generator<string> {
  const [reset] = resets;
  if (reset === undefined) return;
  const all = resets.length === 1 ? `the RST in packet ${reset.number}` : plural(resets.length, 'RST');
  yield `  ${all} of the ${here}, from the ${reset.side}, ${resets.length === 1 ? 'is' : 'are'} not in the ${there}: made or lost between the two places`;
}
