import { type SequenceNumber, seqDiff, seqGt, seqLeq, seqLt } from '@halfclose/codec';
import { receiveMemory } from './segment-memory.ts';

/** Text that arrived ahead of a hole. */
interface Piece {
  readonly seq: SequenceNumber;
  readonly end: SequenceNumber;
  readonly text: Uint8Array;
}

/** Pieces held at most: what keeps tiny segments from costing more memory than the text they carry. */
const MAX_PIECES = 4096;

/**
 * Text that arrived out of order, sorted and disjoint, until the holes before it fill (RFC 9293, 3.10.7.4:
 * "segments with higher beginning sequence numbers SHOULD be held for later processing", SHLD-31).
 */
export class ReassemblyQueue {
  #pieces: Piece[] = [];
  /** Octets held. */
  octets = 0;
  /** What they take from the receive buffer. */
  memory = 0;

  get isEmpty(): boolean {
    return this.#pieces.length === 0;
  }

  /** The sequence number after the last octet held; `null`: none is. */
  get end(): SequenceNumber | null {
    return this.#pieces[this.#pieces.length - 1]?.end ?? null;
  }

  /** How many separate pieces are held. */
  get pieces(): number {
    return this.#pieces.length;
  }

  /** Holds `text`, which starts at `seq`, less what is held already. What no longer fits is dropped. */
  insert(seq: SequenceNumber, text: Uint8Array): void {
    const pieces = this.#pieces;
    const end = (seq + text.length) | 0;
    let at = this.#position(seq);
    const before = pieces[at - 1];
    let from = before !== undefined && seqGt(before.end, seq) ? before.end : seq;
    while (seqLt(from, end)) {
      const next = pieces[at];
      const limit = next !== undefined && seqLt(next.seq, end) ? next.seq : end;
      if (seqLt(from, limit)) {
        if (pieces.length >= MAX_PIECES) return;
        const part = text.subarray(seqDiff(from, seq), seqDiff(limit, seq));
        pieces.splice(at, 0, { seq: from, end: limit, text: part });
        this.octets += part.length;
        this.memory += receiveMemory(part.length);
        at++;
      }
      if (limit === end || next === undefined) return;
      from = next.end;
      at++;
    }
  }

  /** Takes the text that follows `next`, if there is no hole before it; `null`: there is. */
  take(next: SequenceNumber): Uint8Array | null {
    for (;;) {
      const piece = this.#pieces[0];
      if (piece === undefined || seqGt(piece.seq, next)) return null;
      this.#pieces.shift();
      this.octets -= piece.text.length;
      this.memory -= receiveMemory(piece.text.length);
      if (seqLeq(piece.end, next)) continue;
      const skip = seqDiff(next, piece.seq);
      return skip === 0 ? piece.text : piece.text.subarray(skip);
    }
  }

  /** Whether all of [seq, end) is held. */
  covers(seq: SequenceNumber, end: SequenceNumber): boolean {
    let from = seq;
    for (let at = Math.max(this.#position(seq) - 1, 0); seqLt(from, end); at++) {
      const piece = this.#pieces[at];
      if (piece === undefined || seqGt(piece.seq, from)) return false;
      if (seqGt(piece.end, from)) from = piece.end;
    }
    return true;
  }

  clear(): void {
    this.#pieces = [];
    this.octets = 0;
    this.memory = 0;
  }

  /** The index of the first piece that starts after `seq`; arrivals are mostly at the end, so that is tried first. */
  #position(seq: SequenceNumber): number {
    const pieces = this.#pieces;
    let high = pieces.length;
    const last = pieces[high - 1];
    if (last === undefined || seqLeq(last.seq, seq)) return high;
    let low = 0;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const piece = pieces[middle];
      if (piece !== undefined && seqLeq(piece.seq, seq)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
