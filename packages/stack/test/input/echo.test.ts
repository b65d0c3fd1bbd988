import { decodePacket, encodePacket, type IcmpPacket, type Packet } from '@halfclose/codec';
import { describe, expect, it } from 'vitest';
import { ip, OWN, OWN6, PEER, PEER6 } from '../bench.ts';
import { bytesOf, echoFrame, FrameBench } from '../frame-bench.ts';

function icmp(frame: Uint8Array | undefined): IcmpPacket {
  const packet: Packet | string = frame === undefined ? 'no frame' : decodePacket(frame);
  if (typeof packet === 'string' || packet.kind !== 'icmp') throw new Error('no ICMP');
  return packet;
}

describe.each([
  ['IPv4', OWN, PEER, 0],
  ['IPv6', OWN6, PEER6, 129],
] as const)('an echo request over %s', (_, own, peer, replyType) => {
  it('is answered from the address asked, with its identifier, sequence number, data, code and codepoint', () => {
    const bench = new FrameBench();
    const second = own.isIPv4 ? ip('10.0.0.77') : ip('fd00::77');
    bench.host.addInterface(new FrameBench().wire, [{ address: second, prefixLength: own.isIPv4 ? 24 : 64 }]);
    const data = bytesOf(56);
    for (const to of [own, second]) {
      bench.receive(echoFrame(data, { from: peer, to, parameter: 0x1234_abcd, code: 5, dscp: 10 }));
      expect(icmp(bench.sent()[0])).toEqual({
        kind: 'icmp',
        source: to,
        destination: peer,
        hopLimit: 64,
        dscp: 10,
        message: { type: replyType, code: 5, parameter: 0x1234_abcd, quoted: null, body: data },
      });
    }
    const { echoesAnswered, packetsSent, dropped } = bench.host.counters;
    expect([echoesAnswered, packetsSent, dropped]).toEqual([2, 2, {}]);
  });

  it('is answered where it has no data', () => {
    const bench = new FrameBench();
    bench.receive(echoFrame(new Uint8Array(0), { from: peer, to: own }));
    expect(icmp(bench.sent()[0]).message.body).toHaveLength(0);
  });

  it('is not answered with ignoresEchoes, and counted', () => {
    const bench = new FrameBench({ ignoresEchoes: true });
    bench.receive(echoFrame(bytesOf(8), { from: peer, to: own }));
    expect([bench.sent(), bench.host.counters.dropped]).toEqual([[], { 'icmp-echo-ignored': 1 }]);
  });

  it('that is a reply is not answered, so that two hosts do not go on for ever', () => {
    const bench = new FrameBench();
    bench.receive(echoFrame(bytesOf(8), { from: peer, to: own }));
    const [reply] = bench.sent();
    const other = new FrameBench();
    const back = icmp(reply);
    const frame = echoFrame(back.message.body, { from: peer, to: own });
    frame[own.isIPv4 ? 20 : 40] = replyType;
    other.receive(frame);
    expect(other.sent()).toEqual([]);
  });

  it('without a way back is not answered', () => {
    const bench = new FrameBench();
    const stranger = own.isIPv4 ? ip('192.0.2.1') : ip('2001:db8::1');
    bench.receive(echoFrame(bytesOf(8), { from: stranger, to: own }));
    expect([bench.sent(), bench.host.counters.dropped]).toEqual([[], { 'no-route': 1 }]);
  });

  it('is dropped with a wrong checksum', () => {
    const bench = new FrameBench();
    const frame = echoFrame(bytesOf(8), { from: peer, to: own });
    frame[frame.length - 1]! ^= 1;
    bench.receive(frame);
    expect([bench.sent(), bench.wire.dropped]).toEqual([[], { 'icmp-checksum': 1 }]);
  });

  it('is one of those that wait within the input backlog, and no more are answered at once', () => {
    const bench = new FrameBench({ maxInputBacklog: 3 });
    const frame = echoFrame(bytesOf(8), { from: peer, to: own });
    bench.receive(...Array.from({ length: 10 }, () => frame));
    expect([bench.sent().length, bench.host.counters.dropped]).toEqual([3, { 'input-backlog-full': 7 }]);
  });

  it('is told to the observer with its answer', () => {
    const bench = new FrameBench();
    const told: string[] = [];
    bench.host.observe((event) => {
      if (event.type === 'segment') told.push(`${event.direction} ${event.packet.kind} ${event.state}`);
    });
    bench.receive(echoFrame(bytesOf(8), { from: peer, to: own }));
    expect(told).toEqual(['received icmp null', 'sent icmp null']);
  });
});

