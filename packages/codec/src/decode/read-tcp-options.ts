import type { DropReason } from './drop-reason.ts';
import { readInt32, readUint16, readUint8, viewOf } from '../octets.ts';
import type { Segment, UnknownOption } from '../packet/segment.ts';
import type { SequenceNumber } from '../packet/sequence-number.ts';
import { ALIGNED_TIMESTAMPS, OptionKind } from '../packet/tcp-option-kind.ts';

/**
 * Reads the options from `start` to `end` into a segment that has none yet, or says what is wrong with them.
 *
 * Every option is kept whatever the flags of the segment: which of them count is TCP's business. Of an option that
 * comes twice the last one stands, as with Linux (tcp_parse_options). A known kind with a length that is not its own
 * is kept as unknown.
 *
 * Linux differs: on a length octet of 0 or 1, or past the end, it stops reading and takes the segment with what it
 * has read so far.
 */
export function readTcpOptions(
  bytes: Uint8Array,
  start: number,
  end: number,
  segment: Segment,
): DropReason | null {
  // Nearly every segment of a connection with timestamps has these and nothing else.
  if (end - start === 12 && readInt32(bytes, start) === ALIGNED_TIMESTAMPS) {
    readTimestamps(bytes, start + 4, segment);
    return null;
  }
  let unknown: UnknownOption[] | null = null;
  let at = start;
  while (at < end) {
    const kind = readUint8(bytes, at);
    if (kind === OptionKind.END) break;
    if (kind === OptionKind.NOP) {
      at += 1;
      continue;
    }
    if (end - at < 2) return 'tcp-option-length';
    const length = readUint8(bytes, at + 1);
    if (length < 2 || length > end - at) return 'tcp-option-length';
    if (!readKnownOption(kind, bytes, at + 2, length - 2, segment)) {
      unknown ??= [];
      unknown.push({ kind, data: viewOf(bytes, at + 2, length - 2) });
    }
    at += length;
  }
  segment.unknownOptions = unknown;
  return null;
}

/** Whether the option's kind is known and `length`, the octets of its data, is right for it. */
function readKnownOption(
  kind: number,
  bytes: Uint8Array,
  at: number,
  length: number,
  segment: Segment,
): boolean {
  switch (kind) {
    case OptionKind.MAXIMUM_SEGMENT_SIZE:
      if (length !== 2) return false;
      segment.maximumSegmentSize = readUint16(bytes, at);
      return true;
    case OptionKind.WINDOW_SCALE:
      if (length !== 1) return false;
      segment.windowScale = readUint8(bytes, at);
      return true;
    case OptionKind.SACK_PERMITTED:
      if (length !== 0) return false;
      segment.sackPermitted = true;
      return true;
    case OptionKind.SACK:
      if (length === 0 || length % 8 !== 0) return false;
      segment.sackBlocks = readEdges(bytes, at, length);
      return true;
    case OptionKind.TIMESTAMPS:
      if (length !== 8) return false;
      readTimestamps(bytes, at, segment);
      return true;
    default:
      return false;
  }
}

function readTimestamps(bytes: Uint8Array, at: number, segment: Segment): void {
  segment.hasTimestamps = true;
  segment.timestampValue = readInt32(bytes, at);
  segment.timestampEcho = readInt32(bytes, at + 4);
}

function readEdges(bytes: Uint8Array, at: number, length: number): SequenceNumber[] {
  const edges: SequenceNumber[] = [];
  for (let offset = 0; offset < length; offset += 4) edges.push(readInt32(bytes, at + offset));
  return edges;
}
