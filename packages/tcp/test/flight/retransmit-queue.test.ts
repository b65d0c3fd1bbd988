import { Flag } from '@halfclose/codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RetransmitQueue } from '../../src/flight/retransmit-queue.ts';
import { SentSegment } from '../../src/flight/sent-segment.ts';

const UNOBSERVED = { onDelivered: () => undefined };
const MSS = 100;

function queueOf(...lengths: number[]): RetransmitQueue {
  const queue = new RetransmitQueue();
  let seq = 0;
  for (const length of lengths) {
    queue.push(new SentSegment(seq, seq + length, 0, Math.ceil(length / MSS), MSS, 0));
    seq += length;
  }
  return queue;
}

function list(queue: RetransmitQueue): SentSegment[] {
  const all: SentSegment[] = [];
  for (let sent = queue.head; sent !== null; sent = sent.next) all.push(sent);
  return all;
}

describe('retransmit queue', () => {
  it('forgets what is acknowledged', () => {
    const queue = queueOf(100, 100, 100);
    const delivered: number[] = [];
    expect(queue.acknowledge(200, { onDelivered: (sent) => delivered.push(sent.seq) })).toBe(2);
    expect([queue.packetsOut, delivered]).toEqual([1, [0, 100]]);
  });

  it('cuts a segment that is acknowledged in part', () => {
    const queue = queueOf(500);
    queue.acknowledge(250, UNOBSERVED);
    expect(list(queue).map(({ seq, end, count }) => [seq, end, count])).toEqual([[250, 500, 3]]);
  });

  it('marks what a SACK block covers, and splits at its edges', () => {
    const queue = queueOf(500);
    expect(queue.markSacked(100, 300, UNOBSERVED)).toBe(2);
    expect(list(queue).map(({ seq, end, sacked }) => [seq, end, sacked])).toEqual([
      [0, 100, false],
      [100, 300, true],
      [300, 500, false],
    ]);
  });

  it('counts again what goes in segments of another size, in each of its counters', () => {
    const queue = queueOf(500, 100);
    const { head } = queue;
    if (head === null) throw new Error('the queue is empty');
    queue.markLost(head);
    queue.markRetransmitted(head, 5);
    queue.recount(head, 50);
    expect([queue.packetsOut, queue.lostOut, queue.retransmittedOut, queue.inFlight]).toEqual([
      11, 10, 10, 11,
    ]);
    queue.recount(head, 600);
    expect([queue.packetsOut, queue.lostOut, queue.retransmittedOut, queue.inFlight]).toEqual([2, 1, 1, 2]);
  });

  it('counts a FIN as no text', () => {
    const queue = new RetransmitQueue();
    const sent = new SentSegment(0, 301, Flag.FIN, 3, MSS, 0);
    queue.push(sent);
    queue.recount(sent, 100);
    expect(queue.packetsOut).toBe(3);
  });

  it('counts what is lost out of the pipe, and what is sent again into it', () => {
    const queue = queueOf(100, 100);
    const head = queue.head;
    if (head !== null) {
      queue.markLost(head);
      expect(queue.inFlight).toBe(1);
      queue.markRetransmitted(head, 5);
    }
    expect([queue.inFlight, head?.transmissions, head?.sentAt]).toEqual([2, 2, 5]);
  });

  it('leaves the flags of a segment with its last part', () => {
    const queue = new RetransmitQueue();
    queue.push(new SentSegment(0, 201, Flag.FIN | Flag.PSH, 3, MSS, 0));
    if (queue.head !== null) queue.split(queue.head, 100);
    expect(list(queue).map(({ flags }) => flags)).toEqual([0, Flag.FIN | Flag.PSH]);
  });

  it('keeps its counters right whatever happens', () => {
    const command = fc.oneof(
      fc.record({ kind: fc.constant('send' as const), octets: fc.integer({ min: 1, max: 400 }) }),
      fc.record({ kind: fc.constant('ack' as const), part: fc.double({ min: 0, max: 1, noNaN: true }) }),
      fc.record({
        kind: fc.constant('sack' as const),
        part: fc.double({ min: 0, max: 1, noNaN: true }),
        octets: fc.integer({ min: 1, max: 300 }),
      }),
      fc.record({ kind: fc.constantFrom('lose' as const, 'resend' as const), index: fc.nat(10) }),
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 80 }), (commands) => {
        const queue = new RetransmitQueue();
        let [una, next] = [0, 0];
        for (const step of commands) {
          const inside = (part: number): number => una + Math.floor((next - una) * part);
          if (step.kind === 'send') {
            queue.push(new SentSegment(next, next + step.octets, 0, Math.ceil(step.octets / MSS), MSS, 0));
            next += step.octets;
          } else if (step.kind === 'ack') {
            una = inside(step.part);
            queue.acknowledge(una, UNOBSERVED);
          } else if (step.kind === 'sack') {
            const left = inside(step.part);
            const right = Math.min(left + step.octets, next);
            if (right > left) queue.markSacked(left, right, UNOBSERVED);
          } else {
            const sent = list(queue)[step.index];
            if (sent === undefined) continue;
            if (step.kind === 'lose') queue.markLost(sent);
            else if (sent.lost) queue.markRetransmitted(sent, 1);
          }
          const all = list(queue);
          const sum = (of: (sent: SentSegment) => boolean): number =>
            all.reduce((total, sent) => total + (of(sent) ? sent.count : 0), 0);
          expect([queue.packetsOut, queue.sackedOut, queue.lostOut, queue.retransmittedOut]).toEqual([
            sum(() => true),
            sum((sent) => sent.sacked),
            sum((sent) => sent.lost),
            sum((sent) => sent.retransmitted),
          ]);
          expect([all[0]?.seq ?? next, all.at(-1)?.end ?? next, queue.tail]).toEqual([
            una,
            next,
            all.at(-1) ?? null,
          ]);
          expect(all.every((sent) => !(sent.sacked && (sent.lost || sent.retransmitted)))).toBe(true);
        }
      }),
    );
  });
});
