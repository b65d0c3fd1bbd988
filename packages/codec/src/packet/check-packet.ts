import { shown } from '../arguments.ts';
import type { IcmpMessage } from './icmp-message.ts';
import type { Packet } from './packet.ts';
import type { Segment } from './segment.ts';
import { checkSourceRoute } from './source-route.ts';
import { MAXIMAL_TCP_HEADER, MINIMAL_TCP_HEADER } from './tcp-length.ts';
import { IPV6_HEADER } from '../encode/write-ip-header.ts';

// What the wire cannot carry is a mistake of the caller: these throw, and name the field.

/**
 * Checks what every packet has, at the little cost that each one can bear.
 *
 * @throws TypeError that begins with `name`.
 */
export function checkPacket(name: string, packet: Packet): void {
  const given: unknown = packet;
  const isPacket =
    typeof given === 'object' &&
    given !== null &&
    (packet.kind === 'tcp'
      ? packet.segment?.payload instanceof Uint8Array
      : packet.kind === 'icmp' && packet.message?.body instanceof Uint8Array);
  if (!isPacket) throw new TypeError(`${name} must be a TcpPacket or an IcmpPacket, not ${shown(given)}`);
}

/**
 * Checks the fields of the IP layer.
 *
 * @throws RangeError that names the field which the wire cannot carry.
 */
export function checkIpFields(packet: Packet, totalLength: number): void {
  if (packet.source.isIPv4 !== packet.destination.isIPv4) {
    throw new RangeError('destination: not of the same family as source');
  }
  checkMask('hopLimit', packet.hopLimit, 0xff);
  checkMask('dscp', packet.dscp, 0x3f);
  if (packet.sourceRoute !== undefined) {
    if (!packet.source.isIPv4) throw new RangeError('sourceRoute: IPv6 has none');
    checkSourceRoute(packet.sourceRoute);
  }
  const most = maximalLength(packet);
  if (totalLength > most) {
    throw new RangeError(`packet: ${String(totalLength)} octets, and IP carries at most ${String(most)}`);
  }
}

/** Octets that a packet can have. IPv6 does not count its header (RFC 791, 3.1; RFC 8200, section 3). */
export function maximalLength({ source }: Packet): number {
  return source.isIPv4 ? 0xffff : 0xffff + IPV6_HEADER;
}

/**
 * Checks the fields of a segment whose header takes `headerLength` octets.
 *
 * @throws RangeError that names the field which the wire cannot carry.
 */
export function checkSegment(segment: Segment, headerLength: number): void {
  checkMask('sourcePort', segment.sourcePort, 0xffff);
  checkMask('destinationPort', segment.destinationPort, 0xffff);
  checkInt32('seq', segment.seq);
  checkInt32('ack', segment.ack);
  checkMask('flags', segment.flags, 0x1ff);
  checkMask('window', segment.window, 0xffff);
  checkMask('urgentPointer', segment.urgentPointer, 0xffff);
  checkMask('ecn', segment.ecn, 3);
  const hasOptions = headerLength !== MINIMAL_TCP_HEADER;
  if (hasOptions || segment.maximumSegmentSize !== -1 || segment.windowScale !== -1) {
    checkOptions(segment, headerLength);
  }
}

function checkOptions(segment: Segment, headerLength: number): void {
  if (headerLength > MAXIMAL_TCP_HEADER) {
    throw new RangeError(`options: a header of ${String(headerLength)} octets, and TCP has at most 60`);
  }
  if (segment.maximumSegmentSize !== -1) checkMask('maximumSegmentSize', segment.maximumSegmentSize, 0xffff);
  if (segment.windowScale !== -1) checkMask('windowScale', segment.windowScale, 0xff);
  if (segment.hasTimestamps) {
    checkInt32('timestampValue', segment.timestampValue);
    checkInt32('timestampEcho', segment.timestampEcho);
  }
  const sackBlocks = segment.sackBlocks;
  if (sackBlocks !== null) {
    if (sackBlocks.length % 2 !== 0) throw new RangeError('sackBlocks: a left edge without its right edge');
    for (const edge of sackBlocks) checkInt32('sackBlocks', edge);
  }
  for (const { kind } of segment.unknownOptions ?? []) {
    checkMask('unknownOptions: kind', kind, 0xff);
    if (kind < 2) throw new RangeError('unknownOptions: kinds 0 and 1 are padding');
  }
}

/**
 * Checks the fields of an ICMP message.
 *
 * @throws RangeError that names the field which the wire cannot carry.
 */
export function checkMessage(message: IcmpMessage): void {
  checkMask('type', message.type, 0xff);
  checkMask('code', message.code, 0xff);
  if (message.parameter >>> 0 !== message.parameter) throw outOfRange('parameter', message.parameter);
}

/**
 * Checks that `value` is an integer from 0 to `mask`, which is a mask of low bits.
 *
 * @throws RangeError that starts with `name`.
 */
export function checkMask(name: string, value: number, mask: number): void {
  if (typeof value !== 'number' || (value & mask) !== value) throw outOfRange(name, value);
}

function checkInt32(name: string, value: number): void {
  if (typeof value !== 'number' || (value | 0) !== value) throw outOfRange(name, value);
}

function outOfRange(name: string, value: number): RangeError {
  return new RangeError(`${name}: ${shown(value)} is out of range`);
}
