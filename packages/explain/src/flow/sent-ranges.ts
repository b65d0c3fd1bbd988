import type { Mark } from '../mark.ts';

interface Hole {
  from: number;
  to: number;
  /** When it was jumped over. */
  readonly time: number;
}

/** How the bytes of a segment stand to those before. */
export type Novelty = 'new' | 'again' | 'late';

/** A hole that is filled so soon was made by the path, not by a loss; as Wireshark has it. */
const REORDERING = 3;
/** Holes kept; those of a capture that lost packets stay for ever. */
const MOST_HOLES = 64;

/** Which numbers of one direction were seen. */
export class SentRanges {
  #next = 0;
  #holes: Hole[] = [];
  #forgotten = 0;

  /** One behind the highest number seen. */
  get next(): number {
    return this.#next;
  }

  /** Numbers that were jumped over and never seen. */
  get missing(): number {
    return this.#forgotten + this.#holes.reduce((sum, { from, to }) => sum + to - from, 0);
  }

  /** Whether every number up to there was seen. */
  isWholeUpTo(number: number): boolean {
    return this.#forgotten === 0 && this.#holes.every(({ from }) => from >= number);
  }

  /** Where the numbers begin, as nothing before it is known. */
  startAt(number: number): void {
    this.#next = number;
  }

  /** Adds the numbers from `from` up to `to`: `again` where all were seen before, `late` where they fill a hole at once. */
  add(from: number, to: number, { time }: Mark): Novelty {
    if (from > this.#next) this.#jump(this.#next, from, time);
    const isBeyond = to > this.#next;
    const filled = this.#fill(from, to);
    this.#next = Math.max(this.#next, to);
    if (isBeyond) return 'new';
    if (filled === null) return 'again';
    // What fills an old hole was lost before it came here, or was not captured the first time.
    return time - filled <= REORDERING ? 'late' : 'again';
  }

  #jump(from: number, to: number, time: number): void {
    this.#holes.push({ from, to, time });
    if (this.#holes.length <= MOST_HOLES) return;
    const [oldest] = this.#holes.splice(0, 1);
    if (oldest !== undefined) this.#forgotten += oldest.to - oldest.from;
  }

  /** When the oldest hole was made that these numbers fill; `null`: they fill none. */
  #fill(from: number, to: number): number | null {
    if (this.#holes.length === 0) return null;
    let time: number | null = null;
    const left: Hole[] = [];
    for (const hole of this.#holes) {
      if (to <= hole.from || from >= hole.to) {
        left.push(hole);
        continue;
      }
      time = Math.min(time ?? hole.time, hole.time);
      if (hole.from < from) left.push({ ...hole, to: from });
      if (to < hole.to) left.push({ ...hole, from: to });
    }
    this.#holes = left;
    return time;
  }
}
