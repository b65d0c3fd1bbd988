/** Which octets of one direction were sent, as offsets from its first one; holes are those jumped over. */
export class SeenOctets {
  #end: number;
  #holes: [from: number, to: number][] = [];

  constructor(start: number) {
    this.#end = start;
  }

  /** One past the last octet seen. */
  get end(): number {
    return this.#end;
  }

  /** Adds the octets from `from` up to `to`, and says whether one of them was there before. */
  add(from: number, to: number): boolean {
    let fresh = Math.max(0, to - Math.max(from, this.#end));
    if (from > this.#end) this.#holes.push([this.#end, from]);
    const holes: [number, number][] = [];
    for (const [start, end] of this.#holes) {
      const filledFrom = Math.max(start, from);
      const filledTo = Math.min(end, to);
      if (filledFrom >= filledTo) {
        holes.push([start, end]);
        continue;
      }
      fresh += filledTo - filledFrom;
      if (start < filledFrom) holes.push([start, filledFrom]);
      if (filledTo < end) holes.push([filledTo, end]);
    }
    this.#holes = holes;
    this.#end = Math.max(this.#end, to);
    return fresh < to - from;
  }
}
