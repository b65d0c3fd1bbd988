import { writeInt32, writeUint16 } from './octets.ts';
import type { Segment, UnknownOption } from './segment.ts';
import type { SequenceNumber } from './sequence-number.ts';
import { ALIGNED_TIMESTAMPS, OptionKind } from './tcp-option-kind.ts';

// Words that begin an aligned option: kind and length octets behind the NOPs that Linux puts before them.
const NOP_NOP_SACK_PERMITTED = 0x01010402;
const SACK_PERMITTED_TIMESTAMPS = 0x0402080a;
const NOP_NOP_SACK = 0x01010500;
const NOP_WINDOW_SCALE = 0x01030300;
const MAXIMUM_SEGMENT_SIZE = 0x02040000;

/**
 * Writes the segment's options at `offset` and returns where they end, in the order and with the padding of Linux
 * (net/ipv4/tcp_output.c, tcp_options_write): MSS, SACK-permitted and timestamps, window scale, SACK; the unknown
 * ones follow, padded with NOPs. The caller has checked lengths and values.
 */
export function writeTcpOptions(segment: Segment, target: Uint8Array, offset: number): number {
  let at = offset;
  if (segment.maximumSegmentSize >= 0) {
    writeInt32(target, at, MAXIMUM_SEGMENT_SIZE | segment.maximumSegmentSize);
    at += 4;
  }
  if (segment.hasTimestamps) {
    writeInt32(target, at, segment.sackPermitted ? SACK_PERMITTED_TIMESTAMPS : ALIGNED_TIMESTAMPS);
    writeInt32(target, at + 4, segment.timestampValue);
    writeInt32(target, at + 8, segment.timestampEcho);
    at += 12;
  } else if (segment.sackPermitted) {
    writeInt32(target, at, NOP_NOP_SACK_PERMITTED);
    at += 4;
  }
  if (segment.windowScale >= 0) {
    writeInt32(target, at, NOP_WINDOW_SCALE | segment.windowScale);
    at += 4;
  }
  const sackBlocks = segment.sackBlocks;
  if (sackBlocks !== null && sackBlocks.length > 0) at = writeSack(sackBlocks, target, at);
  const unknown = segment.unknownOptions;
  return unknown === null ? at : writeUnknown(unknown, target, offset, at);
}

function writeSack(edges: readonly SequenceNumber[], target: Uint8Array, offset: number): number {
  writeInt32(target, offset, NOP_NOP_SACK | (2 + 4 * edges.length));
  let at = offset + 4;
  for (let index = 0; index < edges.length; index++) {
    writeInt32(target, at, edges[index] as number);
    at += 4;
  }
  return at;
}

function writeUnknown(
  options: readonly UnknownOption[],
  target: Uint8Array,
  start: number,
  offset: number,
): number {
  let at = offset;
  for (const { kind, data } of options) {
    writeUint16(target, at, (kind << 8) | (2 + data.length));
    target.set(data, at + 2);
    at += 2 + data.length;
  }
  while ((at - start) % 4 !== 0) target[at++] = OptionKind.NOP;
  return at;
}
