import { describe, expect, it } from 'vitest';
import { decodePacket, encodePacket, internetChecksum, Ipv4View, Ipv6View } from '../src/index.ts';
import { fromHex, toHex } from './hex.ts';
import { frames } from './kernel-frames.ts';
import { address, changed, decodedTcp, tcp4, tcp6 } from './packets.ts';

const HELLO = Uint8Array.of(1, 2, 3, 4, 5);

/** An IPv4 frame with a right header checksum after some octets of the header were changed. */
function ipv4Frame(octets: Readonly<Record<number, number>>): Uint8Array {
  const frame = changed(encodePacket(tcp4({ payload: HELLO })), { ...octets, 10: 0, 11: 0 });
  const checksum = internetChecksum(frame, 0, ((frame[0] ?? 0) & 0xf) * 4);
  return changed(frame, { 10: checksum >> 8, 11: checksum & 0xff });
}

/** An IPv6 frame with the given octets, extension headers, before its segment. */
function ipv6Frame(nextHeader: number, extensions: string): Uint8Array {
  const plain = encodePacket(tcp6({ payload: HELLO }));
  const headers = fromHex(extensions);
  const frame = new Uint8Array(plain.length + headers.length);
  frame.set(plain.subarray(0, 40));
  frame.set(headers, 40);
  frame.set(plain.subarray(40), 40 + headers.length);
  const length = frame.length - 40;
  return changed(frame, { 4: length >> 8, 5: length & 0xff, 6: nextHeader });
}

describe('decodePacket', () => {
  it('drops a frame of no octets', () => {
    expect(decodePacket(new Uint8Array(0))).toBe('frame-empty');
  });

  it.each([0x00, 0x50, 0x75, 0xf0])('drops a packet that starts with octet %i: no known version', (first) => {
    expect(decodePacket(changed(frames.syn, { 0: first }))).toBe('ip-version');
  });

  it('reads from a view into a larger buffer', () => {
    const buffer = new Uint8Array(200);
    buffer.set(frames.text, 77);
    expect(decodePacket(buffer.subarray(77, 77 + frames.text.length))).toStrictEqual(
      decodePacket(frames.text),
    );
  });

  it('hands out the text as a view of the frame', () => {
    expect(decodedTcp(frames.text).segment.payload.buffer).toBe(frames.text.buffer);
  });
});

