import { decodePacket, encodePacket, Flag } from '@halfclose/codec';
import { describe, expect, it } from 'vitest';
import { ip, OWN, OWN6, packetOf, PEER, PEER6 } from '../bench.ts';
import {
  anyReassembler,
  bytesOf,
  echoes,
  echoFrame,
  fixChecksum,
  FrameBench,
  fragmentOf,
  fragmentsOf,
  holds,
} from '../frame-bench.ts';

describe.each([
  ['IPv4', OWN, PEER, 'ipv4-fragment'],
  ['IPv6', OWN6, PEER6, 'ipv6-fragment'],
] as const)('fragments over %s', (_family, own, peer, reason) => {
  const data = bytesOf(40);
  /** 48 bytes behind the header of IP: 8 of ICMP, and the data. */
  const frame = echoFrame(data, { from: peer, to: own });
  const pieces = (id = 77): Uint8Array[] => fragmentsOf(frame, [16, 32], { id });

  /** What came of frames: what was answered, what is held, and what was dropped. */
  function outcome(frames: readonly Uint8Array[], bench = new FrameBench()): unknown[] {
    bench.receive(...frames);
    return [echoes(bench), bench.host.counters.dropped];
  }

  it.each([[[0, 1, 2]], [[2, 1, 0]], [[1, 0, 2]], [[1, 2, 0]], [[2, 0, 1]]])(
    'are put together in the order %j',
    (order) => {
      const all = pieces();
      const bench = new FrameBench();
      expect(
        outcome(
          order.map((i) => all[i] ?? frame),
          bench,
        ),
      ).toEqual([[data], {}]);
      const { fragmentsReceived, datagramsReassembled, packetsReceived } = bench.host.counters;
      expect([fragmentsReceived, datagramsReassembled, packetsReceived]).toEqual([3, 1, 1]);
    },
  );

  it('of two packets at once do not mix', () => {
    const other = fragmentsOf(echoFrame(bytesOf(40).reverse(), { from: peer, to: own }), [16, 32], {
      id: 78,
    });
    const mixed = pieces().flatMap((each, i) => [each, other[i] ?? frame]);
    expect(outcome(mixed)).toEqual([[data, bytesOf(40).reverse()], {}]);
  });

  it('of two sources with the same identification do not mix', () => {
    const stranger = own.isIPv4 ? ip('10.0.0.3') : ip('fd00::3');
    const other = fragmentsOf(echoFrame(data, { from: stranger, to: own }), [16, 32]);
    expect(outcome([...pieces().slice(0, 2), ...other.slice(2)])).toEqual([[], {}]);
  });

  it('are copied, so that a small one keeps no block of memory that a device reads into', () => {
    const bench = new FrameBench();
    const [first = frame, ...others] = pieces();
    bench.receive(first);
    first.fill(0);
    expect(outcome(others, bench)).toEqual([[data], {}]);
  });

  it('bring TCP to a connection as any packet does', () => {
    const bench = new FrameBench();
    const syn = encodePacket(packetOf({ from: peer, to: own, flags: Flag.SYN, payload: bytesOf(60) }));
    bench.receive(...fragmentsOf(syn, [24, 48]));
    const [answer = frame] = bench.sent();
    expect(decodePacket(answer)).toMatchObject({
      kind: 'tcp',
      segment: { flags: Flag.RST | Flag.ACK, ack: 61 },
    });
  });

  it('have their checksum verified once they are together, even if the device vouched for each', () => {
    const damaged = frame.slice();
    damaged[damaged.length - 1]! ^= 1;
    const bench = new FrameBench();
    bench.receive(...fragmentsOf(damaged, [16, 32]));
    expect([echoes(bench), bench.wire.dropped]).toEqual([[], { 'icmp-checksum': 1 }]);
  });

  it('are dropped by a device without a host', () => {
    const bench = new FrameBench();
    bench.wire.attach(() => undefined);
    bench.receive(...pieces());
    expect([bench.wire.dropped, bench.host.counters.fragmentsReceived]).toEqual([{ [reason]: 3 }, 0]);
  });

  it('that are sent twice are dropped alone', () => {
    const [first = frame, second = frame, last = frame] = pieces();
    expect(outcome([first, first, second, second, last])).toEqual([[data], { 'fragment-duplicate': 2 }]);
    expect(outcome([last, last, second, first])).toEqual([[data], { 'fragment-duplicate': 1 }]);
  });

  it('make up the largest packet that IP carries', () => {
    const bench = new FrameBench();
    const length = own.isIPv4 ? 65_535 - 28 : 65_535 - 8;
    const largest = echoFrame(bytesOf(length), { from: peer, to: own });
    const cuts = Array.from({ length: 44 }, (_, i) => (i + 1) * 1480);
    bench.receive(...fragmentsOf(largest, cuts).reverse());
    expect([bench.host.counters.echoesAnswered, bench.host.counters.dropped]).toEqual([1, {}]);
  });

  it.each([
    [[0, 0, 0], 0],
    [[1, 1, 1], 1],
    [[2, 1, 2], 2],
    [[2, 2, 3], 3],
    [[3, 1, 2], 3],
    [[3, 3, 3], 3],
  ])('with the ECN codepoints %j make a packet of one: %i (RFC 3168, 5.3)', (codepoints, expected) => {
    const syn = encodePacket(packetOf({ from: peer, to: own, flags: Flag.SYN, payload: bytesOf(60) }));
    const frames = codepoints.map((ecn, i) =>
      fragmentOf(syn, [0, 24, 48][i] ?? 0, [24, 48, 80][i] ?? 0, { ecn }),
    );
    const bench = new FrameBench();
    const seen: number[] = [];
    bench.host.observe((event) => {
      if (event.type === 'segment' && event.direction !== 'sent' && event.packet.kind === 'tcp')
        seen.push(event.packet.segment.ecn);
    });
    bench.receive(...frames);
    expect(seen).toEqual([expected]);
  });

  it('wait for the rest so long, from the first on, and no longer', () => {
    const timeout = own.isIPv4 ? 30_000 : 60_000;
    const [first = frame, second = frame, last = frame] = pieces();
    const bench = new FrameBench();
    bench.receive(last);
    bench.clock.advanceBy(timeout - 1);
    bench.receive(second);
    expect(holds(bench)[0]).toBe(1);
    bench.clock.advanceBy(1);
    expect([holds(bench), bench.host.counters.dropped]).toEqual([[0, 0], { 'fragment-timeout': 2 }]);
    expect(outcome([first], bench)[0]).toEqual([]);
    bench.clock.advanceBy(timeout);
    expect([bench.host.counters.dropped, bench.clock.nextDeadline]).toEqual([
      { 'fragment-timeout': 3 },
      Infinity,
    ]);
  });

  it('come just in time', () => {
    const bench = new FrameBench();
    const [first = frame, second = frame, last = frame] = pieces();
    bench.receive(first, second);
    bench.clock.advanceBy((own.isIPv4 ? 30_000 : 60_000) - 1);
    expect(outcome([last], bench)).toEqual([[data], {}]);
    expect(bench.clock.nextDeadline).toBe(Infinity);
  });

  it('are what an answer is sent in that is larger than the MTU', () => {
    const bench = new FrameBench();
    const big = bytesOf(3000);
    bench.receive(...fragmentsOf(echoFrame(big, { from: peer, to: own }), [1480, 2960]));
    const answer = bench.sent();
    expect(answer.map((each) => each.length)).toEqual(own.isIPv4 ? [1500, 1500, 68] : [1496, 1496, 160]);
    const other = anyReassembler();
    const [whole = frame] = answer.flatMap((each) => other.take(each) ?? []);
    expect(decodePacket(whole)).toMatchObject({
      source: own,
      destination: peer,
      message: { type: own.isIPv4 ? 0 : 129, body: big },
    });
  });
});

