import { encodePacket, Flag } from '@halfclose/codec';
import { describe, expect, it } from 'vitest';
import { ip, OWN, OWN6, packetOf, PEER, PEER6 } from '../bench.ts';
import {
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
  ['IPv4', OWN, PEER],
  ['IPv6', OWN6, PEER6],
] as const)('hostile fragments over %s', (_family, own, peer) => {
  const data = bytesOf(40);
  /** 48 bytes behind the header of IP: 8 of ICMP, and the data. */
  const frame = echoFrame(data, { from: peer, to: own });
  const pieces = (id = 77): Uint8Array[] => fragmentsOf(frame, [16, 32], { id });

  /** What came of frames: what was answered, and what was dropped. */
  function outcome(frames: readonly Uint8Array[], bench = new FrameBench()): unknown[] {
    bench.receive(...frames);
    return [echoes(bench), bench.host.counters.dropped];
  }

  it.each([
    [
      'the end of another',
      [
        [0, 16],
        [8, 24],
      ],
    ],
    [
      'the start of another',
      [
        [16, 32],
        [8, 24],
      ],
    ],
    [
      'two others',
      [
        [0, 16],
        [32, 40],
        [8, 40],
      ],
    ],
    [
      'all of another',
      [
        [16, 24],
        [8, 32],
      ],
    ],
    [
      'a part of another',
      [
        [8, 32],
        [16, 24],
      ],
    ],
    [
      'the first bytes of another',
      [
        [8, 32],
        [8, 16],
      ],
    ],
  ] as const)('of which one overlaps %s give all up (RFC 5722)', (_, places) => {
    const bench = new FrameBench();
    const frames = places.map(([start, end]) => fragmentOf(frame, start, end));
    expect(outcome(frames, bench)).toEqual([[], { 'fragment-overlap': places.length }]);
    expect([bench.wire.dropped, holds(bench)]).toEqual([{}, [0, 0]]);
  });

  it('of which one is at the place of another with other bytes give all up', () => {
    const [first = frame, second = frame] = pieces();
    const forged = second.slice();
    forged[forged.length - 1]! ^= 1;
    expect(outcome([first, second, forged])).toEqual([[], { 'fragment-overlap': 3 }]);
  });

  it('are taken anew after an overlap, as what follows may be another packet', () => {
    const bench = new FrameBench();
    bench.receive(fragmentOf(frame, 0, 16), fragmentOf(frame, 8, 24));
    expect(outcome(pieces(), bench)).toEqual([[data], { 'fragment-overlap': 2 }]);
  });

  it.each([
    [
      'a last one before bytes that came',
      [
        [32, 40, true],
        [16, 24, false],
      ],
    ],
    [
      'two last ones at different ends',
      [
        [40, 48, false],
        [32, 40, false],
      ],
    ],
    [
      'one that is not the last behind the end',
      [
        [24, 32, false],
        [32, 40, true],
      ],
    ],
  ] as const)('that contradict each other give all up: %s', (_, places) => {
    const frames = places.map(([start, end, more]) => fragmentOf(frame, start, end, { more }));
    expect(outcome(frames)).toEqual([[], { 'fragment-beyond-end': 2 }]);
  });

  it('are dropped alone whose length is no multiple of 8, or nothing', () => {
    const odd = [fragmentOf(frame, 16, 31, { more: true }), fragmentOf(frame, 16, 16)];
    expect(outcome([...odd, ...pieces()])).toEqual([[data], { 'fragment-length': 2 }]);
    expect(outcome([fragmentOf(frame, 48, 48, { more: false }), ...pieces()])).toEqual([
      [data],
      { 'fragment-length': 1 },
    ]);
  });

  it('are dropped alone that would make more than IP carries (ping of death)', () => {
    const huge = fragmentOf(frame, 0, 48, { more: false });
    new DataView(huge.buffer).setUint16(own.isIPv4 ? 6 : 42, own.isIPv4 ? 8191 : 65_528);
    fixChecksum(huge);
    const bench = new FrameBench();
    expect(outcome([huge], bench)).toEqual([[], { 'fragment-oversize': 1 }]);
    expect(holds(bench)).toEqual([0, 0]);
  });

  it('whose first has not all of the TCP header are dropped (RFC 1858, RFC 7112)', () => {
    const syn = encodePacket(packetOf({ from: peer, to: own, flags: Flag.SYN, payload: bytesOf(60) }));
    const bench = new FrameBench();
    bench.receive(...fragmentsOf(syn, [8]));
    bench.receive(...fragmentsOf(syn, [16], { id: 78 }));
    expect([bench.sent(), bench.host.counters.dropped]).toEqual([[], { 'fragment-tiny': 2 }]);
    // Without its header, no other fragment brings it.
    bench.receive(fragmentOf(syn, 8, 24, { id: 79 }), fragmentOf(syn, 0, 24, { id: 79 }));
    expect(bench.host.counters.dropped).toEqual({ 'fragment-tiny': 2, 'fragment-overlap': 2 });
  });

  it.each([
    ['not for this host', own.isIPv4 ? '10.0.0.9' : 'fd00::9', 'not-local'],
    ['for a group of hosts', own.isIPv4 ? '224.0.0.1' : 'ff02::1', 'multicast'],
  ])('that are %s take no memory', (_, to, dropped) => {
    const bench = new FrameBench();
    const frames = fragmentsOf(echoFrame(data, { from: peer, to: ip(to) }), [16]);
    expect(outcome(frames, bench)).toEqual([[], { [dropped]: 2 }]);
    expect(holds(bench)).toEqual([0, 0]);
  });

  it.each([[[0, 1, 0]], [[0, 0, 2]], [[3, 3, 0]], [[0, 1, 3]]])(
    'with the ECN codepoints %j make none: one was changed on the way',
    (codepoints) => {
      const frames = codepoints.map((ecn, i) => fragmentOf(frame, i * 16, (i + 1) * 16, { ecn }));
      expect(outcome(frames)).toEqual([[], { 'fragment-ecn': 3 }]);
    },
  );

  it('give up what waits longest when they take too much memory', () => {
    const bench = new FrameBench({ fragmentMemory: 3000 });
    const large = echoFrame(bytesOf(900), { from: peer, to: own });
    const of = (id: number): Uint8Array[] => fragmentsOf(large, [800], { id });
    bench.receive(...[1, 2, 3].map((id) => of(id)[0] ?? frame));
    expect([holds(bench)[0], bench.host.counters.dropped]).toEqual([1, { 'fragment-memory': 2 }]);
    expect(outcome([of(3)[1] ?? frame], bench)[0]).toHaveLength(1);
  });

  it('that alone take too much memory are given up, too', () => {
    const bench = new FrameBench({ fragmentMemory: 0 });
    expect(outcome(pieces(), bench)).toEqual([[], { 'fragment-memory': 3 }]);
    expect(holds(bench)).toEqual([0, 0]);
  });

  it('do not take the memory of the other family', () => {
    const bench = new FrameBench({ fragmentMemory: 1500 });
    bench.receive(pieces()[0] ?? frame);
    const from = own.isIPv4 ? PEER6 : PEER;
    const to = own.isIPv4 ? OWN6 : OWN;
    bench.receive(fragmentOf(echoFrame(data, { from, to }), 0, 16));
    expect([holds(bench)[0], bench.host.counters.dropped]).toEqual([2, {}]);
  });
});

