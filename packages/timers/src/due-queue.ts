import type { Timer } from './timer.ts';

/**
 * The timers of the current millisecond and before, earliest first, ties in the order of arming.
 *
 * A pairing heap on the timers' own links: adding is O(1), taking the first or removing any is O(log n) amortised.
 * A link from a timer to itself means none.
 */
export class DueQueue {
  #first: Timer | null = null;

  /** The earliest timer. */
  get first(): Timer | null {
    return this.#first;
  }

  /** Adds a timer that is in no list. */
  add(timer: Timer): void {
    this.#first = this.#first === null ? timer : meld(this.#first, timer);
  }

  /** Removes a timer that is in this queue. */
  remove(timer: Timer): void {
    const children = timer.child === timer ? null : meldSiblings(timer.child);
    timer.child = timer;
    if (timer === this.#first) {
      this.#first = children;
      return;
    }
    cut(timer);
    if (children !== null && this.#first !== null) this.#first = meld(this.#first, children);
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && ((a.order - b.order) | 0) < 0);
}

/** Joins two heaps; the later root becomes the leftmost child of the earlier one. */
function meld(a: Timer, b: Timer): Timer {
  if (isBefore(b, a)) return adopt(b, a);
  return adopt(a, b);
}

function adopt(parent: Timer, timer: Timer): Timer {
  const sibling = parent.child;
  if (sibling !== parent) {
    timer.next = sibling;
    sibling.prev = timer;
  }
  timer.prev = parent;
  parent.child = timer;
  return parent;
}

/** Takes a timer that is not the root out from among its siblings. */
function cut(timer: Timer): void {
  const before = timer.prev;
  const after = timer.next;
  const isLast = after === timer;
  if (before.child === timer) before.child = isLast ? before : after;
  else before.next = isLast ? before : after;
  if (!isLast) after.prev = before;
  timer.prev = timer;
  timer.next = timer;
}

/** Joins a row of siblings into one heap: neighbours in pairs from the left, then the pairs from the right. */
function meldSiblings(leftmost: Timer): Timer {
  // The pairs wait in a row linked by `prev`, the last one at its end.
  let pairs: Timer | null = null;
  let timer: Timer | null = leftmost;
  while (timer !== null) {
    const a: Timer = timer;
    const b: Timer | null = a.next === a ? null : a.next;
    timer = b === null || b.next === b ? null : b.next;
    detach(a);
    let pair = a;
    if (b !== null) {
      detach(b);
      pair = meld(a, b);
    }
    if (pairs !== null) pair.prev = pairs;
    pairs = pair;
  }
  // `leftmost` was not null, so there is a pair.
  let heap = pairs ?? leftmost;
  let rest: Timer | null = heap.prev === heap ? null : heap.prev;
  heap.prev = heap;
  while (rest !== null) {
    const pair: Timer = rest;
    rest = pair.prev === pair ? null : pair.prev;
    pair.prev = pair;
    heap = meld(pair, heap);
  }
  return heap;
}

function detach(timer: Timer): void {
  timer.prev = timer;
  timer.next = timer;
}
