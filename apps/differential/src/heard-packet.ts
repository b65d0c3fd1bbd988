import { decodePacket, Flag, type Packet, type Segment, seqDiff } from '@halfclose/codec';
import { formatFlags } from '@halfclose/packetdrill';

/** What the system under test sent, in numbers that both sides share. */
export interface HeardPacket {
  /** On the clock of its side. */
  readonly at: number;
  /** How many steps had been begun. */
  readonly step: number;
  /** All of it as text but the timestamps' value, and the window. */
  readonly text: string;
  readonly window: number;
  /** `null`: there is none. */
  readonly timestamp: number | null;
  readonly segment: Segment | null;
  /** Relative to the two SYNs. */
  readonly seq: number;
  readonly ack: number;
}

/** What the numbers of a packet are relative to. */
export interface Origins {
  readonly tested: number;
  readonly peer: number;
}

/** A frame of the system under test. */
export function hear(frame: Uint8Array, at: number, step: number, origins: Origins): HeardPacket {
  const packet = decodePacket(frame);
  if (typeof packet === 'string') {
    const text = `malformed: ${packet}`;
    return { at, step, text, window: 0, timestamp: null, segment: null, seq: 0, ack: 0 };
  }
  if (packet.kind === 'icmp') {
    const text = `icmp type ${packet.message.type} code ${packet.message.code} ${ipText(packet)}`;
    return { at, step, text, window: 0, timestamp: null, segment: null, seq: 0, ack: 0 };
  }
  const { segment } = packet;
  // A RST that answers what acknowledges nothing has a number of its own: zero.
  const isOwn = segment.seq === 0 && (segment.flags & Flag.RST) !== 0;
  const seq = isOwn ? 0 : seqDiff(segment.seq, origins.tested);
  const hasAck = (segment.flags & Flag.ACK) !== 0;
  const ack = hasAck ? seqDiff(segment.ack, origins.peer) : segment.ack;
  return {
    at,
    step,
    text: `${segmentText(segment, seq, ack, origins)} ${ipText(packet)}`,
    window: segment.window,
    timestamp: segment.hasTimestamps ? segment.timestampValue : null,
    segment,
    seq,
    ack,
  };
}

/** `P. 1:11(10) ack 1 <TS ecr 5>`, with a sum of the text where there is some. */
function segmentText(segment: Segment, seq: number, ack: number, origins: Origins): string {
  const { flags, payload } = segment;
  const { length } = payload;
  const words = [formatFlags(flags), `${seq}:${seq + length}(${length})`];
  if ((flags & Flag.ACK) !== 0) words.push(`ack ${ack}`);
  if (segment.urgentPointer !== 0) words.push(`urg ${segment.urgentPointer}`);
  const options: string[] = [];
  if (segment.maximumSegmentSize >= 0) options.push(`mss ${segment.maximumSegmentSize}`);
  if (segment.sackPermitted) options.push('sackOK');
  if (segment.hasTimestamps) options.push(`TS ecr ${segment.timestampEcho}`);
  if (segment.windowScale >= 0) options.push(`wscale ${segment.windowScale}`);
  if (segment.sackBlocks !== null)
    options.push(`sack ${segment.sackBlocks.map((edge) => seqDiff(edge, origins.peer)).join(' ')}`);
  for (const { kind } of segment.unknownOptions ?? []) options.push(`kind ${kind}`);
  if (options.length > 0) words.push(`<${options.join(',')}>`);
  if (length > 0) words.push(`#${sumOf(payload)}`);
  return words.join(' ');
}

function ipText(packet: Packet): string {
  const ecn = packet.kind === 'tcp' ? packet.segment.ecn : 0;
  const words = [`ttl ${packet.hopLimit}`];
  if (packet.dscp !== 0) words.push(`dscp ${packet.dscp}`);
  if (ecn !== 0) words.push(`ecn ${ecn}`);
  if (packet.identification !== undefined) words.push('may be cut');
  return `(${words.join(', ')})`;
}

/** A small number that other text hardly has (FNV-1a). */
export function sumOf(bytes: Uint8Array): string {
  let sum = 0x811c9dc5;
  for (const byte of bytes) sum = Math.imul(sum ^ byte, 0x01000193);
  return (sum >>> 0).toString(16);
}