describe('hostile fragments of IPv4', () => {
  it('with a wrong checksum of the header are dropped before', () => {
    const fragment = fragmentOf(echoFrame(bytesOf(40)), 0, 16);
    fragment[8] = 3;
    const bench = new FrameBench();
    bench.receive(fragment);
    expect([bench.wire.dropped, bench.host.counters.fragmentsReceived]).toEqual([{ 'ipv4-checksum': 1 }, 0]);
  });
});

describe('hostile fragments of IPv4 whose headers differ', () => {
  it('are given up where the header of the first leaves no room for the others', () => {
    const largest = echoFrame(bytesOf(65_535 - 28));
    const cuts = Array.from({ length: 44 }, (_, i) => (i + 1) * 1480);
    const [first = largest, ...others] = fragmentsOf(largest, cuts);
    const long = new Uint8Array(first.length + 40).fill(1, 20, 60);
    long.set(first.subarray(0, 20));
    long.set(first.subarray(20), 60);
    long[0] = 0x4f;
    new DataView(long.buffer).setUint16(2, long.length);
    fixChecksum(long);
    const bench = new FrameBench();
    bench.receive(...others, long);
    expect([bench.host.counters.dropped, bench.wire.dropped]).toEqual([{ 'fragment-oversize': 45 }, {}]);
    expect(holds(bench)).toEqual([0, 0]);
  });
});

describe('hostile fragments of IPv6', () => {
  const frame = echoFrame(bytesOf(40), { from: PEER6, to: OWN6 });

  it('of fragments are none', () => {
    const bench = new FrameBench();
    const inner = fragmentOf(frame, 0, 40, { id: 1 });
    const outer = fragmentsOf(inner, [16, 32], { id: 2 });
    bench.receive(...outer);
    expect([echoes(bench), bench.wire.dropped, bench.host.counters.datagramsReassembled]).toEqual([
      [],
      { 'ipv6-fragment': 1 },
      1,
    ]);
  });

  it('whose first has not the whole chain of headers are dropped (RFC 7112)', () => {
    const bench = new FrameBench();
    const cut = fragmentOf(frame, 0, 16);
    // Destination options of 24 bytes, of which 16 are there.
    cut[40] = 60;
    cut.set([58, 2, 1, 12], 48);
    bench.receive(cut);
    expect(bench.host.counters.dropped).toEqual({ 'fragment-tiny': 1 });
  });
});
