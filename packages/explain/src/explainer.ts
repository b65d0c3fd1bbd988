import type { CapturedPacket } from '@halfclose/capture';
import {
  checkFunction,
  checkInteger,
  checkObject,
  checkOctets,
  checkOptions,
  type OptionNames,
} from '@halfclose/codec/arguments';
import type { Explanation } from './explanation.ts';
import type { Flow } from './flow/flow.ts';
import { FlowTable } from './flow/flow-table.ts';
import type { SeenSegment } from './flow/flow-segment.ts';
import type { Mark, Side } from './mark.ts';
import { explainFlow } from './report/explain-flow.ts';
import { StreamSearch } from './search/stream-search.ts';

/** What an {@link Explainer} looks for, and how much it keeps. */
export interface ExplainerOptions {
  /** Told of each connection once it is over, or at the end: in the order in which that is known. */
  readonly onConnection: (explanation: Explanation) => void;
  /** Bytes to look for in what is sent, across segments; at least one. Default: nothing. */
  readonly find?: Uint8Array;
  /** Connections kept at a time; the one that was silent longest makes room. Default: 100,000. */
  readonly connections?: number;
}

const OPTIONS: OptionNames<ExplainerOptions> = { onConnection: true, find: true, connections: true };
const DEFAULT_CONNECTIONS = 100_000;
const MOST_FOUND = 20;

/** What is looked for in one connection. */
interface Search {
  readonly streams: Readonly<Record<Side, StreamSearch>>;
  readonly found: Mark[];
}

/**
 * Tells of each connection of a capture what happened to it. It takes packet after packet, and keeps of each connection
 * some kilobytes, however long it is.
 *
 * ```ts
 * const explainer = new Explainer({ onConnection: (each) => console.log(formatExplanation(each)) });
 * for (const captured of packets) explainer.add(captured);
 * explainer.end();
 * ```
 */
export class Explainer {
  readonly #table: FlowTable;
  readonly #find: Uint8Array | null;
  readonly #searches = new Map<Flow, Search>();
  #end = -Infinity;

  /**
   * An explainer of a capture that has not begun.
   *
   * @throws TypeError or RangeError that names an option which is unknown, or has an impossible value.
   */
  constructor(options: ExplainerOptions) {
    checkOptions('options', options, OPTIONS);
    const { onConnection, find = null, connections = DEFAULT_CONNECTIONS } = options;
    checkFunction('onConnection', onConnection);
    checkInteger('connections', connections, 1, Number.MAX_SAFE_INTEGER);
    if (find !== null) {
      checkOctets('find', find);
      if (find.length === 0) throw new RangeError('find must have a byte at least');
    }
    this.#find = find;
    const onEnd = (flow: Flow) => {
      const found = this.#searches.get(flow)?.found ?? [];
      this.#searches.delete(flow);
      onConnection(explainFlow(flow, this.#table.resets, this.#end, found));
    };
    const onSegment = (flow: Flow, segment: SeenSegment, { packet }: CapturedPacket) => {
      if (packet.kind === 'tcp') this.#search(flow, segment, packet.segment.payload);
    };
    this.#table = new FlowTable(find === null ? { onEnd } : { onEnd, onSegment }, connections);
  }

  /** How many connections there were so far. */
  get connections(): number {
    return this.#table.count;
  }

  /**
   * Takes in the next packet, as `decodeFrame` gives it.
   *
   * @throws TypeError for what is none.
   */
  add(captured: CapturedPacket): void {
    checkObject('captured', captured, 'a CapturedPacket');
    if (captured.time > this.#end) this.#end = captured.time;
    this.#table.add(captured);
  }

  /** Says that there is nothing more: every connection that is left is told of. */
  end(): void {
    this.#table.end();
  }

  #search(flow: Flow, segment: SeenSegment, payload: Uint8Array): void {
    const find = this.#find;
    if (find === null || payload.length === 0) return;
    let search = this.#searches.get(flow);
    if (search === undefined) {
      search = { streams: { client: new StreamSearch(find), server: new StreamSearch(find) }, found: [] };
      this.#searches.set(flow, search);
    }
    if (!search.streams[segment.side].add(segment.seq, payload) || search.found.length >= MOST_FOUND) return;
    search.found.push({ number: segment.number, time: segment.time });
  }
}
