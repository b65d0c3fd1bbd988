import { checkBoolean, checkOctets, checkOptions, type OptionNames } from '../arguments.ts';
import { sumOfPseudoHeader } from '../frames/checksum.ts';
import type { DropReason } from './drop-reason.ts';
import { IcmpView } from '../views/icmp-view.ts';
import type { IpAddress } from '../address/ip-address.ts';
import { Ipv4View } from '../views/ipv4-view.ts';
import { walkExtensionHeaders } from '../views/ipv6-extension-headers.ts';
import { Ipv6View } from '../views/ipv6-view.ts';
import { readUint8, viewOf } from '../octets.ts';
import type { IcmpPacket, Packet, TcpPacket } from '../packet/packet.ts';
import { Protocol } from '../packet/protocol.ts';
import { readQuotedSegment } from './quoted-segment.ts';
import { readTcpOptions } from './read-tcp-options.ts';
import { Segment } from '../packet/segment.ts';
import { finalDestination, type SourceRoute } from '../packet/source-route.ts';
import { TcpView } from '../views/tcp-view.ts';

/** How strictly {@link decodePacket} looks. */
export interface DecodeOptions {
  /** `false` if whoever delivered the frame has verified its checksums. Default: `true`. */
  readonly verifyChecksums?: boolean;
}

const OPTIONS: OptionNames<DecodeOptions> = { verifyChecksums: true };

/**
 * Reads one raw IP packet, or says why it is dropped (`typeof result === 'string'`). Never throws, whatever the
 * octets; octets behind the packet's own length are the link's padding and ignored. Payloads, ICMP bodies and the
 * data of unknown options are views of `bytes`, which must not change while they are in use.
 *
 * Not in the result: IPv4 identification, fragmentation flags and options but a source route; IPv6 flow label and extension headers;
 * the reserved bits of TCP; the ECN codepoint around ICMP.
 */
export function decodePacket(bytes: Uint8Array, options?: DecodeOptions): Packet | DropReason {
  checkOctets('bytes', bytes);
  if (options !== undefined) checkOptions('options', options, OPTIONS);
  const verify = options?.verifyChecksums ?? true;
  checkBoolean('options.verifyChecksums', verify);
  if (bytes.length === 0) return 'frame-empty';
  switch (readUint8(bytes, 0) >> 4) {
    case 4:
      return decodeIpv4(bytes, verify);
    case 6:
      return decodeIpv6(bytes, verify);
    default:
      return 'ip-version';
  }
}

function decodeIpv4(bytes: Uint8Array, verify: boolean): Packet | DropReason {
  const ip = Ipv4View.check(bytes);
  if (typeof ip === 'string') return ip;
  if (verify && !ip.hasValidChecksum) return 'ipv4-checksum';
  const route = ip.sourceRoute;
  if (route === 'malformed') return 'ipv4-option';
  if (ip.isFragment) return 'ipv4-fragment';
  switch (ip.protocol) {
    case Protocol.TCP:
      if (route !== null) return decodeRouted(ip, route, verify);
      return decodeTcp(ip, ip.source, ip.destination, ip.payloadOffset, verify);
    case Protocol.ICMP: {
      const packet = decodeIcmp(ip, ip.source, ip.destination, ip.payloadOffset, verify);
      return route === null || typeof packet === 'string' ? packet : { ...packet, sourceRoute: route };
    }
    default:
      return 'unknown-protocol';
  }
}

function decodeIpv6(bytes: Uint8Array, verify: boolean): Packet | DropReason {
  const ip = Ipv6View.check(bytes);
  if (typeof ip === 'string') return ip;
  const source = ip.source;
  const destination = ip.destination;
  if (source.isIPv4 || destination.isIPv4) return 'mapped-address-on-wire';
  let protocol = ip.nextHeader;
  let offset = ip.payloadOffset;
  if (protocol !== Protocol.TCP) {
    const upper = walkExtensionHeaders(bytes, offset, ip.end, protocol);
    if (typeof upper === 'string') return upper;
    protocol = upper.protocol;
    offset = upper.offset;
  }
  switch (protocol) {
    case Protocol.TCP:
      return decodeTcp(ip, source, destination, offset, verify);
    case Protocol.ICMPV6:
      return decodeIcmp(ip, source, destination, offset, verify);
    default:
      return 'unknown-protocol';
  }
}

function decodeTcp(
  ip: Ipv4View | Ipv6View,
  source: IpAddress,
  destination: IpAddress,
  offset: number,
  verify: boolean,
): TcpPacket | DropReason {
  const tcp = TcpView.check(ip.bytes, offset, ip.end);
  if (typeof tcp === 'string') return tcp;
  if (verify) {
    const pseudoHeader = sumOfPseudoHeader(source, destination, Protocol.TCP, ip.end - offset);
    if (!tcp.hasValidChecksum(pseudoHeader)) return 'tcp-checksum';
  }
  const segment = new Segment();
  segment.sourcePort = tcp.sourcePort;
  segment.destinationPort = tcp.destinationPort;
  segment.seq = tcp.seq;
  segment.ack = tcp.ack;
  segment.flags = tcp.flags;
  segment.window = tcp.window;
  segment.urgentPointer = tcp.urgentPointer;
  segment.ecn = ip.ecn;
  if (tcp.optionsOffset !== tcp.payloadOffset) {
    const reason = readTcpOptions(tcp.bytes, tcp.optionsOffset, tcp.payloadOffset, segment);
    if (reason !== null) return reason;
  }
  const length = tcp.end - tcp.payloadOffset;
  if (length > 0) segment.payload = viewOf(tcp.bytes, tcp.payloadOffset, length);
  return { kind: 'tcp', source, destination, hopLimit: ip.hopLimit, dscp: ip.dscp, segment };
}

/** The checksum is over the end of the route, and the packet is still to the next station. */
function decodeRouted(ip: Ipv4View, sourceRoute: SourceRoute, verify: boolean): Packet | DropReason {
  const { source, destination } = ip;
  const packet = decodeTcp(ip, source, finalDestination(destination, sourceRoute), ip.payloadOffset, verify);
  return typeof packet === 'string' ? packet : { ...packet, destination, sourceRoute };
}

function decodeIcmp(
  ip: Ipv4View | Ipv6View,
  source: IpAddress,
  destination: IpAddress,
  offset: number,
  verify: boolean,
): IcmpPacket | DropReason {
  const icmp = IcmpView.check(ip.bytes, offset, ip.end);
  if (typeof icmp === 'string') return icmp;
  const isIPv4 = source.isIPv4;
  if (verify) {
    const pseudoHeader = isIPv4
      ? 0
      : sumOfPseudoHeader(source, destination, Protocol.ICMPV6, ip.end - offset);
    if (!icmp.hasValidChecksum(pseudoHeader)) return 'icmp-checksum';
  }
  const { type, code, parameter, body } = icmp;
  const quoted = readQuotedSegment(type, body, isIPv4);
  const message = { type, code, parameter, quoted, body };
  return { kind: 'icmp', source, destination, hopLimit: ip.hopLimit, dscp: ip.dscp, message };
}
