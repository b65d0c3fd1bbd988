import type { Segment } from './segment.ts';

/** Octets of a TCP header without options (RFC 9293, 3.1). */
export const MINIMAL_TCP_HEADER = 20;

/** The most octets a TCP header can have: a data offset of 15 words (RFC 9293, 3.1). */
export const MAXIMAL_TCP_HEADER = 60;

/** Octets of the segment's TCP header, options and their padding included. */
export function tcpHeaderLength(segment: Segment): number {
  return MINIMAL_TCP_HEADER + tcpOptionsLength(segment);
}

/**
 * Octets of the segment's options as `encodePacket` lays them out, a multiple of 4. More than 40 cannot be
 * encoded.
 */
export function tcpOptionsLength(segment: Segment): number {
  let length = 0;
  if (segment.maximumSegmentSize >= 0) length += 4;
  // SACK-permitted takes the place of the two NOPs before the timestamps.
  if (segment.hasTimestamps) length += 12;
  else if (segment.sackPermitted) length += 4;
  if (segment.windowScale >= 0) length += 4;
  const sackBlocks = segment.sackBlocks;
  if (sackBlocks !== null && sackBlocks.length > 0) length += 4 + 4 * sackBlocks.length;
  const unknown = segment.unknownOptions;
  if (unknown !== null) {
    for (let index = 0; index < unknown.length; index++) length += 2 + (unknown[index]?.data.length ?? 0);
    length = (length + 3) & ~3;
  }
  return length;
}
