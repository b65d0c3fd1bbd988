import { type Segment, textLength } from './segment.ts';

/** Octets of a TCP header without options (RFC 9293, 3.1). */
export const MINIMAL_TCP_HEADER = 20;

/** The most octets a TCP header can have: a data offset of 15 words (RFC 9293, 3.1). */
export const MAXIMAL_TCP_HEADER = 60;

/**
 * Octets of the segment's TCP header, options and their padding included.
 *
 * @throws TypeError for what is no segment
 */
export function tcpHeaderLength(segment: Segment): number {
  return MINIMAL_TCP_HEADER + tcpOptionsLength(segment);
}

/**
 * Octets of the segment's options as `encodePacket` lays them out, a multiple of 4: each padded to whole words, as Linux
 * does, or one behind another where that is too long, as they may have come from elsewhere. More than 40 cannot be encoded.
 *
 * @throws TypeError for what is no segment
 */
export function tcpOptionsLength(segment: Segment): number {
  textLength(segment);
  const padded = paddedOptionsLength(segment);
  return padded <= MAXIMAL_TCP_HEADER - MINIMAL_TCP_HEADER ? padded : packedOptionsLength(segment);
}

/** Octets of the options where each is padded to whole words. */
export function paddedOptionsLength(segment: Segment): number {
  let length = 0;
  if (segment.maximumSegmentSize >= 0) length += 4;
  // SACK-permitted takes the place of the two NOPs before the timestamps.
  if (segment.hasTimestamps) length += 12;
  else if (segment.sackPermitted) length += 4;
  if (segment.windowScale >= 0) length += 4;
  const sackBlocks = segment.sackBlocks;
  if (sackBlocks !== null && sackBlocks.length > 0) length += 4 + 4 * sackBlocks.length;
  return withUnknown(segment, length);
}

/** Octets of the options where they stand one behind another. */
export function packedOptionsLength(segment: Segment): number {
  let length = 0;
  if (segment.maximumSegmentSize >= 0) length += 4;
  if (segment.sackPermitted) length += 2;
  if (segment.hasTimestamps) length += 10;
  if (segment.windowScale >= 0) length += 3;
  const sackBlocks = segment.sackBlocks;
  if (sackBlocks !== null && sackBlocks.length > 0) length += 2 + 4 * sackBlocks.length;
  return withUnknown(segment, length);
}

function withUnknown({ unknownOptions }: Segment, known: number): number {
  let length = known;
  if (unknownOptions !== null) {
    for (let index = 0; index < unknownOptions.length; index++)
      length += 2 + (unknownOptions[index]?.data.length ?? 0);
  }
  return (length + 3) & ~3;
}
