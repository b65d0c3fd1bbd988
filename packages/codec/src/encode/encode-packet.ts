import { checkBoolean, checkInteger, checkOctets, checkOptions, type OptionNames } from '../arguments.ts';
import {
  checkIpFields,
  checkMask,
  checkMessage,
  checkPacket,
  checkSegment,
  maximalLength,
} from '../packet/check-packet.ts';
import { sumWithin, sumOfPseudoHeader } from '../frames/checksum.ts';
import type { IcmpMessage } from '../packet/icmp-message.ts';
import { writeInt32, writeUint16 } from '../octets.ts';
import type { IcmpPacket, Packet, TcpPacket } from '../packet/packet.ts';
import { Protocol } from '../packet/protocol.ts';
import type { Segment } from '../packet/segment.ts';
import { finalDestination, sourceRouteLength, writeSourceRoute } from '../packet/source-route.ts';
import { MINIMAL_TCP_HEADER, packedOptionsLength, tcpHeaderLength } from '../packet/tcp-length.ts';
import {
  DONT_FRAGMENT,
  IPV4_HEADER,
  IPV6_HEADER,
  writeIpv4Header,
  writeIpv6Header,
} from './write-ip-header.ts';
import { writeTcpOptions } from './write-tcp-options.ts';

/** What {@link encodePacket} cannot know from the packet. */
export interface EncodeOptions {
  /**
   * `false` leaves the TCP or ICMPv6 checksum to the device: its field then has the sum of the pseudo-header, as
   * devices that offload checksums want it, and that of ICMP has 0. The IPv4 header's is always written.
   * Default: `true`.
   */
  readonly checksum?: boolean;
  /** The identification field of IPv4, 0 to 65535. Default: the packet's, or 0, which does beside DF (RFC 6864, 4.1). */
  readonly identification?: number;
}

const OPTIONS: OptionNames<EncodeOptions> = { checksum: true, identification: true };

const ICMP_HEADER = 8;

/** Octets of the packet on the wire, its IP header included. */
export function packetLength(packet: Packet): number {
  checkPacket('packet', packet);
  const ipHeader = ipHeaderLength(packet);
  return packet.kind === 'tcp'
    ? ipHeader + tcpHeaderLengthOf(packet) + packet.segment.payload.length
    : ipHeader + ICMP_HEADER + packet.message.body.length;
}

/** Octets of the headers in front of a packet's text, of each part if it is split. */
export function headersLength(packet: TcpPacket): number {
  checkPacket('packet', packet);
  return ipHeaderLength(packet) + tcpHeaderLength(packet.segment);
}

/** Without the padding between options where that would be too much for the packet. */
function tcpHeaderLengthOf(packet: TcpPacket): number {
  const { segment } = packet;
  const usual = tcpHeaderLength(segment);
  const room = maximalLength(packet) - ipHeaderLength(packet) - segment.payload.length;
  return usual <= room ? usual : MINIMAL_TCP_HEADER + packedOptionsLength(segment);
}

function ipHeaderLength(packet: Packet): number {
  if (!packet.source.isIPv4) return IPV6_HEADER;
  return packet.sourceRoute !== undefined
    ? IPV4_HEADER + sourceRouteLength(packet.sourceRoute.addresses.length)
    : IPV4_HEADER;
}

/**
 * The packet as a frame of its own: its octets from the IP header on.
 *
 * @throws RangeError that names the field which the wire cannot carry.
 */
export function encodePacket(packet: Packet, options?: EncodeOptions): Uint8Array {
  const target = new Uint8Array(packetLength(packet));
  encodePacketInto(packet, target, 0, options);
  return target;
}

/**
 * Writes the packet into `target` from `offset` on and returns how many octets that took. The quoted segment of an
 * ICMP message is not written; it stands in its body.
 *
 * @throws RangeError that names the field which the wire cannot carry, or `target` if it is too short; nothing is
 * written then.
 */
export function encodePacketInto(
  packet: Packet,
  target: Uint8Array,
  offset: number,
  options?: EncodeOptions,
): number {
  checkPacket('packet', packet);
  checkOctets('target', target);
  checkInteger('offset', offset, 0, target.length);
  if (options !== undefined) {
    checkOptions('options', options, OPTIONS);
    checkBoolean('options.checksum', options.checksum ?? true);
  }
  return packet.kind === 'tcp'
    ? encodeTcp(packet, target, offset, options)
    : encodeIcmp(packet, target, offset, options);
}

/**
 * Writes the IP and TCP headers of the packet, as they stand before its payload, into `target` from `offset` on, and
 * returns how many octets that took. The checksum field of TCP has the sum of the pseudo-header, for a device that is given
 * the payload in a piece of its own and computes the rest.
 *
 * @throws RangeError that names the field which the wire cannot carry, or `target` if it is too short; nothing is
 * written then.
 */
export function encodeHeadersInto(packet: TcpPacket, target: Uint8Array, offset: number): number {
  checkPacket('packet', packet);
  checkOctets('target', target);
  checkInteger('offset', offset, 0, target.length);
  const { segment } = packet;
  const headerLength = tcpHeaderLengthOf(packet);
  const start = writeHeaders(packet, headerLength, target, offset, 0, undefined);
  writeUint16(target, start + 16, sumBeforeTcp(packet, headerLength + segment.payload.length));
  return start + headerLength - offset;
}

