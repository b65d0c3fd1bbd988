import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePacket, DROP_REASONS, encodePacket, packetLength } from '../src/index.ts';
import { anyPacket } from './arbitrary-packet.ts';
import { frames } from './kernel-frames.ts';
import { tcp4, tcp6 } from './packets.ts';

const NEVER_THROWS = { numRuns: 3000 };

/** A packet, or a reason from the list: anything but an exception. */
function expectAnswer(bytes: Uint8Array, verifyChecksums: boolean): void {
  const result = decodePacket(bytes, { verifyChecksums });
  if (typeof result === 'string') expect(DROP_REASONS).toContain(result);
  else expect(['tcp', 'icmp']).toContain(result.kind);
}

describe('decodePacket of what encodePacket wrote', () => {
  it('gives the same packet', () => {
    fc.assert(
      fc.property(anyPacket, (packet) => {
        expect(decodePacket(encodePacket(packet))).toStrictEqual(packet);
      }),
      { numRuns: 2000 },
    );
  });

  it('gives the same packet from within a larger buffer at any offset, with padding behind', () => {
    fc.assert(
      fc.property(anyPacket, fc.nat(7), fc.nat(20), (packet, before, after) => {
        const buffer = new Uint8Array(before + packetLength(packet) + after).fill(0xa5);
        buffer.set(encodePacket(packet), before);
        expect(decodePacket(buffer.subarray(before))).toStrictEqual(packet);
      }),
    );
  });

  it('refuses every packet of which one bit changed under a checksum', () => {
    const frame = encodePacket(tcp4({ payload: Uint8Array.of(1, 2, 3), maximumSegmentSize: 1460 }));
    for (let bit = 0; bit < frame.length * 8; bit++) {
      const damaged = frame.slice();
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(decodePacket(damaged), `bit ${bit}`).toBeTypeOf('string');
    }
  });

  it('refuses every packet that ends early', () => {
    for (const frame of [
      encodePacket(tcp4({ payload: Uint8Array.of(1, 2) })),
      frames.syn6,
      frames.noRoute6,
    ]) {
      for (let length = 0; length < frame.length; length++) {
        expect(decodePacket(frame.subarray(0, length)), `${length} octets`).toBeTypeOf('string');
      }
    }
  });
});

describe('decodePacket of anything', () => {
  it('never throws on arbitrary octets', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 120 }), fc.boolean(), expectAnswer), NEVER_THROWS);
  });

  it('never throws on arbitrary octets that start as IPv4 or IPv6', () => {
    const start = fc.oneof(fc.integer({ min: 0x40, max: 0x4f }), fc.integer({ min: 0x60, max: 0x6f }));
    fc.assert(
      fc.property(start, fc.uint8Array({ minLength: 20, maxLength: 120 }), (first, bytes) => {
        bytes[0] = first;
        expectAnswer(bytes, false);
      }),
      NEVER_THROWS,
    );
  });

  it('never throws on packets of which some octets changed', () => {
    const change = fc.tuple(fc.nat(), fc.nat(255));
    fc.assert(
      fc.property(
        anyPacket,
        fc.array(change, { minLength: 1, maxLength: 6 }),
        fc.boolean(),
        (packet, changes, verify) => {
          const bytes = encodePacket(packet);
          for (const [at, octet] of changes) bytes[at % bytes.length] = octet;
          expectAnswer(bytes, verify);
        },
      ),
      NEVER_THROWS,
    );
  });

  it('never throws on arbitrary TCP headers and options', () => {
    for (const packet of [tcp4(), tcp6()]) {
      fc.assert(
        fc.property(fc.uint8Array({ minLength: 12, maxLength: 60 }), (tail) => {
          const frame = encodePacket({ ...packet, segment: { ...packet.segment, payload: tail } });
          const tcp = frame.length - tail.length - 20;
          // Data offset and options come from the arbitrary octets.
          frame.copyWithin(tcp + 12, tcp + 20);
          expectAnswer(frame, false);
        }),
        NEVER_THROWS,
      );
    }
  });

  it('never throws on arbitrary chains of IPv6 extension headers', () => {
    const next = fc.constantFrom(0, 6, 43, 44, 58, 59, 60, 17);
    fc.assert(
      fc.property(
        next,
        fc.array(fc.tuple(next, fc.nat(2), fc.nat(255)), { maxLength: 6 }),
        (first, headers) => {
          const frame = encodePacket(tcp6({ payload: new Uint8Array(120) }));
          frame[6] = first;
          let at = 40;
          for (const [header, length, octet] of headers) {
            frame.fill(octet, at, at + 8 + length * 8);
            frame[at] = header;
            frame[at + 1] = length;
            at += 8 + length * 8;
          }
          expectAnswer(frame, false);
        },
      ),
      NEVER_THROWS,
    );
  });
});
