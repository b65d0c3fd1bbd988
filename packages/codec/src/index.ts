export {
  type SequenceNumber,
  seqAdd,
  seqDiff,
  seqGeq,
  seqGt,
  seqLeq,
  seqLt,
  seqMax,
  seqMin,
} from './packet/sequence-number.ts';
export { Ecn, Flag, NO_BYTES, Segment, segmentLength, type UnknownOption } from './packet/segment.ts';
export type { IcmpPacket, Packet, TcpPacket } from './packet/packet.ts';

export { ANY_IPV4, ANY_IPV6, IpAddress, ipv4, LOOPBACK_IPV4, LOOPBACK_IPV6 } from './address/ip-address.ts';
export { formatIpAddress } from './address/ip-address-format.ts';
export { ipAddressFromBytes, writeIpAddress } from './address/ip-address-octets.ts';
export { parseIpAddress } from './address/ip-address-parse.ts';
export { type IpPrefix, matchesPrefix, parseIpPrefix, readIpPrefix } from './address/ip-prefix.ts';

export { type DecodeOptions, decodePacket } from './decode/decode-packet.ts';
export { DROP_REASONS, type DropReason } from './decode/drop-reason.ts';
export {
  encodeHeadersInto,
  encodePacket,
  encodePacketInto,
  type EncodeOptions,
  headersLength,
  packetLength,
} from './encode/encode-packet.ts';
export { type SourceRoute, sourceRouteLength } from './packet/source-route.ts';
export { tcpHeaderLength, tcpOptionsLength } from './packet/tcp-length.ts';

export { icmpError, icmpErrorDscp, isIcmpError, isIcmpErrorFrame } from './frames/icmp-error.ts';
export {
  checkIcmpErrorLimits,
  type IcmpErrorLimits,
  IcmpErrorLimiter,
  type IcmpErrorVerdict,
} from './frames/icmp-error-limiter.ts';
export type { IcmpMessage, QuotedSegment } from './packet/icmp-message.ts';
export {
  IcmpTimeExceeded,
  IcmpType,
  IcmpUnreachable,
  Icmpv6Parameter,
  Icmpv6Type,
  Icmpv6Unreachable,
} from './packet/icmp-type.ts';

export { internetChecksum, onesComplementSum, pseudoHeaderSum, updateChecksum } from './frames/checksum.ts';
export { cutFrame } from './frames/cut-frame.ts';
export { FragmentView } from './views/fragment-view.ts';
export { joinFragments } from './frames/join-fragments.ts';
export { IcmpView } from './views/icmp-view.ts';
export { Ipv4View } from './views/ipv4-view.ts';
export { findIpv6Fault, type Ipv6Fault } from './views/ipv6-fault.ts';
export type { UpperLayer } from './views/ipv6-extension-headers.ts';
export { Ipv6View } from './views/ipv6-view.ts';
export { Protocol } from './packet/protocol.ts';
export { TcpView } from './views/tcp-view.ts';
export { isDeliverableUdp } from './views/udp-datagram.ts';

export { LINKTYPE_RAW } from './pcapng/pcapng-format.ts';
export {
  type Pcapng,
  PCAPNG_FAULTS,
  type PcapngFault,
  type PcapngInterface,
  type PcapngPacket,
  readPcapng,
} from './pcapng/pcapng-reader.ts';
export { type PcapngRecord, PcapngWriter, type PcapngWriterOptions } from './pcapng/pcapng-writer.ts';
