import { Segment } from '@halfclose/codec';

/** A segment of its own that shares payload and options, for changing the header. */
export function copySegment(segment: Segment): Segment {
  return Object.assign(new Segment(), segment);
}
