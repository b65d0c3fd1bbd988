import { patience } from '@halfclose/test-support';
import { describe, expect, it } from 'vitest';
import { AckSchedule } from '../../src/receiving/ack-schedule.ts';
import { linux, NEVER } from '../../src/index.ts';

const RTO = 300;
const WINDOW = 65_000;

function schedule(): AckSchedule {
  return new AckSchedule(linux, 1460);
}

/** A segment with so much data arrives in order. */
function arrive(acks: AckSchedule, bytes: number, push: boolean, now: number): void {
  acks.measure(bytes, 0, 0, push, push);
  acks.onText(now, RTO, WINDOW);
}

/** A schedule that has spent its quick acknowledgments. */
function calm(): AckSchedule {
  const acks = schedule();
  arrive(acks, 1000, false, 0);
  for (const turn = patience('acknowledgments are quick'); acks.isQuick; turn()) acks.onSent(false, 0);
  arrive(acks, 1000, false, 30);
  return acks;
}

describe('acknowledgment schedule', () => {
  it('is quick for the first sixteen acknowledgments', () => {
    const acks = schedule();
    arrive(acks, 1000, false, 0);
    let quick = 0;
    for (const turn = patience('acknowledgments are quick'); acks.isQuick; turn()) {
      acks.onSent(false, 0);
      quick++;
    }
    expect(quick).toBe(16);
  });

  it('is quick again after an RTO without text', () => {
    const acks = calm();
    arrive(acks, 1000, false, 1000);
    expect(acks.isQuick).toBe(true);
  });

  it('is quick again after something irregular', () => {
    const acks = calm();
    acks.enterQuickMode(WINDOW);
    expect(acks.isQuick).toBe(true);
  });

  it('is not quick in a conversation', () => {
    const acks = schedule();
    arrive(acks, 1000, false, 0);
    acks.enterConversation();
    expect(acks.isQuick).toBe(false);
  });

  it('puts off by 40 to 200 ms', () => {
    const acks = calm();
    acks.postpone(30, 100);
    expect(acks.deadline).toBeGreaterThanOrEqual(70);
    expect(acks.deadline).toBeLessThanOrEqual(230);
  });

  it('never puts off by half a second or more (MUST-40)', () => {
    for (const gap of [1, 10, 50, 100, 200, 290]) {
      const acks = calm();
      for (let now = 100; now < 5000; now += gap) {
        arrive(acks, 1000, false, now);
        acks.postpone(now, 10_000);
        expect(acks.deadline - now).toBeLessThan(500);
        acks.onSent(false, now);
      }
    }
  });

  it('stays below half a second where the timeout is long and the time to put off has grown (MUST-40)', () => {
    for (const push of [false, true]) {
      const acks = calm();
      for (let now = 1000, i = 0; i < 20; now += 400, i++) {
        acks.measure(1000, 0, 0, push, push);
        acks.onText(now, 60_000, WINDOW);
        acks.postpone(now, 60_000);
        expect(acks.deadline - now).toBeLessThan(500);
        acks.onDeadline(60_000);
        acks.onSent(false, now);
      }
      expect(acks.timeout).toBeGreaterThan(500);
    }
  });

  it('owes one when the time has come', () => {
    const acks = calm();
    acks.postpone(30, 100);
    acks.onDeadline(RTO);
    expect([acks.owed, acks.deadline]).toEqual([1, NEVER]);
  });

  it('owes nothing when the time comes and an acknowledgment has gone', () => {
    const acks = calm();
    acks.postpone(30, 100);
    acks.onSent(false, 31);
    acks.onDeadline(RTO);
    expect(acks.owed).toBe(0);
  });

  it('owes one for each segment that calls for one, and text pays for all', () => {
    const acks = schedule();
    acks.atOnce();
    acks.atOnce();
    acks.onSent(false, 0);
    const left = acks.owed;
    acks.atOnce();
    acks.onSent(true, 0);
    expect([left, acks.owed]).toEqual([1, 0]);
  });

  it('learns the segment size of the peer', () => {
    const acks = schedule();
    arrive(acks, 1460, false, 0);
    arrive(acks, 100, true, 1);
    expect(acks.peerMss).toBe(1460);
  });

  it('learns smaller segments from two alike, the bytes of SACK blocks aside (Linux tcp_measure_rcv_mss)', () => {
    const acks = schedule();
    arrive(acks, 1460, false, 0);
    const sizes = [1000, 1000, 600, 700, 60, 60].map((bytes) => {
      arrive(acks, bytes, false, 1);
      return acks.peerMss;
    });
    expect(sizes).toEqual([1460, 1000, 1000, 1000, 1000, 1000]);
    for (const sackBytes of [0, 12]) acks.measure(800 - sackBytes, sackBytes, 12, false, false);
    expect(acks.peerMss).toBe(800);
  });

  it('takes small ones for full only if they are not marked as an end', () => {
    const sizes = [false, true].map((push) => {
      const acks = schedule();
      for (let i = 0; i < 3; i++) arrive(acks, 100, push, i);
      return acks.peerMss;
    });
    expect(sizes).toEqual([100, 536]);
  });
});
