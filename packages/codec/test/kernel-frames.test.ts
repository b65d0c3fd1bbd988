import { describe, expect, it } from 'vitest';
import { decodePacket, encodePacket, Flag, formatIpAddress } from '../src/index.ts';
import { toHex } from './hex.ts';
import { frames } from './kernel-frames.ts';
import { decodedIcmp, decodedTcp, segment } from './packets.ts';

describe('what Linux sends', () => {
  it('decodes a SYN with all its options', () => {
    const packet = decodedTcp(frames.syn);
    expect(formatIpAddress(packet.source)).toBe('192.0.2.1');
    expect(formatIpAddress(packet.destination)).toBe('192.0.2.2');
    expect(packet.hopLimit).toBe(64);
    expect(packet.segment).toStrictEqual(
      segment({
        sourcePort: 51168,
        destinationPort: 48715,
        seq: 0x7fb9474f,
        flags: Flag.SYN,
        window: 64240,
        maximumSegmentSize: 1460,
        sackPermitted: true,
        hasTimestamps: true,
        timestampValue: 0x9ca67a16 | 0,
        windowScale: 10,
      }),
    );
  });

  it('decodes an acknowledgement with timestamps and a SACK block', () => {
    const { segment } = decodedTcp(frames.sack);
    expect(segment.flags).toBe(Flag.ACK);
    expect(segment.ack).toBe(0x7fb94755);
    expect(segment.sackBlocks).toStrictEqual([0x7fb94759, 0x7fb9475e]);
    expect(segment.timestampEcho).toBe(0x9ca67a16 | 0);
  });

  it('decodes text and its PSH flag', () => {
    const { segment } = decodedTcp(frames.text6);
    expect(segment.flags).toBe(Flag.PSH | Flag.ACK);
    expect(new TextDecoder().decode(segment.payload)).toBe('hello');
  });

  it('decodes urgent data', () => {
    const { segment } = decodedTcp(frames.urgent);
    expect(segment.flags).toBe(Flag.URG | Flag.PSH | Flag.ACK);
    expect(segment.urgentPointer).toBe(1);
  });

  it.each(['syn', 'synAck', 'ack', 'text', 'sack', 'urgent', 'fin', 'refusal'] as const)(
    'is encoded to the same octets: %s',
    (name) => {
      const frame = frames[name];
      const identification = new DataView(frame.buffer).getUint16(4);
      const again = encodePacket(decodedTcp(frame), { identification });
      expect(toHex(again)).toBe(toHex(frame));
    },
  );

  it.each(['syn6', 'text6', 'sack6'] as const)(
    'is encoded to the same octets, but for the flow label: %s',
    (name) => {
      const frame = frames[name];
      const again = encodePacket(decodedTcp(frame));
      expect(toHex(again.subarray(0, 4))).toBe('60000000');
      expect(toHex(again.subarray(4))).toBe(toHex(frame.subarray(4)));
    },
  );

  it.each(['loopbackSynWithoutTimestamps', 'loopbackSynWithoutSack'] as const)(
    'is encoded to the same octets, its checksum left to the device: %s',
    (name) => {
      const frame = frames[name];
      const packet = decodePacket(frame, { verifyChecksums: false });
      if (typeof packet === 'string') throw new Error(packet);
      const identification = new DataView(frame.buffer).getUint16(4);
      expect(toHex(encodePacket(packet, { identification, checksum: false }))).toBe(toHex(frame));
      expect(decodePacket(frame)).toBe('tcp-checksum');
    },
  );
});

describe('the ICMP errors of Linux', () => {
  it.each([
    ['hostUnreachable', 3, 1, 0, '203.0.113.1'],
    ['timeExceeded', 11, 0, 0, '198.51.100.1'],
    ['fragmentationNeeded', 3, 4, 1280, '198.51.100.1'],
    ['noRoute6', 1, 0, 0, '2001:db8:2::1'],
    ['packetTooBig6', 2, 0, 1280, '2001:db8:1::1'],
  ] as const)(
    'are decoded with the segment that they quote: %s',
    (name, type, code, parameter, destination) => {
      const { message } = decodedIcmp(frames[name]);
      const { quoted } = message;
      expect({ type: message.type, code: message.code, parameter: message.parameter }).toStrictEqual({
        type,
        code,
        parameter,
      });
      expect(quoted?.destination.toString()).toBe(destination);
      expect(quoted).toMatchObject({ sourcePort: 40000, destinationPort: 80, seq: 0x11223344 });
    },
  );
});
