import { describe, expect, it } from 'vitest';
import {
  decodePacket,
  encodePacket,
  Flag,
  icmpError,
  type IcmpMessage,
  type IcmpPacket,
  IcmpType,
  IcmpUnreachable,
  Icmpv6Type,
  Icmpv6Unreachable,
  ipv4,
  packetLength,
  type TcpPacket,
} from '../src/index.ts';
import { fromHex } from './hex.ts';
import { frames } from './kernel-frames.ts';
import { address, changed, decodedIcmp, tcp4, tcp6 } from './packets.ts';

/** The message as a router sends it back to the source of `about`. */
function reportOf(message: IcmpMessage, about: TcpPacket): IcmpPacket {
  const source = about.source.isIPv4 ? ipv4(198, 51, 100, 1) : address('2001:db8:ffff::1');
  return { kind: 'icmp', source, destination: about.source, hopLimit: 64, dscp: 0, message };
}

function decodedBody(type: number, body: string, about = tcp4()): IcmpMessage {
  const message = { type, code: 0, parameter: 0, quoted: null, body: fromHex(body) };
  return decodedIcmp(encodePacket(reportOf(message, about))).message;
}

const IPV4_SYN = '4500 0028 0000 4000 40 06 0000 c0000201 c0000202';
const IPV6_SYN = '60000000 0014 06 40 20010db8000000000000000000000001 20010db8000000000000000000000002';
const PORTS_AND_SEQ = '9c40 0050 11223344';

describe('decodePacket of ICMP', () => {
  it('drops a message of fewer than 8 octets', () => {
    const frame = changed(frames.hostUnreachable.subarray(0, 27), { 2: 0, 3: 27 });
    expect(decodePacket(frame, { verifyChecksums: false })).toBe('icmp-truncated');
  });

  it('drops a message with a wrong checksum', () => {
    expect(decodePacket(changed(frames.hostUnreachable, { 21: 2 }))).toBe('icmp-checksum');
    expect(decodePacket(changed(frames.noRoute6, { 41: 2 }))).toBe('icmp-checksum');
  });

  it('verifies the pseudo-header of ICMPv6', () => {
    expect(decodePacket(changed(frames.noRoute6, { 23: 9 }))).toBe('icmp-checksum');
  });

  it('takes messages that are no errors, quoting nothing', () => {
    const body = Uint8Array.from({ length: 40 }, (_, index) => index);
    const echo = { type: IcmpType.ECHO, code: 0, parameter: 0x12340001, quoted: null, body };
    expect(decodedIcmp(encodePacket(reportOf(echo, tcp4()))).message).toStrictEqual(echo);
    const echo6 = { ...echo, type: Icmpv6Type.ECHO };
    expect(decodedIcmp(encodePacket(reportOf(echo6, tcp6()))).message).toStrictEqual(echo6);
  });

  it('drops ICMP in IPv6, and ICMPv6 in IPv4', () => {
    expect(decodePacket(changed(frames.noRoute6, { 6: 1 }))).toBe('unknown-protocol');
    const frame = changed(frames.hostUnreachable, { 9: 58 });
    expect(decodePacket(frame, { verifyChecksums: false })).toBe('unknown-protocol');
  });
});

