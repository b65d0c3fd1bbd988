import { describe, expect, test } from 'vitest';
import { VirtualClock } from '@halfclose/timers';
import { createLink } from '../src/index.ts';
import { bench, listed, packet } from './packets.ts';

describe('a link', () => {
  test('delivers after its delay, in order, and never inside transmit()', () => {
    const { clock, link, atB, send } = bench({ delay: 20 });
    send(3);
    expect(atB).toEqual([]);
    expect(clock.runUntilIdle()).toBe(20);
    expect(listed(atB)).toEqual(['0@20', '1@20', '2@20']);
    expect(link.aToB.counters).toMatchObject({
      sent: 3,
      delivered: 3,
      sentOctets: 120,
      deliveredOctets: 120,
      inFlight: 0,
    });
  });

  test('does not deliver inside transmit() when it has no delay either', () => {
    const { clock, link, atB } = bench();
    link.a.transmit(packet());
    expect(atB).toEqual([]);
    clock.runTasks();
    expect(listed(atB)).toEqual(['0@0']);
  });

  test('has two directions of their own', () => {
    const { clock, link, atA, atB } = bench({ delay: 5, aToB: { delay: 30 }, bToA: { loss: 1 } });
    link.a.transmit(packet({ seq: 1 }));
    link.b.transmit(packet({ seq: 2 }));
    clock.runUntilIdle();
    expect(listed(atB)).toEqual(['1@30']);
    expect(atA).toEqual([]);
    expect([link.aToB.counters.delivered, link.bToA.counters.dropped]).toEqual([1, { loss: 1 }]);
  });

  test('passes packets on by reference', () => {
    const { clock, link, atB } = bench({ delay: 1 });
    const sent = packet({ octets: 100 });
    link.a.transmit(sent);
    clock.runUntilIdle();
    expect(atB[0]?.packet).toBe(sent);
  });

  test('drops what is larger than its MTU, headers included', () => {
    const { clock, link, atB } = bench({ mtu: 1500 });
    link.a.transmit(packet({ seq: 1, octets: 1460 }));
    link.a.transmit(packet({ seq: 2, octets: 1461 }));
    clock.runUntilIdle();
    expect(listed(atB)).toEqual(['1@0']);
    expect(link.aToB.counters.dropped).toEqual({ 'too-big': 1 });
  });

  test('drops what arrives where nobody receives', () => {
    const clock = new VirtualClock();
    const link = createLink(clock);
    link.a.transmit(packet());
    clock.runUntilIdle();
    expect(link.aToB.counters).toMatchObject({ delivered: 0, dropped: { unattached: 1 } });
  });

  test('has one receiver at each end', () => {
    const { link } = bench();
    expect(() => link.a.attach(() => undefined)).toThrow(
      'link: the receiving end of bToA is attached already',
    );
  });

  test('names its ends and tells its nature', () => {
    const { link } = bench({ name: 'uplink', mtu: 9000, segmentOctets: 65_000 });
    expect([link.a.name, link.b.name, link.a.mtu, link.a.offload]).toEqual([
      'uplink.a',
      'uplink.b',
      9000,
      { checksum: true, segmentOctets: 65_000 },
    ]);
  });
});

describe('changes while running', () => {
  test('count for packets sent from then on, and nothing that is not named changes', () => {
    const { clock, link, atB, send } = bench({ delay: 10, loss: 0 });
    send(1);
    link.set({ loss: 1 });
    send(1);
    link.set({ loss: 0, delay: 40 });
    link.a.transmit(packet({ seq: 2 }));
    clock.runUntilIdle();
    expect(listed(atB)).toEqual(['0@10', '2@40']);
    expect(link.bToA.impairments).toMatchObject({ loss: 0, delay: 40 });
  });

  test('a shorter delay does not let packets overtake', () => {
    const { clock, link, atB } = bench({ delay: 50 });
    link.a.transmit(packet({ seq: 0 }));
    link.set({ delay: 10 });
    link.a.transmit(packet({ seq: 1 }));
    clock.runUntilIdle();
    expect(listed(atB)).toEqual(['0@50', '1@50']);
  });

  test.each([
    [{ delay: -1 }, 'delay'],
    [{ jitter: Number.NaN }, 'jitter'],
    [{ jitter: { spread: -2 } }, 'jitter.spread'],
    [{ rate: 0 }, 'rate'],
    [{ loss: 1.1 }, 'loss'],
    [{ loss: { goodToBad: 2, badToGood: 0 } }, 'loss.goodToBad'],
    [{ duplicate: -0.1 }, 'duplicate'],
    [{ reorder: { probability: 0.5, delay: Infinity } }, 'reorder.delay'],
    [{ corrupt: 5 }, 'corrupt'],
    [{ queue: { packets: -1 } }, 'queue.packets'],
  ])('%o is a RangeError that names the field, and changes nothing', (changes, field) => {
    const { link } = bench({ delay: 7 });
    expect(() => link.aToB.set(changes)).toThrow(RangeError);
    expect(() => link.aToB.set(changes)).toThrow(new RegExp(`^${field} must`));
    expect(link.aToB.impairments).toMatchObject({ delay: 7, jitter: 0, rate: Infinity });
  });
});

describe('a partition', () => {
  test('lets nothing enter and nothing arrive until it is healed', () => {
    const { clock, link, atB, send } = bench({ delay: 10 });
    send(1);
    clock.advanceTo(5);
    link.partition();
    link.a.transmit(packet({ seq: 1 }));
    clock.advanceTo(20);
    link.heal();
    link.a.transmit(packet({ seq: 2 }));
    clock.runUntilIdle();
    expect(listed(atB)).toEqual(['2@30']);
    expect(link.aToB.counters).toMatchObject({ dropped: { partition: 2 }, inFlight: 0 });
  });

  test('can be planned, and can be for one direction', () => {
    const { clock, link, atA, atB } = bench({ delay: 1, aToB: { partition: [{ from: 10, until: 20 }] } });
    for (let seq = 0; seq < 30; seq += 5) {
      link.a.transmit(packet({ seq }));
      link.b.transmit(packet({ seq }));
      clock.advanceBy(5);
    }
    expect(listed(atB)).toEqual(['0@1', '5@6', '20@21', '25@26']);
    expect(atA).toHaveLength(6);
  });
});

describe('an observer', () => {
  test('sees everything that happens, with its reason', () => {
    const { clock, events, send } = bench({ delay: 10, aToB: { duplicate: 1 }, name: 'wire' });
    send(1);
    clock.runUntilIdle();
    expect(events.map(({ kind, now, sentAt }) => `${kind} ${sentAt} ${now}`)).toEqual([
      'sent 0 0',
      'duplicated 0 0',
      'delivered 0 10',
      'delivered 0 10',
    ]);
    expect(events[0]).toMatchObject({ link: 'wire', direction: 'aToB', reason: '' });
  });

  test('learns why a packet is lost', () => {
    const { clock, events, send } = bench({ loss: 1 });
    send(1);
    clock.runUntilIdle();
    expect(events.map(({ kind, reason }) => [kind, reason])).toEqual([
      ['sent', ''],
      ['dropped', 'loss'],
    ]);
  });
});
