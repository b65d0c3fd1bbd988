import { afterAll, describe, expect, it } from 'vitest';
import { linux } from '../src/index.ts';
import { anyReassembler, echoFrame, fragmentOf } from './frame-bench.ts';
import { Target } from './target.ts';
import { type Work, WorkCounter } from './work.ts';

const counter = new WorkCounter();
afterAll(() => {
  counter.end();
});

/** Work for each of `segments` segments. */
const each = ({ blocks, elements }: Work, segments: number): Work => ({
  blocks: blocks / segments,
  elements: elements / segments,
});
/** What may grow with the logarithm of what is held, in a path of some hundred blocks, grows by less than this. */
const LOGARITHMIC = 1.5;
const ONE_OCTET = Uint8Array.of(1);

describe('work for each segment of SegmentSmack (CVE-2018-5390)', () => {
  const MIB = 1 << 20;
  /** Elements of arrays that any segment takes on its way through the host. */
  const ANY_SEGMENT = 4;

  const fill = (buffer: number, segments: number, seqOf: (i: number) => number) => {
    const target = new Target();
    const hosted = target.victim();
    const { receiver } = hosted.connection;
    receiver.window.fix(buffer);
    const work = counter.of(() => {
      for (let i = 0; i < segments; i++) target.hit(hosted, { seq: seqOf(i), payload: ONE_OCTET });
    });
    return { held: receiver.outOfOrder, work, ...each(work, segments) };
  };

  it.each([
    ['in order', (i: number) => 3 + 2 * i],
    ['backwards', (i: number) => 60_001 - 2 * i],
    ['in a shuffle', (i: number) => 3 + 2 * ((i * 7919) % 29_989)],
  ])('does not grow with what a buffer of 16 MiB holds, but as its logarithm: octets %s', (order, seqOf) => {
    fill(linux.receiveBufferInitial, 100, seqOf);
    const small = fill(linux.receiveBufferInitial, 17_000, seqOf);
    const large = fill(16 * MIB, 17_000, seqOf);
    expect([small.held, large.held]).toEqual([341, 16_384]);
    expect(large.blocks).toBeLessThan(LOGARITHMIC * small.blocks);
    if (order === 'in order') expect(large.elements).toBeLessThanOrEqual(ANY_SEGMENT);
    // At most those behind it make room for one: on average half of what is held in the end.
    for (const { held, work } of [small, large])
      expect(work.elements).toBeLessThanOrEqual((held * (held + 1)) / 2 + 17_000 * ANY_SEGMENT);
  });

  it('is that of one move for each piece where segments overlap all that is held', () => {
    const target = new Target();
    const hosted = target.victim();
    const { receiver } = hosted.connection;
    const work = counter.of(() => {
      for (let round = 0; round < 50; round++) {
        for (let i = 0; i < 200; i++)
          target.hit(hosted, { seq: 3 + round * 500 + 2 * i, payload: ONE_OCTET });
        target.hit(hosted, { seq: 2, payload: new Uint8Array(500 * (round + 1)) });
        expect(receiver.memory).toBeLessThan(65_536);
      }
    });
    expect(receiver.outOfOrder).toBe(25_000);
    expect(each(work, 50 * 201).elements).toBeLessThanOrEqual(1 + ANY_SEGMENT);
  });
});

