import {
  NO_BYTES,
  type SequenceNumber,
  seqDiff,
  seqGeq,
  seqGt,
  seqLeq,
  seqLt,
  seqMax,
  seqMin,
} from '@halfclose/codec';
import { receiveMemory } from '../memory/segment-memory.ts';
import { isSmallPart } from '../base/small-part.ts';

/** Text that arrived ahead of a hole. */
interface Piece {
  readonly seq: SequenceNumber;
  readonly end: SequenceNumber;
  readonly text: Uint8Array;
}

/**
 * Pieces held at most: what a search and the move behind an insertion cost at worst (CVE-2018-5390). More than the
 * largest window has of full segments, so that one loss does not make others.
 */
const MAX_PIECES = 16_384;

/** Places of pieces taken that are not worth a move. */
const FEW_PIECES = 64;
/** In the place of a piece that was taken, which thereby is let go of. */
const TAKEN: Piece = { seq: 0, end: 0, text: NO_BYTES };

/**
 * Text that arrived out of order, sorted and disjoint, until the holes before it fill (RFC 9293, 3.10.7.4:
 * "segments with higher beginning sequence numbers SHOULD be held for later processing", SHLD-31).
 */
export class ReassemblyQueue {
  #pieces: Piece[] = [];
  /** The first that was not taken: a queue of thousands is not moved for each that is. */
  #first = 0;
  /** Where a FIN that came ahead of a hole stands; `null`: none did. */
  fin: SequenceNumber | null = null;
  /** Segments that came ahead of a hole so far. */
  arrivals = 0;
  /** Octets held. */
  octets = 0;
  /** What they take from the receive buffer. */
  memory = 0;

  get isEmpty(): boolean {
    return this.fin === null && this.#first === this.#pieces.length;
  }

  /** The first sequence number held; `null`: nothing is. */
  get first(): SequenceNumber | null {
    return this.#pieces[this.#first]?.seq ?? null;
  }

  /** The sequence number after the last octet held; `null`: none is. */
  get end(): SequenceNumber | null {
    return this.#pieces[this.#pieces.length - 1]?.end ?? null;
  }

  /** How many separate pieces are held. */
  get pieces(): number {
    return this.#pieces.length - this.#first;
  }

  /**
   * Holds `text`, which starts at `seq`. What it overlaps at its edges stays as it was; pieces that it covers give way,
   * so that each segment adds one piece at most, whatever it overlaps. Returns whether it is held: not if there are
   * {@link MAX_PIECES}, or if all of them would take more than `limit` octets of memory.
   */
  insert(seq: SequenceNumber, text: Uint8Array, limit: number): boolean {
    const pieces = this.#pieces;
    const first = this.#position(seq);
    const before = first > this.#first ? pieces[first - 1] : undefined;
    const from = before !== undefined && seqGt(before.end, seq) ? before.end : seq;
    let end = (seq + text.length) | 0;
    let covered = 0;
    let octets = this.octets;
    let memory = this.memory;
    for (;;) {
      const next = pieces[first + covered];
      if (next === undefined || !seqLt(next.seq, end)) break;
      if (seqGt(next.end, end)) {
        end = next.seq;
        break;
      }
      octets -= next.text.length;
      memory -= receiveMemory(next.text.length);
      covered++;
    }
    if (!seqLt(from, end)) return true;
    const part = text.subarray(seqDiff(from, seq), seqDiff(end, seq));
    memory += receiveMemory(part.length);
    if (memory > limit || (covered === 0 && this.pieces >= MAX_PIECES)) return false;
    const piece = { seq: from, end, text: isSmallPart(part) ? new Uint8Array(part) : part };
    if (first === pieces.length) pieces.push(piece);
    else pieces.splice(first, covered, piece);
    this.octets = octets + part.length;
    this.memory = memory;
    return true;
  }

  /** Takes the text that follows `next`, if there is no hole before it; `null`: there is. */
  take(next: SequenceNumber): Uint8Array | null {
    for (;;) {
      const piece = this.#pieces[this.#first];
      if (piece === undefined || seqGt(piece.seq, next)) return null;
      this.#dropFirst();
      this.octets -= piece.text.length;
      this.memory -= receiveMemory(piece.text.length);
      if (seqLeq(piece.end, next)) continue;
      const skip = seqDiff(next, piece.seq);
      return skip === 0 ? piece.text : piece.text.subarray(skip);
    }
  }

  /** A FIN stands at `seq`. Of several the first one counts. */
  holdFin(seq: SequenceNumber): void {
    if (this.fin === null || seqLt(seq, this.fin)) this.fin = seq;
  }

  /**
   * The first stretch held without a gap that overlaps [seq, end), as far as it does; `null`: none. A FIN is one more
   * byte of the stretch before it.
   */
  overlap(seq: SequenceNumber, end: SequenceNumber): readonly [SequenceNumber, SequenceNumber] | null {
    const pieces = this.#pieces;
    let at = Math.max(this.#position(seq) - 1, this.#first);
    let piece = pieces[at];
    if (piece !== undefined && seqLeq(piece.end, seq)) piece = pieces[++at];
    if (piece === undefined || seqGeq(piece.seq, end)) {
      const { fin } = this;
      return fin === null || seqLt(fin, seq) || seqGeq(fin, end) ? null : [fin, (fin + 1) | 0];
    }
    const left = seqMax(piece.seq, seq);
    let right = piece.end;
    for (piece = pieces[++at]; piece?.seq === right && seqLt(right, end); piece = pieces[++at]) {
      right = piece.end;
    }
    if (right === this.fin) right = (right + 1) | 0;
    return [left, seqMin(right, end)];
  }

  /** Lets go of what is held behind `seq`, from the end, until `memory` octets are free (Linux tcp_prune_ofo_queue). */
  prune(seq: SequenceNumber, memory: number): void {
    const pieces = this.#pieces;
    const enough = this.memory - memory;
    while (this.memory > enough && this.#first < pieces.length) {
      const last = pieces[pieces.length - 1];
      if (last === undefined || !seqGt(last.seq, seq)) return;
      pieces.pop();
      this.octets -= last.text.length;
      this.memory -= receiveMemory(last.text.length);
    }
    if (this.#first === pieces.length) this.clear();
  }

  clear(): void {
    this.#pieces = [];
    this.#first = 0;
    this.octets = 0;
    this.memory = 0;
  }

  #dropFirst(): void {
    const pieces = this.#pieces;
    pieces[this.#first++] = TAKEN;
    if (this.#first === pieces.length) {
      pieces.length = 0;
      this.#first = 0;
    } else if (this.#first >= FEW_PIECES && 2 * this.#first >= pieces.length) {
      pieces.splice(0, this.#first);
      this.#first = 0;
    }
  }

  /** The index of the first piece that starts after `seq`; arrivals are mostly at the end, so that is tried first. */
  #position(seq: SequenceNumber): number {
    const pieces = this.#pieces;
    let high = pieces.length;
    const last = pieces[high - 1];
    if (last === undefined || seqLeq(last.seq, seq)) return high;
    let low = this.#first;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const piece = pieces[middle];
      if (piece !== undefined && seqLeq(piece.seq, seq)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
