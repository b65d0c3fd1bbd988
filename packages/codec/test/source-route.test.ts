import { describe, expect, it } from 'vitest';
import {
  decodePacket,
  encodePacket,
  icmpError,
  ipv4,
  Segment,
  type SourceRoute,
  type TcpPacket,
} from '../src/index.ts';

const A = ipv4(10, 0, 0, 1);
const B = ipv4(10, 0, 1, 2);
const C = ipv4(10, 0, 2, 3);
const D = ipv4(10, 0, 3, 4);

const packet = (sourceRoute: SourceRoute, destination = B): TcpPacket => ({
  kind: 'tcp',
  source: A,
  destination,
  hopLimit: 64,
  dscp: 0,
  segment: Object.assign(new Segment(), { sourcePort: 1, destinationPort: 2, seq: 3 }),
  sourceRoute,
});

/** A frame whose IP options are replaced by these octets; checksums are not looked at. */
function withOptions(...octets: number[]): Uint8Array {
  const frame = encodePacket(packet({ strict: false, addresses: [C, D], visited: 0 }));
  frame.set(
    Uint8Array.from({ length: 12 }, (_, i) => octets[i] ?? 0),
    20,
  );
  return frame;
}

describe('a source route', () => {
  it('is written as RFC 791 has it', () => {
    const frame = encodePacket(packet({ strict: false, addresses: [C, D], visited: 0 }));
    expect(frame[0]).toBe(0x48);
    expect([...frame.subarray(20, 32)]).toEqual([0x83, 11, 4, 10, 0, 2, 3, 10, 0, 3, 4, 0]);
    const strict = encodePacket(packet({ strict: true, addresses: [C], visited: 1 }, D));
    expect([...strict.subarray(20, 28)]).toEqual([0x89, 7, 8, 10, 0, 2, 3, 0]);
  });

  it('has the checksum over its end, so that it holds at each station', () => {
    const sent = encodePacket(packet({ strict: false, addresses: [C, D], visited: 0 }));
    const checksum = (frame: Uint8Array): Uint8Array => frame.subarray(32 + 16, 32 + 18);
    const middle = encodePacket(packet({ strict: false, addresses: [B, D], visited: 1 }, C));
    const last = encodePacket(packet({ strict: false, addresses: [B, C], visited: 2 }, D));
    expect([checksum(middle), checksum(last)]).toEqual([checksum(sent), checksum(sent)]);
    expect(decodePacket(sent)).toMatchObject({ destination: B, sourceRoute: { visited: 0 } });
    expect(decodePacket(last)).toMatchObject({ destination: D, sourceRoute: { visited: 2 } });
  });

  it('is where a quoted segment goes', () => {
    const message = icmpError(3, 5, packet({ strict: false, addresses: [C, D], visited: 0 }));
    const error = { kind: 'icmp', source: B, destination: A, hopLimit: 64, dscp: 0, message } as const;
    expect(decodePacket(encodePacket(error))).toMatchObject({ message: { quoted: { destination: D } } });
  });

  it.each([
    ['of which half an address is cut off', [0x83, 9, 4, 1, 2, 3, 4, 5, 6]],
    ['whose pointer points before its addresses', [0x83, 7, 3, 1, 2, 3, 4]],
    ['whose pointer points into an address', [0x83, 7, 5, 1, 2, 3, 4]],
    ['without a pointer', [0x83, 2]],
    ['beside another one', [0x83, 3, 4, 0x89, 3, 4]],
    ['that ends past the header', [0x83, 15, 4, 1, 2, 3, 4]],
    ['behind an option of length 0', [0x44, 0]],
    ['whose length stands past the header', [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0x83]],
  ])('%s is none', (_name, octets) => {
    expect(decodePacket(withOptions(...octets), { verifyChecksums: false })).toBe('ipv4-option');
  });

  it('of no addresses is one', () => {
    const decoded = decodePacket(withOptions(0x83, 3, 4), { verifyChecksums: false });
    expect(decoded).toMatchObject({ sourceRoute: { strict: false, addresses: [], visited: 0 } });
  });

  it('stands beside options that are skipped', () => {
    const decoded = decodePacket(withOptions(1, 0x94, 4, 0, 0, 0x83, 3, 4), { verifyChecksums: false });
    expect(decoded).toHaveProperty('sourceRoute');
    const ended = decodePacket(withOptions(1, 0x94, 4, 0, 0, 0, 0x83, 3, 4), { verifyChecksums: false });
    expect(ended).toMatchObject({ kind: 'tcp' });
    expect(ended).not.toHaveProperty('sourceRoute');
  });

  it.each([
    [{ strict: false, addresses: Array.from({ length: 10 }, () => C), visited: 0 }, /10 addresses/],
    [{ strict: false, addresses: [C], visited: 2 }, /visited/],
    [{ strict: false, addresses: [C], visited: -1 }, /visited/],
  ])('that the wire cannot carry is a RangeError', (route, message) => {
    expect(() => encodePacket(packet(route))).toThrow(message);
  });
});
