import { decodePacket, type DropReason, type Packet } from '@halfclose/codec';
import { checkObject } from '@halfclose/codec/arguments';
import type { Frame } from './frame.ts';
import { ipOffset, type LinkRefusal } from './link-layer.ts';

/** A packet of a capture that concerns TCP. */
export interface CapturedPacket {
  /** As Wireshark counts. */
  readonly number: number;
  /** Milliseconds since 1970 UTC; NaN: the file does not say. */
  readonly time: number;
  /** A segment, or an ICMP message. Its payload is what was kept of it, a view of the frame. */
  readonly packet: Packet;
  /** Bytes of TCP payload on the wire, which are more than were kept of a cut packet; 0 for ICMP. */
  readonly payloadLength: number;
  /** The identification field of IPv4; -1: IPv6. */
  readonly identification: number;
}

/** Why a frame is no {@link CapturedPacket}. */
export type FrameRefusal = LinkRefusal | DropReason;

const IPV6_HEADER = 40;
const TCP_HEADER = 20;
const TCP = 6;
/** RFC 791: version and length, total length, protocol. */
const IPV4_HEADER = 20;

/**
 * Reads a frame, or says why it is none of TCP (`typeof result === 'string'`). Never throws, whatever the bytes. Checksums
 * are not looked at: a capture on the host that sent a segment has it before the network card put the checksum in. Packets
 * that the capture cut, and those that were longer than IP can say (segmentation offload), are read as far as they go.
 *
 * @throws TypeError for what is no frame
 */
export function decodeFrame(frame: Frame): CapturedPacket | FrameRefusal {
  checkObject('frame', frame, 'a Frame');
  const { bytes, originalLength, number, time } = frame;
  const offset = ipOffset(frame.interface.linkType, bytes);
  if (typeof offset === 'string') return offset;
  const ip = bytes.subarray(offset);
  const whole = Math.max(originalLength - offset, ip.length);
  const isIPv4 = (ip[0] ?? 0) >> 4 === 4;
  if (ip.length < (isIPv4 ? IPV4_HEADER : IPV6_HEADER)) return 'link-truncated';
  const length = Math.min(whole, isIPv4 ? ipv4Length(ip, whole) : ipv6Length(ip, whole));
  const claimed = readUint16(ip, isIPv4 ? 2 : 4) + (isIPv4 ? 0 : IPV6_HEADER);
  const isCut = claimed > ip.length || isLengthless(ip, isIPv4);
  const fitted = isCut ? fit(ip, isIPv4) : ip;
  const packet = decodePacket(fitted, { verifyChecksums: false });
  if (typeof packet === 'string') return packet;
  // Where options were cut, all of the payload was, and nothing of either is in `fitted`.
  const hidden = cutOptions(ip, isIPv4);
  const kept = hidden > 0 ? ip.length + hidden : fitted.length;
  const lostPayload = isCut ? Math.max(0, length - kept) : 0;
  return {
    number,
    time,
    packet,
    payloadLength: packet.kind === 'tcp' ? packet.segment.payload.length + lostPayload : 0,
    identification: isIPv4 ? readUint16(ip, 4) : -1,
  };
}

/** Bytes of the packet on the wire. 0 in the header: the card is to cut it, so the frame tells. */
function ipv4Length(ip: Uint8Array, whole: number): number {
  const length = readUint16(ip, 2);
  return length === 0 ? whole : length;
}

function ipv6Length(ip: Uint8Array, whole: number): number {
  const length = readUint16(ip, 4);
  return length === 0 ? whole : IPV6_HEADER + length;
}

function isLengthless(ip: Uint8Array, isIPv4: boolean): boolean {
  return readUint16(ip, isIPv4 ? 2 : 4) === 0;
}

/** A copy that says that it ends where the capture cut it; options of TCP that were cut are left out. */
function fit(ip: Uint8Array, isIPv4: boolean): Uint8Array {
  const room = isIPv4 ? 0xffff : 0xffff + IPV6_HEADER;
  // Not slice(): on a Buffer, that is one more view.
  const copy = new Uint8Array(ip.subarray(0, room));
  if (isIPv4) writeUint16(copy, 2, copy.length);
  else writeUint16(copy, 4, copy.length - IPV6_HEADER);
  if (cutOptions(copy, isIPv4) === 0) return copy;
  const tcp = tcpOffset(copy, isIPv4);
  copy[tcp + 12] = ((copy[tcp + 12] ?? 0) & 0xf) | ((TCP_HEADER / 4) << 4);
  return isIPv4 ? endAt(copy, tcp + TCP_HEADER, 2, 0) : endAt(copy, tcp + TCP_HEADER, 4, IPV6_HEADER);
}

/** Bytes of the TCP header that the capture cut off behind its fixed part. */
function cutOptions(ip: Uint8Array, isIPv4: boolean): number {
  const tcp = tcpOffset(ip, isIPv4);
  if (ip[isIPv4 ? 9 : 6] !== TCP || ip.length < tcp + TCP_HEADER) return 0;
  return Math.max(0, tcp + ((ip[tcp + 12] ?? 0) >> 4) * 4 - ip.length);
}

function tcpOffset(ip: Uint8Array, isIPv4: boolean): number {
  return isIPv4 ? ((ip[0] ?? 0) & 0xf) * 4 : IPV6_HEADER;
}

/** The packet up to `end`, which its length field at `field` then says. */
function endAt(copy: Uint8Array, end: number, field: number, header: number): Uint8Array {
  writeUint16(copy, field, end - header);
  return copy.subarray(0, end);
}

function readUint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function writeUint16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 8;
  bytes[at + 1] = value & 0xff;
}
