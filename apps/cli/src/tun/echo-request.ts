import { type IcmpPacket, IcmpType, Icmpv6Type, type IpAddress, type Packet } from '@halfclose/codec';

/** As Linux sends them (net.ipv4.ip_default_ttl). */
const HOP_LIMIT = 64;

/** What tells one request, and its reply, from all others (RFC 792; RFC 4443, 4.1). */
export interface EchoNumbers {
  /** Of the program that asks, 0 to 65535. */
  readonly identifier: number;
  /** 0 to 65535. */
  readonly sequence: number;
}

/** An ICMP or ICMPv6 echo request with `size` bytes of data. */
export function echoRequest(
  source: IpAddress,
  destination: IpAddress,
  { identifier, sequence }: EchoNumbers,
  size: number,
): IcmpPacket {
  const message = {
    type: source.isIPv4 ? IcmpType.ECHO : Icmpv6Type.ECHO,
    code: 0,
    parameter: ((identifier << 16) | sequence) >>> 0,
    quoted: null,
    body: Uint8Array.from({ length: size }, (_, index) => index & 0xff),
  };
  return { kind: 'icmp', source, destination, hopLimit: HOP_LIMIT, dscp: 0, message };
}

/** The numbers of an echo reply from `source` to `destination`; `null`: it is something else. */
export function echoReply(packet: Packet, source: IpAddress, destination: IpAddress): EchoNumbers | null {
  if (packet.kind !== 'icmp') return null;
  const { type, parameter } = packet.message;
  const wanted = source.isIPv4 ? IcmpType.ECHO_REPLY : Icmpv6Type.ECHO_REPLY;
  if (type !== wanted || !packet.source.equals(source) || !packet.destination.equals(destination))
    return null;
  return { identifier: parameter >>> 16, sequence: parameter & 0xffff };
}
