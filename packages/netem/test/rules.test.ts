import { Flag, ipv4, type Packet } from '@halfclose/codec';
import { describe, expect, test } from 'vitest';
import {
  all,
  any,
  corrupt,
  data,
  delay,
  direction,
  drop,
  duplicate,
  during,
  either,
  every,
  fin,
  first,
  flags,
  from,
  icmp,
  not,
  nth,
  octets,
  port,
  pureAck,
  retransmission,
  rst,
  spare,
  syn,
  synAck,
  to,
  type Match,
  type Rule,
} from '../src/index.ts';
import { A, B, bench, listed, packet } from './packets.ts';

const { FIN, SYN, RST, ACK, PSH } = Flag;

/** A short connection as A sends it; the sequence numbers tell the packets apart. */
const conversation = [
  packet({ seq: 1, flags: SYN }),
  packet({ seq: 2 }),
  packet({ seq: 2, flags: ACK | PSH, octets: 10 }),
  packet({ seq: 12, octets: 10 }),
  packet({ seq: 12, octets: 10 }),
  packet({ seq: 22, flags: FIN | ACK }),
  packet({ seq: 22, flags: FIN | ACK }),
  packet({ seq: 23, flags: RST }),
];

/** Which packets of the conversation, by place, a rule keeps from arriving. */
function lostBy(rule: Rule, packets: readonly Packet[] = conversation): number[] {
  const { clock, link, atB } = bench({ rules: [rule] });
  for (const each of packets) {
    link.a.transmit(each);
    clock.advanceBy(1);
  }
  return packets.flatMap((each, place) => (atB.some((arrival) => arrival.packet === each) ? [] : [place]));
}

function matchedBy(match: Match, packets?: readonly Packet[]): number[] {
  return lostBy(drop(match), packets);
}

describe('matching', () => {
  test.each<[string, Match, number[]]>([
    ['any()', any(), [0, 1, 2, 3, 4, 5, 6, 7]],
    ['syn()', syn(), [0]],
    ['synAck()', synAck(), []],
    ['fin()', fin(), [5, 6]],
    ['rst()', rst(), [7]],
    ['data()', data(), [2, 3, 4]],
    ['pureAck()', pureAck(), [1]],
    ['flags(PSH)', flags(PSH), [2]],
    ['flags(FIN | ACK | PSH, ACK)', flags(FIN | ACK | PSH, ACK), [1, 3, 4]],
    ['port(80)', port(80), [0, 1, 2, 3, 4, 5, 6, 7]],
    ['port(81)', port(81), []],
    ['from(A)', from(A), [0, 1, 2, 3, 4, 5, 6, 7]],
    ['from(B)', from(B), []],
    ['to(B)', to(B), [0, 1, 2, 3, 4, 5, 6, 7]],
    ['icmp()', icmp(), []],
    ['retransmission()', retransmission(), [4, 6]],
    ['octets(0, 1)', octets(0, 1), [2]],
    ['octets(9, 10)', octets(9, 10), [2]],
    ['octets(10, 20)', octets(10, 20), [3, 4]],
    ['octets(20, 30)', octets(20, 30), []],
    ['during(3, 6)', during(3, 6), [3, 4, 5]],
    ["direction('aToB')", direction('aToB'), [0, 1, 2, 3, 4, 5, 6, 7]],
    ["direction('bToA')", direction('bToA'), []],
    ['all(data(), not(retransmission()))', all(data(), not(retransmission())), [2, 3]],
    ['either(syn(), rst())', either(syn(), rst()), [0, 7]],
    ['nth(2, fin())', nth(2, fin()), [6]],
    ['first(2, data())', first(2, data()), [2, 3]],
    ['every(3, any())', every(3, any()), [2, 5]],
  ])('%s', (_name, match, places) => {
    expect(matchedBy(match)).toEqual(places);
  });

  test('synAck() and to() on what others send', () => {
    const other = [packet({ seq: 1, flags: SYN | ACK }), packet({ seq: 2, to: ipv4(10, 0, 0, 3) })];
    expect(matchedBy(synAck(), other)).toEqual([0]);
    expect(matchedBy(to(ipv4(10, 0, 0, 3)), other)).toEqual([1]);
  });

  test('a place in the stream is known also if the rule comes after the SYN', () => {
    const { clock, link, atB } = bench();
    link.a.transmit(packet({ seq: -5, flags: SYN }));
    link.set({ rules: [drop(octets(100, 101))] });
    link.a.transmit(packet({ seq: -4, octets: 100 }));
    link.a.transmit(packet({ seq: 96, octets: 100 }));
    clock.runUntilIdle();
    expect(listed(atB)).toEqual(['-5@0', '-4@0']);
  });

  test('a stream without its SYN has no places', () => {
    expect(matchedBy(octets(-1e9, 1e9), [packet({ seq: 5, octets: 10 })])).toEqual([]);
  });

  test('a new connection on the same ports starts anew', () => {
    const again = [
      packet({ seq: 1, flags: SYN }),
      packet({ seq: 2, octets: 10 }),
      packet({ seq: 900, flags: SYN }),
      packet({ seq: 901, octets: 10 }),
    ];
    expect(matchedBy(octets(0, 5), again)).toEqual([1, 3]);
    expect(matchedBy(retransmission(), again)).toEqual([]);
  });
});

