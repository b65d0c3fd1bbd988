import {
  decodePacket,
  Flag,
  type IcmpPacket,
  type IpAddress,
  ipv4,
  type Packet,
  parseIpAddress,
  Segment,
  type TcpPacket,
} from '../src/index.ts';

export function address(text: string): IpAddress {
  const parsed = parseIpAddress(text);
  if (parsed === null) throw new Error(`not an address: ${text}`);
  return parsed;
}

/** A segment as `new Segment()` makes it, but for the given fields. */
export function segment(fields: Partial<Segment> = {}): Segment {
  return Object.assign(new Segment(), fields);
}

/** An IPv4 packet around a bare ACK, but for the given fields of its segment. */
export function tcp4(fields: Partial<Segment> = {}): TcpPacket {
  return {
    kind: 'tcp',
    source: ipv4(192, 0, 2, 1),
    destination: ipv4(192, 0, 2, 2),
    hopLimit: 64,
    dscp: 0,
    segment: segment({ sourcePort: 40000, destinationPort: 80, flags: Flag.ACK, window: 1000, ...fields }),
  };
}

/** The same in IPv6. */
export function tcp6(fields: Partial<Segment> = {}): TcpPacket {
  return { ...tcp4(fields), source: address('2001:db8::1'), destination: address('2001:db8::2') };
}

function decoded(bytes: Uint8Array): Packet {
  const packet = decodePacket(bytes);
  if (typeof packet === 'string') throw new Error(`dropped: ${packet}`);
  return packet;
}

export function decodedTcp(bytes: Uint8Array): TcpPacket {
  const packet = decoded(bytes);
  if (packet.kind !== 'tcp') throw new Error('no TCP');
  return packet;
}

export function decodedIcmp(bytes: Uint8Array): IcmpPacket {
  const packet = decoded(bytes);
  if (packet.kind !== 'icmp') throw new Error('no ICMP');
  return packet;
}

/** A copy of the frame with some octets changed; keys are offsets. */
export function changed(frame: Uint8Array, octets: Readonly<Record<number, number>>): Uint8Array {
  const copy = frame.slice();
  for (const [offset, octet] of Object.entries(octets)) copy[Number(offset)] = octet;
  return copy;
}
