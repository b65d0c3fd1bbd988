import { checkObject } from '@halfclose/codec/arguments';
import type { Explanation, Outcome } from '../explanation.ts';
import { formatBytes, formatCount, formatDuration, plural } from './units.ts';
import { causesOf } from './headline.ts';

/** Outcomes in the order in which they are told. */
const OUTCOMES: readonly (readonly [Outcome, string])[] = [
  ['orderly', 'ended in order, by FINs of both ends'],
  ['half-closed', 'half-closed at the end of the capture'],
  ['reset', 'reset'],
  ['refused', 'refused'],
  ['unanswered', 'never answered'],
  ['given up', 'with an end that heard nothing any more'],
  ['open', 'open at the end of the capture'],
];
const MOST_SERVERS = 1000;
const SHOWN_SERVERS = 5;

/** What happened to many connections, in numbers. It keeps counts, not connections. */
export class ExplanationSummary {
  readonly #outcomes = new Map<Outcome, number>();
  readonly #closedFirst = new Map<string, number>();
  readonly #resets = new Map<string, number>();
  readonly #servers = new Map<string, number>();
  #count = 0;
  #bytes = 0;
  #retransmissions = 0;
  #longestHalfClose: { readonly number: number; readonly milliseconds: number } | null = null;

  /** How many connections were added. */
  get count(): number {
    return this.#count;
  }

  /** How many of them ended so. */
  countOf(outcome: Outcome): number {
    return this.#outcomes.get(outcome) ?? 0;
  }

  /**
   * Counts a connection.
   *
   * @throws TypeError for what is none.
   */
  add(explanation: Explanation): void {
    checkObject('explanation', explanation, 'an Explanation');
    const { outcome, closedFirst, resets, directions, halfClose, number, server } = explanation;
    this.#count++;
    increment(this.#outcomes, outcome);
    if (closedFirst !== null && outcome === 'orderly') increment(this.#closedFirst, closedFirst);
    const [reset] = resets;
    if (reset !== undefined && (outcome === 'reset' || outcome === 'refused'))
      increment(
        this.#resets,
        `${outcome === 'reset' ? `by the ${reset.side}` : 'refused'}: ${causesOf(reset)}`,
      );
    for (const { bytes, retransmissionCount } of Object.values(directions)) {
      this.#bytes += bytes;
      this.#retransmissions += retransmissionCount;
    }
    if (halfClose !== null && halfClose.milliseconds > (this.#longestHalfClose?.milliseconds ?? 0))
      this.#longestHalfClose = { number, milliseconds: halfClose.milliseconds };
    if (this.#servers.has(server) || this.#servers.size < MOST_SERVERS) increment(this.#servers, server);
  }

  /** What was counted, in lines. */
  format(): string {
    return [...this.#lines()].join('\n');
  }

  /** What was counted, for programs. */
  toJSON(): object {
    return {
      connections: this.#count,
      outcomes: Object.fromEntries(this.#outcomes),
      closedFirst: Object.fromEntries(this.#closedFirst),
      resets: Object.fromEntries(this.#resets),
      bytes: this.#bytes,
      retransmissions: this.#retransmissions,
    };
  }

  *#lines(): Generator<string> {
    yield `${plural(this.#count, 'connection')}, ${formatBytes(this.#bytes)}, ${plural(this.#retransmissions, 'segment')} sent again`;
    const width = formatCount(this.#count).length + 2;
    for (const [outcome, text] of OUTCOMES) {
      const count = this.countOf(outcome);
      if (count === 0) continue;
      yield `${formatCount(count).padStart(width)}  ${text}`;
      if (outcome === 'orderly')
        for (const [side, number] of sorted(this.#closedFirst))
          yield `${' '.repeat(width)}    ${formatCount(number)} closed first by ${side === 'both' ? 'both at once' : `the ${side}`}`;
      if (outcome === 'reset' || outcome === 'refused')
        for (const [cause, number] of sorted(this.#resets))
          if (cause.startsWith('refused') === (outcome === 'refused'))
            yield `${' '.repeat(width)}    ${formatCount(number)} ${cause.replace('refused: ', '')}`;
    }
    if (this.#longestHalfClose !== null) {
      const { number, milliseconds } = this.#longestHalfClose;
      yield `longest half-close: ${formatDuration(milliseconds)}, connection ${number}`;
    }
    const servers = sorted(this.#servers);
    if (servers.length > 1)
      yield `most connections to: ${servers
        .slice(0, SHOWN_SERVERS)
        .map(([server, count]) => `${server} (${formatCount(count)})`)
        .join(', ')}`;
  }
}

function increment<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function sorted<K>(counts: ReadonlyMap<K, number>): [K, number][] {
  return [...counts].sort(([, a], [, b]) => b - a);
}
