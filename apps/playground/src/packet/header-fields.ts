import { encodePacket, type Packet } from '@halfclose/codec';
import { type TcpOption, tcpOptions } from './tcp-options.ts';

/** A field of a header, and the bits that it is. */
export interface HeaderField {
  /** As the RFC calls it. */
  readonly name: string;
  /** Where it begins in the packet, and how long it is, in bits. */
  readonly bit: number;
  readonly bits: number;
  /** For people. */
  readonly value: string;
}

/** A header with its bytes. */
interface Header {
  readonly title: string;
  /** The RFC that defines it. */
  readonly source: string;
  /** Where it begins and ends in the packet. */
  readonly from: number;
  readonly to: number;
  readonly fields: readonly HeaderField[];
}

/** A packet as it is on the wire, and what its bytes mean. */
export interface PacketBytes {
  readonly bytes: Uint8Array;
  readonly headers: readonly Header[];
}

const TCP_FLAGS = ['CWR', 'ECE', 'URG', 'ACK', 'PSH', 'RST', 'SYN', 'FIN'] as const;

/** What the bytes of a packet mean, field by field; of text nothing. */
export function packetBytes(packet: Packet): PacketBytes {
  const bytes = encodePacket(packet);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const ip = view.getUint8(0) >> 4 === 4 ? ipv4Header(view) : ipv6Header(view);
  const rest = packet.kind === 'tcp' ? tcpHeader(bytes, view, ip.to) : icmpHeader(view, ip.to);
  return { bytes, headers: [ip, rest] };
}

/** Makes the fields of a header, one behind the other. */
class FieldList {
  readonly fields: HeaderField[] = [];
  #bit: number;

  constructor(octet: number) {
    this.#bit = octet * 8;
  }

  add(name: string, bits: number, value: string | number): this {
    this.fields.push({ name, bit: this.#bit, bits, value: String(value) });
    this.#bit += bits;
    return this;
  }
}

function ipv4Header(view: DataView): Header {
  const length = (view.getUint8(0) & 0xf) * 4;
  const flags = view.getUint16(6);
  const list = new FieldList(0)
    .add('Version', 4, 4)
    .add('IHL', 4, `${length / 4} words, ${length} bytes`)
    .add('Type of Service', 8, `DSCP ${view.getUint8(1) >> 2}, ECN ${view.getUint8(1) & 3}`)
    .add('Total Length', 16, `${view.getUint16(2)} bytes`)
    .add('Identification', 16, view.getUint16(4))
    .add('Flags', 3, flags & 0x4000 ? 'DF: may not be cut' : 'may be cut')
    .add('Fragment Offset', 13, flags & 0x1fff)
    .add('Time to Live', 8, view.getUint8(8))
    .add('Protocol', 8, view.getUint8(9) === 6 ? '6, TCP' : `${view.getUint8(9)}, ICMP`)
    .add('Header Checksum', 16, hexadecimal(view.getUint16(10), 4))
    .add('Source Address', 32, dotted(view, 12))
    .add('Destination Address', 32, dotted(view, 16));
  if (length > 20) list.add('Options', (length - 20) * 8, `${length - 20} bytes`);
  return { title: 'IPv4 header', source: 'RFC 791', from: 0, to: length, fields: list.fields };
}

function ipv6Header(view: DataView): Header {
  const { fields } = new FieldList(0)
    .add('Version', 4, 6)
    .add('Traffic Class', 8, (view.getUint16(0) >> 4) & 0xff)
    .add('Flow Label', 20, view.getUint32(0) & 0xfffff)
    .add('Payload Length', 16, `${view.getUint16(4)} bytes`)
    .add('Next Header', 8, view.getUint8(6) === 6 ? '6, TCP' : view.getUint8(6))
    .add('Hop Limit', 8, view.getUint8(7))
    .add('Source Address', 128, groups(view, 8))
    .add('Destination Address', 128, groups(view, 24));
  return { title: 'IPv6 header', source: 'RFC 8200', from: 0, to: 40, fields };
}

function tcpHeader(bytes: Uint8Array, view: DataView, at: number): Header {
  const length = (view.getUint8(at + 12) >> 4) * 4;
  const control = view.getUint8(at + 13);
  const list = new FieldList(at)
    .add('Source Port', 16, view.getUint16(at))
    .add('Destination Port', 16, view.getUint16(at + 2))
    .add('Sequence Number', 32, view.getUint32(at + 4))
    .add('Acknowledgment Number', 32, view.getUint32(at + 8))
    .add('Data Offset', 4, `${length / 4} words, ${length} bytes`)
    .add('Reserved', 4, view.getUint8(at + 12) & 0xf);
  for (const [index, name] of TCP_FLAGS.entries()) list.add(name, 1, (control >> (7 - index)) & 1);
  list
    .add('Window', 16, `${view.getUint16(at + 14)}, not scaled`)
    .add('Checksum', 16, hexadecimal(view.getUint16(at + 16), 4))
    .add('Urgent Pointer', 16, view.getUint16(at + 18));
  for (const option of tcpOptions(bytes.subarray(at + 20, at + length)))
    list.add(`Option: ${option.name}`, option.length * 8, valueOf(option));
  return { title: 'TCP header', source: 'RFC 9293, 3.1', from: at, to: at + length, fields: list.fields };
}

function valueOf({ name, text }: TcpOption): string {
  return text === '' ? name : text;
}

function icmpHeader(view: DataView, at: number): Header {
  const { fields } = new FieldList(at)
    .add('Type', 8, view.getUint8(at))
    .add('Code', 8, view.getUint8(at + 1))
    .add('Checksum', 16, hexadecimal(view.getUint16(at + 2), 4))
    .add('Rest of Header', 32, hexadecimal(view.getUint32(at + 4), 8));
  return { title: 'ICMP header', source: 'RFC 792', from: at, to: at + 8, fields };
}

function hexadecimal(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}

function dotted(view: DataView, at: number): string {
  return [0, 1, 2, 3].map((index) => view.getUint8(at + index)).join('.');
}

function groups(view: DataView, at: number): string {
  return [0, 2, 4, 6, 8, 10, 12, 14].map((index) => view.getUint16(at + index).toString(16)).join(':');
}
