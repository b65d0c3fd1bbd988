import { ipv4, seqDiff } from '@halfclose/codec';
import fc from 'fast-check';
import siphash from 'siphash';
import { describe, expect, it } from 'vitest';
import { initialSequenceNumber, portOffset, sipHash, timestampOffset } from '../../src/index.ts';

const tuple = {
  localAddress: ipv4(10, 0, 0, 1),
  localPort: 1000,
  remoteAddress: ipv4(10, 0, 0, 2),
  remotePort: 80,
};
const others = [
  { ...tuple, localAddress: ipv4(10, 0, 0, 3) },
  { ...tuple, localPort: 1001 },
  { ...tuple, remoteAddress: ipv4(10, 0, 0, 3) },
  { ...tuple, remotePort: 81 },
  { localAddress: tuple.remoteAddress, localPort: 80, remoteAddress: tuple.localAddress, remotePort: 1000 },
];
const hash = sipHash(Uint32Array.of(1, 2, 3, 4));
const other = sipHash(Uint32Array.of(1, 2, 3, 5));

describe('initial sequence number (RFC 6528)', () => {
  it('is the same for the same connection, time and secret', () => {
    expect(initialSequenceNumber(tuple, hash, 5)).toBe(
      initialSequenceNumber(tuple, sipHash(Uint32Array.of(1, 2, 3, 4)), 5),
    );
  });

  it('moves on by one each 4 microseconds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), fc.nat(100_000), (now, later) => {
        const moved = seqDiff(
          initialSequenceNumber(tuple, hash, now + later),
          initialSequenceNumber(tuple, hash, now),
        );
        expect(moved).toBe(later * 250);
      }),
    );
  });

  it('differs for each of the four numbers', () => {
    const all = [tuple, ...others].map((each) => initialSequenceNumber(each, hash, 0));
    expect(new Set(all).size).toBe(6);
  });

  it('differs for another secret', () => {
    expect(initialSequenceNumber(tuple, hash, 0)).not.toBe(initialSequenceNumber(tuple, other, 0));
  });

  it('is an int32', () => {
    for (let now = 0; now < 20_000_000; now += 999_983) {
      const isn = initialSequenceNumber(tuple, hash, now);
      expect(isn).toBe(isn | 0);
    }
  });

  it('comes from SipHash-2-4 (test vector of its authors)', () => {
    // Key 00 01 ... 0f, message 00 01 ... 07: 0x93f5f5799a932462, of which the low word is taken.
    const key = Uint32Array.of(0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c);
    expect(sipHash(key)(Uint32Array.of(0x03020100, 0x07060504)) >>> 0).toBe(0x9a932462);
  });

  it('is what another implementation of SipHash-2-4 says, for every key and length', () => {
    const words = (length: { minLength: number; maxLength: number }) =>
      fc.uint32Array(length).map((array) => Uint32Array.from(array));
    fc.assert(
      fc.property(
        words({ minLength: 4, maxLength: 4 }),
        words({ minLength: 0, maxLength: 20 }),
        (key, message) => {
          const octets = new Uint8Array(message.buffer);
          expect(sipHash(key)(message) >>> 0).toBe(siphash.hash(key, octets).l >>> 0);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('what else the secret hides', () => {
  it('is the uptime: the offset of the timestamps differs for each pair of hosts, and not for ports', () => {
    const of = (a: typeof tuple) => timestampOffset(a.localAddress, a.remoteAddress, hash);
    expect(of(tuple)).toBe(of({ ...tuple, localPort: 5 }));
    expect(of(tuple)).not.toBe(of({ ...tuple, remoteAddress: ipv4(10, 0, 0, 3) }));
  });

  it('is the sequence of ports: their offset differs for each destination (RFC 6056)', () => {
    expect(portOffset(tuple, hash)).not.toBe(portOffset({ ...tuple, remotePort: 81 }, hash));
  });
});