describe('decodePacket of IPv4', () => {
  it('drops a packet that ends within its header', () => {
    expect(decodePacket(frames.syn.subarray(0, 19))).toBe('ipv4-header-truncated');
  });

  it('drops a packet whose header claims to go on past the frame', () => {
    expect(decodePacket(changed(frames.syn.subarray(0, 24), { 0: 0x4f }))).toBe('ipv4-header-truncated');
  });

  it('drops a packet whose header claims fewer than 20 octets', () => {
    expect(decodePacket(ipv4Frame({ 0: 0x44 }))).toBe('ipv4-header-length');
  });

  it('drops a packet whose total length is shorter than its header', () => {
    expect(decodePacket(ipv4Frame({ 2: 0, 3: 19 }))).toBe('ipv4-total-length');
    expect(decodePacket(ipv4Frame({ 2: 0, 3: 0 }))).toBe('ipv4-total-length');
  });

  it('drops a packet whose total length is longer than the frame', () => {
    expect(decodePacket(ipv4Frame({ 3: 46 }))).toBe('ipv4-truncated');
    expect(decodePacket(frames.text.subarray(0, -1))).toBe('ipv4-truncated');
  });

  it('cuts off what the frame has behind the total length', () => {
    const padded = new Uint8Array(60).fill(0xee);
    padded.set(encodePacket(tcp4({ payload: HELLO })));
    expect(decodedTcp(padded).segment.payload).toStrictEqual(HELLO);
  });

  it('drops a packet with a wrong header checksum', () => {
    expect(decodePacket(changed(frames.syn, { 8: 63 }))).toBe('ipv4-checksum');
  });

  it('takes a wrong header checksum where whoever delivered the frame has verified it', () => {
    const result = decodePacket(changed(frames.syn, { 8: 63 }), { verifyChecksums: false });
    expect(result).toMatchObject({ kind: 'tcp', hopLimit: 63 });
  });

  it.each([
    ['the first fragment', { 6: 0x20, 7: 0 }],
    ['a middle fragment', { 6: 0x20, 7: 0x10 }],
    ['the last fragment', { 6: 0, 7: 0x10 }],
    ['a fragment at the greatest offset', { 6: 0x1f, 7: 0xff }],
  ])('drops %s', (_, octets) => {
    expect(decodePacket(ipv4Frame(octets))).toBe('ipv4-fragment');
  });

  it('takes a whole packet with DF set or not', () => {
    expect(decodePacket(ipv4Frame({ 6: 0x40 }))).toStrictEqual(decodePacket(ipv4Frame({ 6: 0 })));
  });

  it('skips options of the header', () => {
    const plain = encodePacket(tcp4({ payload: HELLO }));
    // Router alert and end of options (RFC 2113).
    const frame = fromHex(`${toHex(plain.subarray(0, 20))} 94040000 00000000 ${toHex(plain.subarray(20))}`);
    const fixed = changed(frame, { 0: 0x47, 3: frame.length, 10: 0, 11: 0 });
    const checksum = internetChecksum(fixed, 0, 28);
    const result = decodePacket(changed(fixed, { 10: checksum >> 8, 11: checksum & 0xff }));
    expect(result).toStrictEqual(decodePacket(plain));
  });

  it.each([0, 17, 41, 58, 255])('drops protocol %i', (protocol) => {
    expect(decodePacket(ipv4Frame({ 9: protocol }))).toBe('unknown-protocol');
  });

  it('reads the DS field as codepoint and ECN', () => {
    const packet = decodedTcp(ipv4Frame({ 1: (46 << 2) | 3 }));
    expect(packet.dscp).toBe(46);
    expect(packet.segment.ecn).toBe(3);
  });
});

