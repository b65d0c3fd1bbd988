export { IpAddress } from './ip-address.ts';
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
export type { IcmpMessage, QuotedSegment } from './icmp-message.ts';
export type { IcmpPacket, Packet, TcpPacket } from './packet.ts';