describe('the segment that an ICMP error quotes', () => {
  it('is read from as little as ports and sequence number', () => {
    const { quoted } = decodedBody(IcmpType.DESTINATION_UNREACHABLE, IPV4_SYN + PORTS_AND_SEQ);
    expect(quoted).toStrictEqual({
      source: ipv4(192, 0, 2, 1),
      destination: ipv4(192, 0, 2, 2),
      sourcePort: 40000,
      destinationPort: 80,
      seq: 0x11223344,
    });
  });

  it('is found behind IPv4 options', () => {
    const body = `4600 002c 0000 4000 40 06 0000 c0000201 c0000202 94040000 ${PORTS_AND_SEQ}`;
    expect(decodedBody(IcmpType.TIME_EXCEEDED, body).quoted?.seq).toBe(0x11223344);
  });

  it('is found behind IPv6 extension headers', () => {
    const body = `${IPV6_SYN.replace(' 06 ', ' 3c ')} 0600 010400000000 ${PORTS_AND_SEQ}`;
    expect(decodedBody(Icmpv6Type.TIME_EXCEEDED, body, tcp6()).quoted?.sourcePort).toBe(40000);
  });

  it.each([
    ['no body at all', ''],
    ['less than an IP header', IPV4_SYN.slice(0, -2)],
    ['less than ports and sequence number', `${IPV4_SYN} 9c40 0050 112233`],
    ['another protocol', IPV4_SYN.replace('40 06', '40 11') + PORTS_AND_SEQ],
    ['another version', IPV6_SYN + PORTS_AND_SEQ],
    ['a header length of 4 words', IPV4_SYN.replace('4500', '4400') + PORTS_AND_SEQ],
    ['a header length past the body', IPV4_SYN.replace('4500', '4f00') + PORTS_AND_SEQ],
    ['a later fragment', IPV4_SYN.replace('4000 40', '0001 40') + PORTS_AND_SEQ],
  ])('is null where an ICMP error quotes %s', (_, body) => {
    expect(decodedBody(IcmpType.DESTINATION_UNREACHABLE, body).quoted).toBeNull();
  });

  it.each([
    ['less than an IP header', IPV6_SYN.slice(0, -2)],
    ['less than ports and sequence number', `${IPV6_SYN} 9c40 0050 112233`],
    ['another protocol', IPV6_SYN.replace(' 06 ', ' 11 ') + PORTS_AND_SEQ],
    ['another version', IPV4_SYN + PORTS_AND_SEQ],
    ['a broken extension header', IPV6_SYN.replace(' 06 ', ' 00 ') + PORTS_AND_SEQ],
    [
      'a v4-mapped address',
      IPV6_SYN.replace(/20010db80{23}2/, '00000000000000000000ffffc0000202') + PORTS_AND_SEQ,
    ],
  ])('is null where an ICMPv6 error quotes %s', (_, body) => {
    expect(decodedBody(Icmpv6Type.DESTINATION_UNREACHABLE, body, tcp6()).quoted).toBeNull();
  });

  it.each([0, 4, 5, 8, 10, 13])('is null for ICMP type %i, on which TCP does not act', (type) => {
    expect(decodedBody(type, IPV4_SYN + PORTS_AND_SEQ).quoted).toBeNull();
  });

  it.each([0, 5, 127, 128, 135])('is null for ICMPv6 type %i, on which TCP does not act', (type) => {
    expect(decodedBody(type, IPV6_SYN + PORTS_AND_SEQ, tcp6()).quoted).toBeNull();
  });
});

describe('icmpError', () => {
  it('quotes the whole of a small packet', () => {
    const about = tcp4({ flags: Flag.SYN, seq: 77, maximumSegmentSize: 1460 });
    const message = icmpError(IcmpType.DESTINATION_UNREACHABLE, IcmpUnreachable.HOST, about);
    expect(message.body).toStrictEqual(encodePacket(about));
    expect(decodedIcmp(encodePacket(reportOf(message, about))).message).toStrictEqual(message);
  });

  it('makes an ICMP packet of at most 576 octets (RFC 1812)', () => {
    const about = tcp4({ payload: new Uint8Array(1400).fill(7) });
    const message = icmpError(
      IcmpType.DESTINATION_UNREACHABLE,
      IcmpUnreachable.FRAGMENTATION_NEEDED,
      about,
      1280,
    );
    const report = reportOf(message, about);
    expect(packetLength(report)).toBe(576);
    expect(decodedIcmp(encodePacket(report)).message).toStrictEqual(message);
  });

  it('makes an ICMPv6 packet of at most 1280 octets (RFC 4443)', () => {
    const about = tcp6({ payload: new Uint8Array(1400).fill(7) });
    const message = icmpError(Icmpv6Type.PACKET_TOO_BIG, 0, about, 1280);
    const report = reportOf(message, about);
    expect(packetLength(report)).toBe(1280);
    expect(decodedIcmp(encodePacket(report)).message).toStrictEqual(message);
  });

  it.each([
    [tcp4, IcmpType.DESTINATION_UNREACHABLE, IcmpUnreachable.HOST, '203.0.113.1', frames.hostUnreachable],
    [tcp6, Icmpv6Type.DESTINATION_UNREACHABLE, Icmpv6Unreachable.NO_ROUTE, '2001:db8:2::1', frames.noRoute6],
  ])('says what Linux says of the same packet (%#)', (tcp, type, code, destination, frame) => {
    const fields = { flags: Flag.SYN, seq: 0x11223344, window: 1000 };
    const packet = tcp(fields);
    const source = address(packet.source.isIPv4 ? '192.0.2.2' : '2001:db8::2');
    const about = { ...packet, source, destination: address(destination) };
    expect(icmpError(type, code, about)).toStrictEqual(decodedIcmp(frame).message);
  });
});
