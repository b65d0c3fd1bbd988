import { seqAdd, seqDiff } from '@halfclose/codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linux, profile } from '../../src/index.ts';
import { ReceiveWindow } from '../../src/receiving/receive-window.ts';

/** A window over a buffer of `octets`, half of which is window, that has been offered by a SYN at 0. */
function windowOver(octets: number, shift = 0): ReceiveWindow {
  const window = new ReceiveWindow(linux);
  window.fix(octets);
  window.shift = shift;
  window.initial(1, false, 0);
  return window;
}

describe('receive window', () => {
  it('offers half of the buffer, in whole segments, with the SYN', () => {
    const window = new ReceiveWindow(linux);
    window.fix(20_000);
    expect(window.initial(1460, false, 0)).toBe(8760);
  });

  it('offers at most 65535 with the SYN', () => {
    expect(new ReceiveWindow(profile({ receiveBufferInitial: 10_000_000 })).initial(1, false, 0)).toBe(
      65_535,
    );
  });

  it.each([
    [65_535, 0],
    [65_536, 1],
    [131_072, 2],
    [6_291_456, 7],
    [33_554_432, 10],
    [2 ** 30, 14],
  ])('needs for a buffer of %i the shift %i', (buffer, shift) => {
    const window = new ReceiveWindow(linux);
    window.fix(buffer);
    expect(window.shiftToOffer()).toBe(shift);
  });

  it('shrinks by what was taken in since it was told', () => {
    const window = windowOver(20_000);
    expect([
      window.remaining(0),
      window.remaining(3000),
      window.remaining(10_000),
      window.remaining(11_000),
    ]).toEqual([10_000, 7000, 0, 0]);
  });

  it('closes when less than a segment is free', () => {
    const window = windowOver(20_000);
    expect([window.candidate(17_000, 1000), window.candidate(18_002, 1000)]).toEqual([1000, 0]);
  });

  it('closes when less than a sixteenth of the buffer is free', () => {
    const window = windowOver(64_000);
    expect([window.candidate(60_000, 100), window.candidate(60_002, 100)]).toEqual([2000, 0]);
  });

  it('rounds what it offers to the unit of its shift', () => {
    const window = windowOver(200_000, 7);
    expect(window.candidate(1000, 1000) % 128).toBe(0);
  });

  it('never takes back what it offered, whatever arrives and is read', () => {
    const step = fc.record({
      arrives: fc.nat(5000),
      reads: fc.nat(5000),
      buffer: fc.option(fc.integer({ min: 2304, max: 400_000 })),
    });
    fc.assert(
      fc.property(
        fc.constantFrom(0, 3, 7, 14),
        fc.integer({ min: 2304, max: 400_000 }),
        fc.array(step),
        (shift, buffer, steps) => {
          const window = windowOver(buffer, shift);
          let [rcvNxt, held] = [0, 0];
          for (const { arrives, reads, buffer: other } of steps) {
            const octets = Math.min(arrives, window.remaining(rcvNxt));
            const edge = seqAdd(window.lastUpdate, window.offered);
            rcvNxt = seqAdd(rcvNxt, octets);
            held += octets;
            window.grow(octets, octets + 1000, held, 1000, 1000);
            held -= Math.min(reads, held);
            if (other !== null) window.fix(other);
            const told = window.field(rcvNxt, held, 1000) * 2 ** shift;
            expect(told).toBeLessThanOrEqual(65_535 * 2 ** shift);
            expect(seqDiff(seqAdd(rcvNxt, told), edge)).toBeGreaterThanOrEqual(0);
          }
        },
      ),
    );
  });
});

describe('growth of the receive buffer', () => {
  /** A window that was offered by a SYN to a peer with segments of 1000 octets. */
  const offered = (): ReceiveWindow => {
    const window = new ReceiveWindow(linux);
    window.initial(1000, false, 0);
    return window;
  };

  it('makes room for twice what is read in a round trip, and for twice the growth, as slow start doubles', () => {
    const window = offered();
    window.onRead(10_000, 0, 100, 100);
    expect(window.buffer).toBe(131_072);
    window.onRead(20_000, 0, 200, 100);
    // The window: 2 * 20,000 * (1 + 2 * 10,000 / 10,000); the buffer: twice that, as half of it is window.
    expect(window.buffer).toBe(240_000);
  });

  it('begins before slow start has filled the window that the SYN offered', () => {
    const window = offered();
    for (let round = 1, octets = 10_000; octets <= 60_000; round++, octets *= 2) {
      window.onRead(octets, 0, round * 100, 100);
    }
    expect(window.buffer).toBeGreaterThan(4 * 65_000);
  });

  it('counts what waits behind a hole, which the peer sends beyond', () => {
    const window = offered();
    window.onRead(40_000, 30_000, 100, 100);
    const without = offered();
    without.onRead(40_000, 0, 100, 100);
    expect(window.buffer - without.buffer).toBe(60_000);
  });

  it('looks once a round trip', () => {
    const window = offered();
    window.onRead(200_000, 0, 99, 100);
    expect(window.buffer).toBe(131_072);
    window.onRead(0, 0, 100, 100);
    expect(window.buffer).toBeGreaterThan(400_000);
  });

  it('ends at the maximum', () => {
    const window = offered();
    window.onRead(50_000_000, 0, 200, 100);
    expect(window.buffer).toBe(linux.receiveBufferMax);
  });

  it('is off once SO_RCVBUF has fixed it', () => {
    const window = windowOver(20_000);
    window.onRead(200_000, 0, 200, 100);
    expect(window.buffer).toBe(20_000);
  });
});