describe('fragments of IPv4', () => {
  it('may have DF, which says nothing to the host that they have come to', () => {
    const frame = echoFrame(bytesOf(40));
    const bench = new FrameBench();
    bench.receive(...fragmentsOf(frame, [16, 32], { dontFragment: true }));
    expect(echoes(bench)).toEqual([bytesOf(40)]);
  });

  it('of another protocol with the same identification do not mix', () => {
    const frame = echoFrame(bytesOf(40));
    const [first = frame, second = frame, last = frame] = fragmentsOf(frame, [16, 32]);
    const other = second.slice();
    other[9] = 17;
    fixChecksum(other);
    const bench = new FrameBench();
    bench.receive(first, other, last);
    expect(echoes(bench)).toEqual([]);
    bench.receive(second);
    expect([echoes(bench), bench.host.counters.dropped]).toEqual([[bytesOf(40)], {}]);
  });
});

describe('fragments of IPv6', () => {
  const frame = echoFrame(bytesOf(40), { from: PEER6, to: OWN6 });

  /** With a destination options header of 8 bytes before the fragment header. */
  function withOptions(fragment: Uint8Array): Uint8Array {
    const whole = new Uint8Array(fragment.length + 8);
    whole.set(fragment.subarray(0, 40));
    whole.set([44, 0, 1, 4, 0, 0, 0, 0], 40);
    whole.set(fragment.subarray(40), 48);
    whole[6] = 60;
    new DataView(whole.buffer).setUint16(4, whole.length - 40);
    return whole;
  }

  it('are found behind other extension headers, which the packet keeps', () => {
    const bench = new FrameBench();
    bench.receive(...fragmentsOf(frame, [16, 32]).map(withOptions));
    expect([echoes(bench), bench.wire.dropped]).toEqual([[bytesOf(40)], {}]);
  });

  it('that are whole packets are taken as such (RFC 6946), beside fragments with the same identification', () => {
    const bench = new FrameBench();
    const [first = frame, ...others] = fragmentsOf(frame, [16, 32]);
    bench.receive(first, fragmentOf(frame, 0, 48, { more: false }), ...others);
    expect([echoes(bench), bench.host.counters.fragmentsReceived]).toEqual([[bytesOf(40), bytesOf(40)], 3]);
  });

  it('whose next headers differ have that of the first (RFC 8200, 4.5)', () => {
    const bench = new FrameBench();
    const all = fragmentsOf(frame, [16, 32]);
    all[1]![40] = 17;
    bench.receive(...all);
    expect(echoes(bench)).toEqual([bytesOf(40)]);
  });
});
