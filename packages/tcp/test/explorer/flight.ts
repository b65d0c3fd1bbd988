import type { Segment } from '@halfclose/codec';

/** The segments on their way from one end to the other, oldest first. */
export class Flight {
  readonly segments: Segment[] = [];

  put(segment: Segment): void {
    this.segments.push(segment);
  }

  /** Takes out the segment at `index`. */
  take(index: number): Segment {
    const [segment] = this.segments.splice(index, 1);
    if (segment === undefined) throw new Error('nothing is on its way');
    return segment;
  }

  /** The oldest will arrive once more, after all the others; nobody writes to a segment once it is sent. */
  duplicate(): void {
    const oldest = this.segments[0];
    if (oldest === undefined) throw new Error('nothing is on its way');
    this.segments.push(oldest);
  }

  get length(): number {
    return this.segments.length;
  }
}
