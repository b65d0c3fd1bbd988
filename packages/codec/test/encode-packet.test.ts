import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodePacket,
  encodeHeadersInto,
  encodePacket,
  encodePacketInto,
  Flag,
  type IcmpPacket,
  onesComplementSum,
  type Packet,
  packetLength,
  pseudoHeaderSum,
  type Segment,
  tcpHeaderLength,
  tcpOptionsLength,
} from '../src/index.ts';
import { anyPacket, anySegment } from './arbitrary-packet.ts';
import { toHex } from './hex.ts';
import { decodedTcp, tcp4, tcp6 } from './packets.ts';

function optionsOf(fields: Partial<Segment>): string {
  const frame = encodePacket(tcp4(fields));
  return toHex(frame.subarray(40, 20 + 4 * ((frame[32] ?? 0) >> 4)));
}

const TIMESTAMPS = { hasTimestamps: true, timestampValue: 1, timestampEcho: 2 };

describe('the options of a segment', () => {
  it.each([
    ['nothing', {}, ''],
    [
      'mss,sackOK,TS,nop,wscale',
      { maximumSegmentSize: 1460, sackPermitted: true, ...TIMESTAMPS, windowScale: 7 },
      '020405b4 0402 080a0000000100000002 01 030307',
    ],
    [
      'mss,nop,nop,sackOK,nop,wscale',
      { maximumSegmentSize: 1460, sackPermitted: true, windowScale: 7 },
      '020405b4 0101 0402 01 030307',
    ],
    [
      'mss,nop,nop,TS,nop,wscale',
      { maximumSegmentSize: 1460, ...TIMESTAMPS, windowScale: 7 },
      '020405b4 0101 080a0000000100000002 01 030307',
    ],
    ['mss,nop,wscale', { maximumSegmentSize: 536, windowScale: 0 }, '02040218 01 030300'],
    ['nop,nop,TS', TIMESTAMPS, '0101 080a0000000100000002'],
    ['nop,nop,sack', { sackBlocks: [1, 2] }, '0101 050a 00000001 00000002'],
    [
      'nop,nop,TS,nop,nop,sack',
      { ...TIMESTAMPS, sackBlocks: [5, 6, 3, 4, 1, 2] },
      '0101 080a0000000100000002 0101 051a 00000005 00000006 00000003 00000004 00000001 00000002',
    ],
    [
      'mss and an unknown one, padded with NOPs',
      { maximumSegmentSize: 1460, unknownOptions: [{ kind: 34, data: Uint8Array.of(9, 8, 7) }] },
      '020405b4 2205090807 010101',
    ],
    ['an empty list of SACK blocks: nothing', { sackBlocks: [] }, ''],
  ])('are written as Linux writes them: %s', (_, fields, octets) => {
    expect(optionsOf(fields)).toBe(octets.replaceAll(' ', ''));
  });

  it('take as many octets as tcpOptionsLength says', () => {
    fc.assert(
      fc.property(anySegment, (each) => {
        const frame = encodePacket({ ...tcp4(), segment: each });
        expect(tcpHeaderLength(each)).toBe(4 * ((frame[32] ?? 0) >> 4));
        expect(tcpOptionsLength(each)).toBe(tcpHeaderLength(each) - 20);
      }),
    );
  });
});

describe('encodePacket', () => {
  it('sets DF and no identification', () => {
    expect(toHex(encodePacket(tcp4()).subarray(4, 8))).toBe('00004000');
  });

  it('sets no DF where the packet has an identification, for its pieces', () => {
    const frame = encodePacket({ ...tcp4(), identification: 0xbeef });
    expect(toHex(frame.subarray(4, 8))).toBe('beef0000');
    expect(typeof decodePacket(frame)).toBe('object');
  });

  it('refuses an identification of more than 16 bits', () => {
    expect(() => encodePacket({ ...tcp4(), identification: 0x10000 })).toThrow(/^identification: /);
  });

  it('writes the identification that it is given', () => {
    expect(toHex(encodePacket(tcp4(), { identification: 0xbeef }).subarray(4, 6))).toBe('beef');
  });

  it('leaves the sum of the pseudo-header in the checksum for a device that computes the rest', () => {
    for (const packet of [tcp4({ payload: Uint8Array.of(1) }), tcp6({ payload: Uint8Array.of(1) })]) {
      const frame = encodePacket(packet, { checksum: false });
      const offset = packet.source.isIPv4 ? 20 : 40;
      const sum = pseudoHeaderSum(packet.source, packet.destination, 6, 21);
      expect(new DataView(frame.buffer).getUint16(offset + 16)).toBe(sum);
      // What such a device does: sum the segment up, checksum field and all, and store the complement there.
      const checksum = ~onesComplementSum(frame, offset, 21) & 0xffff;
      new DataView(frame.buffer).setUint16(offset + 16, checksum);
      expect(toHex(frame)).toBe(toHex(encodePacket(packet)));
    }
  });

  it('keeps to itself what a device is to make of the segment', () => {
    const payload = new Uint8Array(1000);
    const frame = encodePacket(tcp4({ payload, gsoSize: 500 }));
    expect(toHex(frame)).toBe(toHex(encodePacket(tcp4({ payload }))));
    expect(decodedTcp(frame).segment.gsoSize).toBe(0);
  });

  it('writes ICMP without a checksum on request', () => {
    const message = { type: 8, code: 0, parameter: 1, quoted: null, body: new Uint8Array(2) };
    const frame = encodePacket({ ...tcp4(), kind: 'icmp', message }, { checksum: false });
    expect(toHex(frame.subarray(20))).toBe('08000000000000010000');
  });
});