describe('work for each acknowledgment of “SACK slowness” (CVE-2019-11478)', () => {
  /** A connection that may send as much as it likes, 48 octets at a time. */
  const victimOfSmallSegments = () => {
    const target = new Target({ slowStartAfterIdle: false });
    const hosted = target.victim({ sackPermitted: true, maximumSegmentSize: 48, windowScale: 14 });
    hosted.connection.changeSettings({ sendBuffer: 1 << 26 });
    target.hit(hosted, {});
    return { target, hosted };
  };

  /** An acknowledgment with blocks of one octet each, which move by one, over so many segments of 48 octets in flight. */
  const slowed = (segments: number): Work => {
    const { target, hosted } = victimOfSmallSegments();
    const { sender } = hosted.connection;
    sender.congestion.begin(segments);
    target.write(hosted, segments * 48);
    expect(sender.flight.packetsOut).toBe(segments);
    const ACKS = 300;
    const hit = (i: number): void => {
      const at = [0.9, 0.6, 0.3].map((part) => (sender.sndUna + 48 * Math.floor(part * segments) + i) | 0);
      target.hit(hosted, { ack: sender.sndUna, sackBlocks: at.flatMap((left) => [left, (left + 1) | 0]) });
    };
    for (let i = 0; i < ACKS; i++) hit(i);
    const work = counter.of(() => {
      for (let i = 0; i < ACKS; i++) hit(i);
    });
    expect(sender.flight.packetsOut).toBe(segments);
    return each(work, ACKS);
  };

  it('does not grow with what is in flight, but as its logarithm', () => {
    slowed(100);
    const [small, large] = [slowed(1000), slowed(30_000)];
    expect(large.blocks).toBeLessThan(2 * small.blocks);
    expect(large.elements).toBeLessThanOrEqual(small.elements);
  });

  /**
   * The same where one whole segment after the other is reported, from the newest back, on a path that was seen to reorder:
   * none of those sent before is due, so that each acknowledgment asks for all of them again.
   */
  const waited = (segments: number): Work => {
    const { target, hosted } = victimOfSmallSegments();
    const { sender } = hosted.connection;
    const sack = (ack: number, first: number): void => {
      const left = (ack + 48 * first) | 0;
      target.hit(hosted, { ack, sackBlocks: [left, (left + 48) | 0] });
    };
    for (let round = 0; round < 2000; round++) {
      target.write(hosted, 48);
      target.clock.advanceBy(190);
      target.hit(hosted, { ack: sender.sndNxt });
    }
    target.write(hosted, 48 * 4);
    target.clock.advanceBy(190);
    const una = sender.sndUna;
    sack(una, 1);
    for (const acknowledged of [2, 4]) target.hit(hosted, { ack: (una + 48 * acknowledged) | 0 });
    expect(sender.recovery.detection.disorder.seen).toBe(1);
    sender.congestion.begin(segments);
    target.write(hosted, segments * 48);
    target.clock.advanceBy(190);
    const ACKS = 300;
    for (let i = 0; i < ACKS; i++) sack(sender.sndUna, segments - 1 - i);
    const work = counter.of(() => {
      for (let i = ACKS; i < 2 * ACKS; i++) sack(sender.sndUna, segments - 1 - i);
    });
    expect([sender.flight.sackedOut, sender.flight.lostOut]).toEqual([2 * ACKS, 0]);
    return each(work, ACKS);
  };

  it('does not grow with what RACK waits for', () => {
    waited(1000);
    const [small, large] = [waited(1000), waited(30_000)];
    expect(large.blocks).toBeLessThan(2 * small.blocks);
  });
});

describe('work for each fragment of FragmentSmack (CVE-2018-5391)', () => {
  const FRAGMENTS = 4000;
  const frame = echoFrame(new Uint8Array(16 * FRAGMENTS));
  const fill = (fragments: number, placeOf: (i: number) => number) => {
    const reassembler = anyReassembler();
    const work = counter.of(() => {
      for (let i = 0; i < fragments; i++) {
        const start = 16 * placeOf(i);
        reassembler.take(fragmentOf(frame, start, start + 8));
      }
    });
    expect(reassembler.memory).toBeGreaterThan(fragments * 8);
    return { work, ...each(work, fragments) };
  };

  it.each([
    ['in order', (i: number) => i + 1],
    ['backwards', (i: number) => FRAGMENTS - i - 1],
    ['in a shuffle', (i: number) => (i * 7919) % (FRAGMENTS - 1)],
  ])('does not grow with those that wait, but as their logarithm: %s', (order, placeOf) => {
    const small = fill(400, placeOf);
    const large = fill(FRAGMENTS - 2, placeOf);
    expect(large.blocks).toBeLessThan(LOGARITHMIC * small.blocks);
    // At most those behind it make room for one.
    expect(large.work.elements).toBeLessThanOrEqual((FRAGMENTS * FRAGMENTS) / 2);
    if (order === 'in order') expect(large.elements).toBeLessThanOrEqual(1);
  });
});