describe('decodePacket of IPv6', () => {
  it('drops a packet that ends within its header', () => {
    expect(decodePacket(frames.syn6.subarray(0, 39))).toBe('ipv6-header-truncated');
  });

  it('drops a packet whose payload length is longer than the frame', () => {
    expect(decodePacket(frames.syn6.subarray(0, -1))).toBe('ipv6-truncated');
  });

  it('cuts off what the frame has behind the payload length', () => {
    const padded = new Uint8Array(100).fill(0xee);
    padded.set(encodePacket(tcp6({ payload: HELLO })));
    expect(decodedTcp(padded).segment.payload).toStrictEqual(HELLO);
  });

  it.each([8, 24])('drops a packet with a v4-mapped address in octet %i of its header', (offset) => {
    const frame = frames.syn6.slice();
    frame.set(fromHex('00000000000000000000ffff c0000201'), offset);
    expect(decodePacket(frame)).toBe('mapped-address-on-wire');
  });

  it.each([1, 17, 50, 51, 135])('drops next header %i', (protocol) => {
    expect(decodePacket(changed(frames.syn6, { 6: protocol }))).toBe('unknown-protocol');
  });

  it('drops a packet without an upper layer', () => {
    expect(decodePacket(changed(frames.syn6, { 6: 59 }))).toBe('ipv6-no-next-header');
    expect(decodePacket(ipv6Frame(60, '3b00 010400000000'))).toBe('ipv6-no-next-header');
  });

  it('reads traffic class, flow label and hop limit', () => {
    const packet = decodedTcp(changed(frames.text6, { 0: 0x6b, 1: 0xa5, 7: 9 }));
    expect(packet.dscp).toBe(46);
    expect(packet.segment.ecn).toBe(2);
    expect(packet.hopLimit).toBe(9);
  });

  it.each([
    ['hop-by-hop options', 0, '0600 050200000100'],
    ['hop-by-hop options of one octet of padding each', 0, '0600 000000000000'],
    ['destination options', 60, '0600 010400000000'],
    ['destination options of 16 octets', 60, '0601 010c 000000000000000000000000'],
    ['an unknown option that may be skipped', 60, '0600 3e0400000000'],
    ['a routing header that has come to its end', 43, '0600 000000000000'],
    [
      'a routing header of a later type that has come to its end',
      43,
      '0602 0400 00000000 20010db8000000000000000000000001',
    ],
    ['a fragment header around a whole packet (RFC 6946)', 44, '0600 0000 12345678'],
    ['a fragment header with its reserved bits set', 44, '06ff 0006 12345678'],
    [
      'every extension header in turn',
      0,
      '3c00 010400000000 2b00 010400000000 2c00 000000000000 3c00 000000000000 0600 010400000000',
    ],
  ])('skips %s', (_, nextHeader, extensions) => {
    expect(decodePacket(ipv6Frame(nextHeader, extensions))).toStrictEqual(
      decodePacket(encodePacket(tcp6({ payload: HELLO }))),
    );
  });

  it.each([
    [
      'ipv6-extension-header-truncated',
      'an extension header that ends past the packet',
      60,
      '06ff 010400000000',
    ],
    [
      'ipv6-extension-header-order',
      'hop-by-hop options in second place',
      60,
      '0000 010400000000 0600 010400000000',
    ],
    ['ipv6-extension-header-order', 'hop-by-hop options twice', 0, '0000 010400000000 0600 010400000000'],
    ['ipv6-option-length', 'an option that ends past its header', 60, '0600 010500000000'],
    ['ipv6-option-length', 'an option without its length', 60, '0600 0000000000 01'],
    ['ipv6-option-unknown', 'an unknown option that says to discard', 60, '0600 400400000000'],
    ['ipv6-option-unknown', 'an unknown option that says to report', 60, '0600 800400000000'],
    ['ipv6-option-unknown', 'a jumbogram (RFC 2675)', 0, '0600 c20400010000'],
    [
      'ipv6-routing-segments-left',
      'a routing header of type 0 with segments left (RFC 5095)',
      43,
      '0602 0001 00000000 20010db8000000000000000000000001',
    ],
    ['ipv6-fragment', 'a first fragment', 44, '0600 0001 12345678'],
    ['ipv6-fragment', 'a later fragment', 44, '0600 0008 12345678'],
  ] as const)('gives %s for %s', (reason, _, nextHeader, extensions) => {
    expect(decodePacket(ipv6Frame(nextHeader, extensions))).toBe(reason);
  });

  it('drops a packet that ends within the type of an option', () => {
    const frame = changed(frames.syn6.subarray(0, 48), { 5: 8, 6: 60 });
    frame.set(fromHex('3b00 0000000000 01'), 40);
    expect(decodePacket(frame)).toBe('ipv6-option-length');
  });

  it('drops a packet that ends within the fixed part of an extension header', () => {
    const frame = changed(frames.syn6.subarray(0, 47), { 5: 7, 6: 60 });
    expect(decodePacket(frame)).toBe('ipv6-extension-header-truncated');
  });
});

describe('the views', () => {
  it('read an IPv4 header in place', () => {
    const view = Ipv4View.check(frames.syn);
    if (typeof view === 'string') throw new Error(view);
    expect(view.identification).toBe(0x2aa3);
    expect(view.isFragment).toBe(false);
    expect(view.hasValidChecksum).toBe(true);
    expect(view.payloadOffset).toBe(20);
    expect(view.end).toBe(60);
    expect(view.source.equals(address('192.0.2.1'))).toBe(true);
  });

  it('read an IPv6 header in place', () => {
    const view = Ipv6View.check(frames.syn6);
    if (typeof view === 'string') throw new Error(view);
    expect(view.flowLabel).toBe(0x8c2b4);
    expect(view.nextHeader).toBe(6);
    expect(view.end).toBe(80);
    expect(view.destination.equals(address('2001:db8::2'))).toBe(true);
  });

  it('refuse the header of the other version', () => {
    expect(Ipv4View.check(frames.syn6)).toBe('ip-version');
    expect(Ipv6View.check(frames.syn)).toBe('ip-version');
  });
});