describe('an echo request', () => {
  it.each([
    ['10.0.0.2', '10.0.0.255', 'broadcast'],
    ['10.0.0.2', '255.255.255.255', 'broadcast'],
    ['10.0.0.2', '224.0.0.1', 'multicast'],
    ['10.0.0.255', '10.0.0.1', 'martian-source'],
    ['10.0.0.1', '10.0.0.1', 'martian-source'],
    ['10.0.0.2', '127.0.0.1', 'martian-destination'],
    ['fd00::2', 'ff02::1', 'multicast'],
    ['::', 'fd00::1', 'martian-source'],
  ])('from %s to %s is not answered (RFC 1122, 3.2.2.6): %s', (from, to, reason) => {
    const bench = new FrameBench();
    bench.receive(echoFrame(bytesOf(8), { from: ip(from), to: ip(to) }));
    expect([bench.sent(), bench.host.counters.dropped]).toEqual([[], { [reason]: 1 }]);
  });

  it('of ICMPv6 in IPv4, and of ICMP in IPv6, is none', () => {
    const bench = new FrameBench();
    const frames = [
      { frame: echoFrame(bytesOf(8)), at: 20, type: 128, before: 8 },
      { frame: echoFrame(bytesOf(8), { from: PEER6, to: OWN6 }), at: 40, type: 8, before: 128 },
    ];
    for (const { frame, at, type, before } of frames) {
      frame[at] = type;
      const view = new DataView(frame.buffer);
      // RFC 1624: the type is the upper half of the first word.
      const sum = (~view.getUint16(at + 2) & 0xffff) + (~(before << 8) & 0xffff) + (type << 8);
      view.setUint16(at + 2, ~((sum & 0xffff) + (sum >> 16)));
      bench.receive(frame);
    }
    expect([bench.wire.dropped, bench.sent(), bench.host.counters.dropped]).toEqual([
      {},
      [],
      { 'icmp-ignored': 2 },
    ]);
  });

  it('is answered without DF, with an identification that differs from one to the next (RFC 6864)', () => {
    const bench = new FrameBench();
    for (let i = 0; i < 3; i++) bench.receive(echoFrame(bytesOf(8)));
    const views = bench.sent().map((frame) => new DataView(frame.buffer));
    expect(views.map((view) => view.getUint16(6))).toEqual([0, 0, 0]);
    expect(new Set(views.map((view) => view.getUint16(4))).size).toBe(3);
  });

  it('that came by a source route is dropped, as it is no router’s business; a profile may take it (RFC 1122, 3.2.2.6)', () => {
    const bench = new FrameBench();
    const taking = new FrameBench({ acceptSourceRoute: true });
    const plain = icmp(echoFrame(bytesOf(8)));
    const sourceRoute = { strict: false, addresses: [ip('10.0.0.7'), ip('10.0.0.8')], visited: 2 };
    for (const each of [bench, taking]) each.receive(encodePacket({ ...plain, sourceRoute }));
    expect([bench.sent(), bench.host.counters.dropped]).toEqual([[], { 'source-route': 1 }]);
    const reply = icmp(taking.sent()[0]);
    expect([reply.destination, reply.sourceRoute]).toEqual([
      ip('10.0.0.8'),
      { strict: false, addresses: [ip('10.0.0.7'), PEER], visited: 0 },
    ]);
    taking.receive(encodePacket({ ...plain, sourceRoute: { ...sourceRoute, visited: 1 } }));
    expect([taking.sent(), taking.host.counters.dropped]).toEqual([[], { 'source-route': 1 }]);
  });
});
