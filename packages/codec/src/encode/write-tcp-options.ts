import { writeInt32, writeUint16 } from '../octets.ts';
import type { Segment, UnknownOption } from '../packet/segment.ts';
import type { SequenceNumber } from '../packet/sequence-number.ts';
import { paddedOptionsLength } from '../packet/tcp-length.ts';
import { ALIGNED_TIMESTAMPS, OptionKind } from '../packet/tcp-option-kind.ts';

// Words that begin an aligned option: kind and length octets behind the NOPs that Linux puts before them.
const NOP_NOP_SACK_PERMITTED = 0x01010402;
const SACK_PERMITTED_TIMESTAMPS = 0x0402080a;
const NOP_NOP_SACK = 0x01010500;
const NOP_WINDOW_SCALE = 0x01030300;
const MAXIMUM_SEGMENT_SIZE = 0x02040000;

/**
 * Writes the segment's options into `length` octets at `offset`, in the order and with the padding of Linux
 * (net/ipv4/tcp_output.c, tcp_options_write) where that fits: MSS, SACK-permitted and timestamps, window scale, SACK; the
 * unknown ones follow, padded with NOPs. The caller has checked lengths and values.
 */
export function writeTcpOptions(segment: Segment, target: Uint8Array, offset: number, length: number): void {
  const write = length === paddedOptionsLength(segment) ? writePadded : writePacked;
  const at = write(segment, target, offset);
  const end = segment.unknownOptions === null ? at : writeUnknown(segment.unknownOptions, target, at);
  target.fill(OptionKind.NOP, end, offset + length);
}

function writePadded(segment: Segment, target: Uint8Array, offset: number): number {
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
  if (sackBlocks === null || sackBlocks.length === 0) return at;
  writeInt32(target, at, NOP_NOP_SACK | (2 + 4 * sackBlocks.length));
  return writeEdges(sackBlocks, target, at + 4);
}

/** The same without padding. */
function writePacked(segment: Segment, target: Uint8Array, offset: number): number {
  let at = offset;
  if (segment.maximumSegmentSize >= 0) {
    writeInt32(target, at, MAXIMUM_SEGMENT_SIZE | segment.maximumSegmentSize);
    at += 4;
  }
  if (segment.sackPermitted) {
    writeUint16(target, at, (OptionKind.SACK_PERMITTED << 8) | 2);
    at += 2;
  }
  if (segment.hasTimestamps) {
    writeUint16(target, at, (OptionKind.TIMESTAMPS << 8) | 10);
    writeInt32(target, at + 2, segment.timestampValue);
    writeInt32(target, at + 6, segment.timestampEcho);
    at += 10;
  }
  if (segment.windowScale >= 0) {
    writeUint16(target, at, (OptionKind.WINDOW_SCALE << 8) | 3);
    target[at + 2] = segment.windowScale;
    at += 3;
  }
  const sackBlocks = segment.sackBlocks;
  if (sackBlocks === null || sackBlocks.length === 0) return at;
  writeUint16(target, at, (OptionKind.SACK << 8) | (2 + 4 * sackBlocks.length));
  return writeEdges(sackBlocks, target, at + 2);
}

function writeEdges(edges: readonly SequenceNumber[], target: Uint8Array, offset: number): number {
  let at = offset;
  for (let index = 0; index < edges.length; index++) {
    writeInt32(target, at, edges[index] as number);
    at += 4;
  }
  return at;
}

function writeUnknown(options: readonly UnknownOption[], target: Uint8Array, offset: number): number {
  let at = offset;
  for (const { kind, data } of options) {
    writeUint16(target, at, (kind << 8) | (2 + data.length));
    target.set(data, at + 2);
    at += 2 + data.length;
  }
  return at;
}
