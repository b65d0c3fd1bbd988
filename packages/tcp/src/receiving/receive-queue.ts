import { NO_BYTES } from '@halfclose/codec';
import { receiveMemory } from '../memory/segment-memory.ts';
import { isSmallPart } from '../base/small-part.ts';

/** Octets from which on an arrival is handed out by itself rather than copied together with the next. */
const WORTH_A_READ = 16_384;

/** Arrivals that are not copied together however much memory they take, so that it does not happen at each of them. */
const FEW_VIEWS = 128;

/** Shared by all queues that have held nothing yet, and never written to. */
const NO_VIEWS: Uint8Array[] = [];
const NO_COSTS: number[] = [];

/** In-order text that the owner has not read yet, as the views it arrived in. */
export class ReceiveQueue {
  #views = NO_VIEWS;
  /** What each arrival takes from the receive buffer until it has been read to its end. */
  #costs = NO_COSTS;
  #first = 0;
  /** Arrivals before this one have been kept: see {@link keep}. */
  #kept = 0;
  /** Octets held. */
  length = 0;
  /** What they take from the receive buffer. */
  memory = 0;

  push(view: Uint8Array, cost = receiveMemory(view.length)): void {
    if (this.#views === NO_VIEWS) {
      this.#views = [];
      this.#costs = [];
    }
    this.#views.push(view);
    this.#costs.push(cost);
    this.memory += cost;
    this.length += view.length;
  }

  /**
   * What the owner left unread may stay for long: text that is a small part of its memory is copied, so that it keeps no
   * more than it is charged for.
   */
  keep(): void {
    const views = this.#views;
    for (let i = Math.max(this.#kept, this.#first); i < views.length; i++) {
      const view = views[i];
      if (view !== undefined && isSmallPart(view)) views[i] = new Uint8Array(view);
    }
    this.#kept = views.length;
  }

  /**
   * Copies small arrivals together if all take more than `limit` octets of memory: a window's worth of them, one octet
   * each, would take a thousand times their text (Linux tcp_collapse).
   */
  collapse(limit: number): void {
    if (this.memory <= limit || this.#views.length - this.#first < FEW_VIEWS) return;
    const views: Uint8Array[] = [];
    const costs: number[] = [];
    let memory = 0;
    for (let at = this.#first; at < this.#views.length;) {
      const [view, taken] = this.#smallFrom(at);
      const cost = receiveMemory(view.length);
      views.push(view);
      costs.push(cost);
      memory += cost;
      at += taken;
    }
    this.#views = views;
    this.#costs = costs;
    this.#first = 0;
    this.#kept = 0;
    this.memory = memory;
  }

  /** The small arrivals from the given one on as a copy, or that one if it is large; and how many these were. */
  #smallFrom(at: number): readonly [Uint8Array, number] {
    let end = at;
    let octets = 0;
    for (let view = this.#views[end]; view !== undefined; view = this.#views[end]) {
      if (view.length >= WORTH_A_READ) break;
      octets += view.length;
      end++;
    }
    if (end === at) return [this.#views[at] ?? NO_BYTES, 1];
    const copy = new Uint8Array(octets);
    let filled = 0;
    for (let i = at; i < end; i++) {
      const view = this.#views[i] ?? NO_BYTES;
      copy.set(view, filled);
      filled += view.length;
    }
    return [copy, end - at];
  }

  /**
   * Takes up to `max` octets. A single arrival, or arrivals that lie side by side in memory, are handed out as a
   * view. Small ones that lie apart are gathered into one copy, so that a read does not depend on how the text was
   * cut up; large ones are not worth a copy and come alone.
   */
  read(max: number): Uint8Array {
    const first = this.#views[this.#first];
    if (first === undefined || max <= 0) return NO_BYTES;
    if (first.length >= max || first.length === this.length) return this.#takeFromFirst(first, max);
    const adjacent = this.#adjacent(first, max);
    const count = adjacent >= WORTH_A_READ ? adjacent : this.#small(adjacent, max);
    if (count === adjacent) {
      this.#discard(count);
      return count === first.length ? first : new Uint8Array(first.buffer, first.byteOffset, count);
    }
    const copy = new Uint8Array(count);
    this.copyInto(copy, false);
    return copy;
  }

  /**
   * Copies as much as fits into `target` and takes it out, unless `peek`: then `skip` octets may be left out before.
   * Returns the octets copied.
   */
  copyInto(target: Uint8Array, peek: boolean, skip = 0): number {
    const count = Math.min(target.length, this.length - skip);
    let left = skip;
    let filled = 0;
    for (let i = this.#first; filled < count; i++) {
      const view = this.#views[i];
      if (view === undefined) break;
      const from = Math.min(left, view.length);
      const part = Math.min(view.length - from, count - filled);
      target.set(part === view.length ? view : view.subarray(from, from + part), filled);
      left -= from;
      filled += part;
    }
    if (!peek) this.#discard(count);
    return count;
  }

  /** Throws away up to `octets` from the front. */
  drop(octets: number): void {
    this.#discard(Math.min(octets, this.length));
  }

  clear(): void {
    this.#views = NO_VIEWS;
    this.#costs = NO_COSTS;
    this.#first = 0;
    this.#kept = 0;
    this.length = 0;
    this.memory = 0;
  }

  #takeFromFirst(first: Uint8Array, max: number): Uint8Array {
    if (first.length > max) {
      this.#views[this.#first] = first.subarray(max);
      this.length -= max;
      return first.subarray(0, max);
    }
    this.length -= first.length;
    this.#dropFirst();
    return first;
  }

  /** Octets from the first on that lie side by side in memory, up to `max`. */
  #adjacent(first: Uint8Array, max: number): number {
    let count = first.length;
    for (let i = this.#first + 1; count < max; i++) {
      const view = this.#views[i];
      if (view === undefined || view.buffer !== first.buffer || view.byteOffset !== first.byteOffset + count)
        break;
      count += view.length;
    }
    return count < max ? count : max;
  }

  /** Octets that come before the first large arrival, at least `count`, up to `max`. */
  #small(count: number, max: number): number {
    let octets = 0;
    for (let i = this.#first; octets < max; i++) {
      const view = this.#views[i];
      if (view === undefined || (octets >= count && view.length >= WORTH_A_READ)) break;
      octets += view.length;
    }
    return octets < max ? octets : max;
  }

  #discard(count: number): void {
    let left = count;
    this.length -= count;
    while (left > 0) {
      const view = this.#views[this.#first];
      if (view === undefined) return;
      if (view.length > left) {
        this.#views[this.#first] = view.subarray(left);
        return;
      }
      left -= view.length;
      this.#dropFirst();
    }
  }

  #dropFirst(): void {
    if (this.#first === 0 && this.#views.length === 1) {
      // The usual case, and cheaper than cutting arrays to nothing.
      this.#views.pop();
      this.#kept = 0;
      this.memory -= this.#costs.pop() ?? 0;
      return;
    }
    this.#views[this.#first] = NO_BYTES;
    this.memory -= this.#costs[this.#first] ?? 0;
    this.#first++;
    if (this.#first === this.#views.length) {
      this.#views.length = 0;
      this.#costs.length = 0;
      this.#first = 0;
      this.#kept = 0;
    } else if (this.#first >= 64 && this.#first * 2 >= this.#views.length) {
      this.#views.splice(0, this.#first);
      this.#costs.splice(0, this.#first);
      this.#kept = Math.max(this.#kept - this.#first, 0);
      this.#first = 0;
    }
  }
}
