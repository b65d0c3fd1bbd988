import { type SequenceNumber, seqGeq, seqLeq, seqLt, seqMax, seqMin } from '@halfclose/codec';

const MAX_BLOCKS = 4;
/** Blocks that fit an acknowledgment whatever other options there are. */
const BLOCKS_EXPECTED = 2;

/**
 * The SACK blocks that we report: ranges held out of order, the one that changed last first (RFC 2018, section 4),
 * preceded once by the range of a duplicate just received (D-SACK, RFC 2883).
 */
export class SackBlocks {
  /** Left and right edges in turn. */
  #edges: SequenceNumber[] = [];
  #duplicate: readonly [SequenceNumber, SequenceNumber] | null = null;

  get isEmpty(): boolean {
    return this.#edges.length === 0 && this.#duplicate === null;
  }

  /** How many blocks there are to report. */
  get pending(): number {
    return this.#edges.length / 2 + (this.#duplicate === null ? 0 : 1);
  }

  /** Notes that [left, right) is now held out of order. */
  add(left: SequenceNumber, right: SequenceNumber): void {
    const edges = this.#edges;
    const kept: SequenceNumber[] = [];
    let from = left;
    let to = right;
    for (let i = 0; i + 1 < edges.length; i += 2) {
      const l = edges[i] ?? 0;
      const r = edges[i + 1] ?? 0;
      if (seqLeq(l, to) && seqLeq(from, r)) {
        from = seqMin(from, l);
        to = seqMax(to, r);
      } else kept.push(l, r);
    }
    this.#edges = [from, to, ...kept].slice(0, 2 * MAX_BLOCKS);
  }

  /** Whether [left, right) would be more blocks than every acknowledgment has room for (Linux TCP_SACK_BLOCKS_EXPECTED). */
  opensThird(left: SequenceNumber, right: SequenceNumber): boolean {
    const edges = this.#edges;
    for (let i = 0; i + 1 < edges.length; i += 2) {
      if (seqLeq(edges[i] ?? 0, right) && seqLeq(left, edges[i + 1] ?? 0)) return i >= 2 * BLOCKS_EXPECTED;
    }
    return edges.length >= 2 * BLOCKS_EXPECTED;
  }

  /** Notes that [left, right) arrived again; reported in the next acknowledgment only. */
  addDuplicate(left: SequenceNumber, right: SequenceNumber): void {
    const pending = this.#duplicate;
    if (pending !== null && seqLeq(left, pending[1]) && seqLeq(pending[0], right)) {
      this.#duplicate = [seqMin(left, pending[0]), seqMax(right, pending[1])];
    } else this.#duplicate = [left, right];
  }

  /** Notes that [left, right) was held already: as {@link addDuplicate}, but what is to be told of first stays (Linux tcp_dsack_extend). */
  extendDuplicate(left: SequenceNumber, right: SequenceNumber): void {
    const pending = this.#duplicate;
    if (pending === null || (seqLeq(left, pending[1]) && seqLeq(pending[0], right))) {
      this.addDuplicate(left, right);
    }
  }

  /** What was not told of the last segment is not told with the next (Linux tcp_data_queue). */
  forgetDuplicate(): void {
    this.#duplicate = null;
  }

  /** Drops the blocks that RCV.NXT has passed. */
  advance(rcvNxt: SequenceNumber): void {
    const edges = this.#edges;
    if (edges.length === 0) return;
    const kept: SequenceNumber[] = [];
    for (let i = 0; i + 1 < edges.length; i += 2) {
      const l = edges[i] ?? 0;
      const r = edges[i + 1] ?? 0;
      if (seqLt(rcvNxt, r) && !seqGeq(rcvNxt, l)) kept.push(l, r);
    }
    this.#edges = kept;
  }

  /** What was held out of order is no more; a duplicate is still to be told of (Linux tcp_sack_reset). */
  forget(): void {
    this.#edges = [];
  }

  /** The right edge of the rightmost block, or `null`. */
  get rightmostEdge(): SequenceNumber | null {
    let rightmost: SequenceNumber | null = null;
    for (let i = 1; i < this.#edges.length; i += 2) {
      const edge = this.#edges[i] ?? 0;
      rightmost = rightmost === null ? edge : seqMax(rightmost, edge);
    }
    return rightmost;
  }

  /** The blocks for the next segment: at most `max`, and the pending duplicate is used up. `null`: none. */
  takeForSegment(max: number): readonly SequenceNumber[] | null {
    const duplicate = this.#duplicate;
    this.#duplicate = null;
    if (duplicate === null) {
      if (this.#edges.length === 0) return null;
      return this.#edges.length <= 2 * max ? this.#edges : this.#edges.slice(0, 2 * max);
    }
    return [...duplicate, ...this.#edges].slice(0, 2 * max);
  }
}