function encodeTcp(packet: TcpPacket, target: Uint8Array, offset: number, options?: EncodeOptions): number {
  const { payload } = packet.segment;
  const headerLength = tcpHeaderLengthOf(packet);
  const length = headerLength + payload.length;
  const start = writeHeaders(packet, headerLength, target, offset, payload.length, options);
  if (payload.length !== 0) target.set(payload, start + headerLength);
  const sum = sumBeforeTcp(packet, length);
  const checksum = options?.checksum === false ? sum : ~sumWithin(target, start, length, sum);
  writeUint16(target, start + 16, checksum);
  return start + length - offset;
}

/** Checks and writes both headers, with room for `room` octets behind them, and returns where that of TCP begins. */
function writeHeaders(
  packet: TcpPacket,
  headerLength: number,
  target: Uint8Array,
  offset: number,
  room: number,
  options: EncodeOptions | undefined,
): number {
  const { segment } = packet;
  const length = headerLength + segment.payload.length;
  checkSegment(segment, headerLength);
  checkRoom(target, offset, ipHeaderLength(packet) + headerLength + room);
  const start = writeIpHeader(packet, segment.ecn, Protocol.TCP, length, target, offset, options);
  writeTcpHeader(segment, headerLength, target, start);
  return start;
}

/** The sum of the pseudo-header, to the end of a source route. */
function sumBeforeTcp({ source, destination, sourceRoute }: TcpPacket, length: number): number {
  const end = sourceRoute === undefined ? destination : finalDestination(destination, sourceRoute);
  return sumOfPseudoHeader(source, end, Protocol.TCP, length);
}

function writeTcpHeader(segment: Segment, headerLength: number, target: Uint8Array, offset: number): void {
  writeUint16(target, offset, segment.sourcePort);
  writeUint16(target, offset + 2, segment.destinationPort);
  writeInt32(target, offset + 4, segment.seq);
  writeInt32(target, offset + 8, segment.ack);
  // The data offset counts words and stands in the upper 4 bits.
  writeUint16(target, offset + 12, (headerLength << 10) | segment.flags);
  writeUint16(target, offset + 14, segment.window);
  writeInt32(target, offset + 16, segment.urgentPointer);
  const optionsLength = headerLength - MINIMAL_TCP_HEADER;
  if (optionsLength !== 0) writeTcpOptions(segment, target, offset + MINIMAL_TCP_HEADER, optionsLength);
}

function encodeIcmp(packet: IcmpPacket, target: Uint8Array, offset: number, options?: EncodeOptions): number {
  const message = packet.message;
  const isIPv4 = packet.source.isIPv4;
  const protocol = isIPv4 ? Protocol.ICMP : Protocol.ICMPV6;
  const length = ICMP_HEADER + message.body.length;
  checkMessage(message);
  checkRoom(target, offset, ipHeaderLength(packet) + length);
  const start = writeIpHeader(packet, 0, protocol, length, target, offset, options);
  writeIcmpMessage(message, target, start);
  const sum = isIPv4 ? 0 : sumOfPseudoHeader(packet.source, packet.destination, protocol, length);
  const checksum = options?.checksum === false ? sum : ~sumWithin(target, start, length, sum);
  writeUint16(target, start + 2, checksum);
  return start + length - offset;
}

function writeIcmpMessage(message: IcmpMessage, target: Uint8Array, offset: number): void {
  writeInt32(target, offset, (message.type << 24) | (message.code << 16));
  writeInt32(target, offset + 4, message.parameter);
  target.set(message.body, offset + ICMP_HEADER);
}

/** Checks and writes the IP header around `length` octets and returns where these start. */
function writeIpHeader(
  packet: Packet,
  ecn: number,
  protocol: number,
  length: number,
  target: Uint8Array,
  offset: number,
  options: EncodeOptions | undefined,
): number {
  const isIPv4 = packet.source.isIPv4;
  const headerLength = ipHeaderLength(packet);
  const totalLength = headerLength + length;
  const own = packet.identification;
  checkIpFields(packet, totalLength);
  // That of a fragment of IPv6 is longer, and stands in no header here.
  const identification = options?.identification ?? (isIPv4 || packet.kind === 'tcp' ? own : 0) ?? 0;
  checkMask('identification', identification, 0xffff);
  if (isIPv4) {
    if (packet.sourceRoute !== undefined) {
      writeSourceRoute(packet.sourceRoute, target, offset + IPV4_HEADER);
    }
    const flags = own === undefined ? DONT_FRAGMENT : 0;
    writeIpv4Header(packet, ecn, protocol, identification, flags, headerLength, totalLength, target, offset);
  } else writeIpv6Header(packet, ecn, protocol, length, target, offset);
  return offset + headerLength;
}

function checkRoom(target: Uint8Array, offset: number, length: number): void {
  if (offset + length > target.length)
    throw new RangeError(`target: too short for a packet of ${String(length)} octets at its place`);
}
