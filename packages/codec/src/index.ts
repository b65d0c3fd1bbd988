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
} from './sequence-number.ts';
export { Ecn, Flag, NO_BYTES, Segment, segmentLength, type UnknownOption } from './segment.ts';
export type { IcmpPacket, Packet, TcpPacket } from './packet.ts';

export { ANY_IPV4, ANY_IPV6, IpAddress, ipv4, LOOPBACK_IPV4, LOOPBACK_IPV6 } from './ip-address.ts';
export { formatIpAddress } from './ip-address-format.ts';
export { ipAddressFromBytes, writeIpAddress } from './ip-address-octets.ts';
export { parseIpAddress } from './ip-address-parse.ts';
export { type IpPrefix, matchesPrefix, parseIpPrefix, readIpPrefix } from './ip-prefix.ts';

export { type DecodeOptions, decodePacket } from './decode-packet.ts';
export { DROP_REASONS, type DropReason } from './drop-reason.ts';
export {
  encodeHeadersInto,
  encodePacket,
  encodePacketInto,
  type EncodeOptions,
  headersLength,
  packetLength,
} from './encode-packet.ts';
export { type SourceRoute, sourceRouteLength } from './source-route.ts';
export { tcpHeaderLength, tcpOptionsLength } from './tcp-length.ts';

export { icmpError, icmpErrorDscp, isIcmpError, isIcmpErrorFrame } from './icmp-error.ts';
export {
  checkIcmpErrorLimits,
  type IcmpErrorLimits,
  IcmpErrorLimiter,
  type IcmpErrorVerdict,
} from './icmp-error-limiter.ts';
export type { IcmpMessage, QuotedSegment } from './icmp-message.ts';
export {
  IcmpTimeExceeded,
  IcmpType,
  IcmpUnreachable,
  Icmpv6Parameter,
  Icmpv6Type,
  Icmpv6Unreachable,
} from './icmp-type.ts';

export { internetChecksum, onesComplementSum, pseudoHeaderSum, updateChecksum } from './checksum.ts';
export { cutFrame } from './cut-frame.ts';
export { FragmentView } from './fragment-view.ts';
export { joinFragments } from './join-fragments.ts';
export { IcmpView } from './icmp-view.ts';
export { Ipv4View } from './ipv4-view.ts';
export { findIpv6Fault, type Ipv6Fault } from './ipv6-fault.ts';
export type { UpperLayer } from './ipv6-extension-headers.ts';
export { Ipv6View } from './ipv6-view.ts';
export { Protocol } from './protocol.ts';
export { TcpView } from './tcp-view.ts';
export { isDeliverableUdp } from './udp-datagram.ts';

export { LINKTYPE_RAW } from './pcapng-format.ts';
export {
  type Pcapng,
  PCAPNG_FAULTS,
  type PcapngFault,
  type PcapngInterface,
  type PcapngPacket,
  readPcapng,
} from './pcapng-reader.ts';
export { type PcapngRecord, PcapngWriter, type PcapngWriterOptions } from './pcapng-writer.ts';