describe('verdicts', () => {
  test('"drop the second FIN" is one line', () => {
    const { clock, link, events } = bench({ rules: [drop(nth(2, fin()))] });
    for (const each of conversation) link.a.transmit(each);
    clock.runUntilIdle();
    expect(link.aToB.counters).toMatchObject({ sent: 8, delivered: 7, dropped: { scripted: 1 } });
    expect(events.filter(({ kind }) => kind === 'dropped')).toMatchObject([
      { packet: conversation[6], reason: 'scripted' },
    ]);
  });

  test('a drop has the reason it is given', () => {
    const { link, send } = bench({ rules: [drop(any(), 'firewall')] });
    send(2);
    expect(link.aToB.counters.dropped).toEqual({ firewall: 2 });
  });

  test('a delayed packet is overtaken', () => {
    const { clock, link, atB, send } = bench({ delay: 10, rules: [delay(nth(1, any()), 5)] });
    send(3);
    clock.runUntilIdle();
    expect(listed(atB)).toEqual(['1@10', '2@10', '0@15']);
    expect(link.aToB.counters.reordered).toBe(1);
  });

  test('a packet can be duplicated and corrupted', () => {
    const { clock, link, atB, send } = bench({
      rules: [duplicate(nth(1, any()), 2), corrupt(nth(1, any()))],
    });
    send(3);
    clock.runUntilIdle();
    expect(listed(atB)).toEqual(['0@0', '0@0', '0@0', '2@0']);
    expect(link.aToB.counters).toMatchObject({ duplicated: 2, corrupted: 1, delivered: 4, droppedTotal: 1 });
  });

  test('a spared packet is not touched by chance', () => {
    const { clock, atB, send } = bench({ loss: 1, rules: [spare(nth(2, any()))] });
    send(3);
    clock.runUntilIdle();
    expect(listed(atB)).toEqual(['1@0']);
  });

  test('the first verdict other than pass wins', () => {
    const asked: string[] = [];
    const rules: Rule[] = [
      () => 'pass',
      (_packet, { ordinal }) => (ordinal === 1 ? { drop: 'first' } : 'pass'),
      (_packet, { ordinal, now }) => {
        asked.push(`${ordinal}@${now}`);
        return { drop: 'second' };
      },
    ];
    const { link, send } = bench({ rules });
    send(3, {}, 1);
    expect(asked).toEqual(['2@1', '3@2']);
    expect(link.aToB.counters.dropped).toEqual({ first: 1, second: 2 });
  });

  test('a rule of its own can do several things at once', () => {
    const { clock, atB, send } = bench({ rules: [() => ({ delay: 5, duplicate: 1 })] });
    send(1);
    clock.runUntilIdle();
    expect(listed(atB)).toEqual(['0@5', '0@5']);
  });
});
