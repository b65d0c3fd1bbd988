import { shown } from '../arguments.ts';
import type { SequenceNumber } from './sequence-number.ts';

/** The control bits of a TCP header as they stand in its 13th and 14th octets (RFC 9293, 3.1; AE: RFC 9768). */
export const Flag = {
  FIN: 0x001,
  SYN: 0x002,
  RST: 0x004,
  PSH: 0x008,
  ACK: 0x010,
  URG: 0x020,
  ECE: 0x040,
  CWR: 0x080,
  AE: 0x100,
} as const;

/** The ECN codepoints of an IP header (RFC 3168, section 5). */
export const Ecn = { NotEct: 0, Ect1: 1, Ect0: 2, Ce: 3 } as const;

/**
 * A TCP option that this codec keeps but does not interpret. One of a kind and length that it does interpret can be
 * written (a second MSS, for instance), but is decoded as what it says.
 */
export interface UnknownOption {
  /** Option kind, 2 to 255. */
  readonly kind: number;
  /** The option's data, without kind and length octets. */
  readonly data: Uint8Array;
}

/** No octets at all; every segment without text shares it. */
export const NO_BYTES: Uint8Array = new Uint8Array(0);

/**
 * A TCP segment as a value: header, options and text (RFC 9293, 3.1).
 *
 * One flat object of one shape, because a segment is made and read for each packet. Fields are written by
 * whoever makes the segment and read-only from the moment it is sent. `payload` is a view of its sender's memory
 * (a send buffer on loopback, a frame on a wire device) and is not to be written to.
 */
export class Segment {
  /** 0 to 65535. */
  sourcePort = 0;
  /** 0 to 65535. */
  destinationPort = 0;
  /** Number of the first octet of its text, or of its SYN, as int32 (RFC 9293, 3.1). */
  seq: SequenceNumber = 0;
  /** Meaningful only if `flags` has ACK; else 0 on what we send. */
  ack: SequenceNumber = 0;
  /** Bits of {@link Flag}. */
  flags = 0;
  /** The window field as sent, unscaled: 0 to 65535. */
  window = 0;
  /** 0 to 65535; meaningful only with URG. */
  urgentPointer = 0;
  /** MSS option in octets, 0 to 65535; -1: absent (RFC 9293, 3.7.1). */
  maximumSegmentSize = -1;
  /** Window scale option's shift count, 0 to 255; -1: absent (RFC 7323, section 2). */
  windowScale = -1;
  /** SACK-permitted option present (RFC 2018, section 2). */
  sackPermitted = false;
  /** Timestamps option present (RFC 7323, section 3). */
  hasTimestamps = false;
  /** TSval as int32. */
  timestampValue = 0;
  /** TSecr as int32. */
  timestampEcho = 0;
  /** SACK blocks as left and right edges in turn, in the order of the option; `null`: absent, and so is an empty list
   * when it is written (RFC 2018, section 3). */
  sackBlocks: readonly SequenceNumber[] | null = null;
  /** Options kept as they came; `null`: none. */
  unknownOptions: readonly UnknownOption[] | null = null;
  /** The ECN codepoint of the IP header around this segment, one of {@link Ecn}. */
  ecn: number = Ecn.NotEct;
  /** The segment's text. */
  payload: Uint8Array = NO_BYTES;
  /**
   * Octets of text per segment that a device is to make of this one, the last one having what is left (Linux gso_size);
   * 0: this is one segment. It tells a device that segments what fits the peer and the path, and is nothing on the
   * wire: it is not encoded, and 0 in what is decoded.
   */
  gsoSize = 0;
}

/**
 * SEG.LEN: octets of text plus one each for SYN and FIN (RFC 9293, 3.3.1).
 *
 * @throws TypeError for what is no segment
 */
export function segmentLength(segment: Segment): number {
  const octets = textLength(segment);
  const flags = segment.flags;
  return octets + ((flags >> 1) & 1) + (flags & 1);
}

/** Octets of text. Asked for each segment, so that only one without any length is found to be none: it throws a TypeError. */
export function textLength(segment: Segment): number {
  const given: Partial<Segment> | null | undefined = segment;
  const octets = given?.payload?.length;
  if (octets === undefined) throw new TypeError(`segment must be a Segment, not ${shown(segment)}`);
  return octets;
}