describe('encodePacketInto', () => {
  it('writes packetLength octets at the offset, returns how many, and touches nothing else', () => {
    fc.assert(
      fc.property(anyPacket, fc.nat(9), (packet, offset) => {
        const length = packetLength(packet);
        const target = new Uint8Array(offset + length + 5).fill(0xa5);
        expect(encodePacketInto(packet, target, offset)).toBe(length);
        expect(toHex(target)).toBe(`${'a5'.repeat(offset)}${toHex(encodePacket(packet))}${'a5'.repeat(5)}`);
      }),
    );
  });

  it('refuses a target that is too short, and writes nothing', () => {
    const packet = tcp4({ payload: Uint8Array.of(1) });
    const target = new Uint8Array(45);
    expect(() => encodePacketInto(packet, target, 5)).toThrow(/^target: /);
    expect(() => encodePacketInto(packet, target, -1)).toThrow(/^offset must be an integer from 0 to 45/);
    expect(target).toStrictEqual(new Uint8Array(45));
  });
});

describe('encodeHeadersInto', () => {
  it('writes what stands before the payload, with the sum of the pseudo-header, and nothing else', () => {
    fc.assert(
      fc.property(anyPacket, fc.nat(9), (packet, offset) => {
        fc.pre(packet.kind === 'tcp');
        if (packet.kind !== 'tcp') return;
        const whole = encodePacket(packet, { checksum: false });
        const headers = whole.subarray(0, whole.length - packet.segment.payload.length);
        const target = new Uint8Array(offset + headers.length + 5).fill(0xa5);
        expect(encodeHeadersInto(packet, target, offset)).toBe(headers.length);
        expect(toHex(target)).toBe(`${'a5'.repeat(offset)}${toHex(headers)}${'a5'.repeat(5)}`);
      }),
    );
  });

  it('needs no room for the payload, but for all headers', () => {
    const packet = tcp4({ payload: new Uint8Array(1000) });
    expect(encodeHeadersInto(packet, new Uint8Array(40), 0)).toBe(40);
    const target = new Uint8Array(39);
    expect(() => encodeHeadersInto(packet, target, 0)).toThrow(/^target: /);
    expect(target).toStrictEqual(new Uint8Array(39));
  });

  it('refuses a payload that no packet can carry', () => {
    const packet = tcp4({ payload: new Uint8Array(65_535 - 40 + 1) });
    expect(() => encodeHeadersInto(packet, new Uint8Array(40), 0)).toThrow(/^packet: /);
  });
});

describe('what the wire cannot carry', () => {
  it.each([
    ['sourcePort', 65536],
    ['sourcePort', -1],
    ['sourcePort', 1.5],
    ['sourcePort', Number.NaN],
    ['destinationPort', 65536],
    ['seq', 0x8000_0000],
    ['ack', -0x8000_0001],
    ['flags', 0x200],
    ['window', 65536],
    ['urgentPointer', 65536],
    ['maximumSegmentSize', 65536],
    ['maximumSegmentSize', -2],
    ['windowScale', 256],
    ['windowScale', -2],
    ['ecn', 4],
  ] as const)('is refused by name: %s %d', (field, value) => {
    expect(() => encodePacket(tcp4({ [field]: value }))).toThrow(new RegExp(`^${field}: `));
    expect(() => encodePacket(tcp4({ [field]: value }))).toThrow(RangeError);
  });

  it.each([
    ['timestampValue', { hasTimestamps: true, timestampValue: 0x8000_0000 }],
    ['timestampEcho', { hasTimestamps: true, timestampEcho: 0.5 }],
    ['sackBlocks', { sackBlocks: [1] }],
    ['sackBlocks', { sackBlocks: [1, 0x8000_0000] }],
    ['unknownOptions', { unknownOptions: [{ kind: 1, data: new Uint8Array(0) }] }],
    ['unknownOptions', { unknownOptions: [{ kind: 256, data: new Uint8Array(0) }] }],
    ['options', { unknownOptions: [{ kind: 254, data: new Uint8Array(39) }] }],
    ['options', { maximumSegmentSize: 1, hasTimestamps: true, sackBlocks: [1, 2, 3, 4, 5, 6, 7, 8] }],
    ['packet', { payload: new Uint8Array(65_535 - 40 + 1) }],
  ])('is refused by name: %s (%#)', (field, fields) => {
    expect(() => encodePacket(tcp4(fields))).toThrow(new RegExp(`^${field}: `));
    expect(() => encodePacket(tcp4(fields))).toThrow(RangeError);
  });

  it.each([
    ['hopLimit', { hopLimit: 256 }],
    ['dscp', { dscp: 64 }],
    ['destination', { destination: tcp6().destination }],
  ])('is refused by name: %s of the IP header', (field, fields) => {
    const packet: Packet = { ...tcp4(), ...fields };
    expect(() => encodePacket(packet)).toThrow(new RegExp(`^${field}: `));
  });

  it.each([
    ['type', { type: 256 }],
    ['code', { code: -1 }],
    ['parameter', { parameter: -1 }],
    ['parameter', { parameter: 0x1_0000_0000 }],
  ])('is refused by name: %s of an ICMP message (%#)', (field, fields) => {
    const message = { type: 8, code: 0, parameter: 0, quoted: null, body: new Uint8Array(0), ...fields };
    const packet: IcmpPacket = { ...tcp4(), kind: 'icmp', message };
    expect(() => encodePacket(packet)).toThrow(new RegExp(`^${field}: `));
  });

  it('is refused by name: identification', () => {
    expect(() => encodePacket(tcp4(), { identification: 65536 })).toThrow(/^identification: /);
  });

  it('does not include the largest packet', () => {
    const packet = tcp4({ payload: new Uint8Array(65_535 - 40), flags: Flag.ACK });
    expect(encodePacket(packet)).toHaveLength(65_535);
  });
});
