import type { Segment } from '@halfclose/codec';
import { shown } from '@halfclose/codec/arguments';

// Asked for each segment: by one field that no other object has.

/** Throws a RangeError for what are no bits of a mask. */
export function checkBits(name: string, bits: number, mask: number): void {
  if (typeof bits !== 'number' || (bits & mask) !== bits)
    throw new RangeError(`${name} must be an integer from 0 to ${mask}, not ${shown(bits)}`);
}

/** Throws a RangeError for a time that is none: it would stay among deadlines. */
export function checkNow(now: number): void {
  if (typeof now !== 'number' || !(now > -Infinity && now < Infinity))
    throw new RangeError(`now must be milliseconds of a clock, not ${shown(now)}`);
}

/** Throws a TypeError for what is no segment. What it says is never too much. */
export function checkSegment(name: string, segment: Segment): void {
  const given: unknown = segment;
  if (typeof given !== 'object' || given === null || !(segment.payload instanceof Uint8Array))
    throw new TypeError(`${name} must be a Segment, not ${shown(given)}`);
}
