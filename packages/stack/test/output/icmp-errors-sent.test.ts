import {
  decodePacket,
  encodePacket,
  type IcmpPacket,
  type IpAddress,
  pseudoHeaderSum,
} from '@halfclose/codec';
import { describe, expect, it } from 'vitest';
import { Host, type HostOptions, WireDevice } from '../../src/index.ts';
import { ip, OWN, OWN6, PEER, PEER6 } from '../bench.ts';
import { bytesOf, echoFrame, fixChecksum, FrameBench, fragmentOf } from '../frame-bench.ts';

/** How a frame differs from one that the peer sends to the host. */
interface Wish {
  readonly from?: IpAddress;
  readonly to?: IpAddress;
  readonly dscp?: number;
}

/** An IP packet of this protocol, written apart from what is tested. */
function frameOf(
  protocol: number,
  payload: Uint8Array,
  { from = PEER, to = OWN, dscp = 0 }: Wish = {},
): Uint8Array {
  const message = {
    type: 0,
    code: 0,
    parameter: 0,
    quoted: null,
    body: new Uint8Array(Math.max(0, payload.length - 8)),
  };
  const frame = encodePacket({ kind: 'icmp', source: from, destination: to, hopLimit: 9, dscp, message });
  const header = from.isIPv4 ? 20 : 40;
  const whole = new Uint8Array(header + payload.length);
  whole.set(frame.subarray(0, header));
  whole.set(payload, header);
  const view = new DataView(whole.buffer);
  if (from.isIPv4) view.setUint16(2, whole.length);
  else view.setUint16(4, payload.length);
  whole[from.isIPv4 ? 9 : 6] = protocol;
  fixChecksum(whole);
  return whole;
}

/** A datagram with a right checksum, or with `checksum`. */
function udp(data: Uint8Array, wish: Wish = {}, checksum?: number): Uint8Array {
  const { from = PEER, to = OWN } = wish;
  const payload = new Uint8Array(8 + data.length);
  payload.set([3, 232, 0, 9, payload.length >> 8, payload.length & 255]);
  payload.set(data, 8);
  const view = new DataView(payload.buffer);
  let sum = pseudoHeaderSum(from, to, 17, payload.length);
  for (let at = 0; at < payload.length; at += 2)
    sum += at + 1 < payload.length ? view.getUint16(at) : view.getUint8(at) << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  view.setUint16(6, checksum ?? (~sum & 0xffff || 0xffff));
  return frameOf(17, payload, wish);
}

function errorIn(frame: Uint8Array | undefined): IcmpPacket {
  const packet = frame === undefined ? 'no frame' : decodePacket(frame);
  if (typeof packet === 'string' || packet.kind !== 'icmp')
    throw new Error(`no ICMP: ${JSON.stringify(packet)}`);
  return packet;
}

const SIX = { from: PEER6, to: OWN6 };
/** Type and code of what the host answers, and nothing else is sent. */
function answers(bench: FrameBench): (readonly [number, number, number])[] {
  return bench.sent().map((frame) => {
    const { type, code, parameter } = errorIn(frame).message;
    return [type, code, parameter] as const;
  });
}

// Each of these was measured on Linux 6.18 over a TUN device.
describe('what nobody takes is told to its sender', () => {
  it.each([
    ['a datagram of UDP', udp(bytesOf(10)), [3, 3, 0]],
    ['one of no data', udp(new Uint8Array(0)), [3, 3, 0]],
    ['one without a checksum', udp(bytesOf(10), {}, 0), [3, 3, 0]],
    ['another protocol', frameOf(132, bytesOf(24)), [3, 2, 0]],
    ['one of no data', frameOf(254, new Uint8Array(0)), [3, 2, 0]],
    ['ICMPv6 over IPv4', frameOf(58, bytesOf(24)), [3, 2, 0]],
    ['a datagram of UDP over IPv6', udp(bytesOf(10), SIX), [1, 4, 0]],
    ['another protocol over IPv6', frameOf(132, bytesOf(24), SIX), [4, 1, 6]],
    ['one behind options', frameOf(60, Uint8Array.of(254, 0, 1, 4, 0, 0, 0, 0, 1), SIX), [4, 1, 40]],
    [
      'an option that wants to be known',
      frameOf(60, Uint8Array.of(6, 0, 0x9e, 4, 0, 0, 0, 0, 1), SIX),
      [4, 2, 42],
    ],
    ['a route that is not done', frameOf(43, Uint8Array.of(6, 0, 99, 1, 0, 0, 0, 0, 1), SIX), [4, 0, 42]],
  ])('%s', (_, frame, expected) => {
    const bench = new FrameBench();
    bench.receive(frame);
    expect(answers(bench)).toEqual([expected]);
    expect(bench.host.counters).toMatchObject({ icmpErrorsSent: 1, packetsSent: 1 });
  });

  it.each([
    ['IPv4', udp(bytesOf(1300)), 548, 48],
    ['IPv4 with a codepoint', udp(bytesOf(4), { dscp: 10 }), 32, 50],
    ['IPv6', udp(bytesOf(1300), { ...SIX, dscp: 10 }), 1232, 0],
  ])('with as much of it as fits, over %s', (_, frame, quoted, dscp) => {
    const bench = new FrameBench();
    bench.receive(frame);
    const sent = bench.sent();
    const packet = errorIn(sent[0]);
    expect(packet).toMatchObject({ hopLimit: 64, dscp });
    expect(packet.message.body).toEqual(frame.slice(0, quoted));
    const [from, to] = packet.source.isIPv4 ? [OWN, PEER] : [OWN6, PEER6];
    expect([packet.source.equals(from), packet.destination.equals(to)]).toEqual([true, true]);
    // May be cut on its way, as Linux has it.
    if (packet.source.isIPv4) expect((sent[0]?.[6] ?? 0) & 0x40).toBe(0);
  });

  it('from the address that it was for', () => {
    const bench = new FrameBench();
    const second = ip('10.0.0.77');
    bench.host.addInterface(new FrameBench().wire, [{ address: second, prefixLength: 24 }]);
    bench.receive(udp(bytesOf(4), { to: second }));
    expect(errorIn(bench.sent()[0]).source.equals(second)).toBe(true);
  });

  it('where the device vouches for a checksum that is not there', () => {
    const bench = new FrameBench();
    bench.receiveVerified(udp(bytesOf(4), {}, 0x1234));
    bench.receiveVerified(udp(bytesOf(4), SIX, 0x1234));
    expect(answers(bench)).toEqual([
      [3, 3, 0],
      [1, 4, 0],
    ]);
  });

  it('where it came in fragments, with the beginning of the whole', () => {
    const bench = new FrameBench();
    const frame = udp(bytesOf(1000));
    bench.receive(fragmentOf(frame, 0, 504), fragmentOf(frame, 504, 1008));
    const { message } = errorIn(bench.sent()[0]);
    expect([message.type, message.code, message.body.length]).toEqual([3, 3, 548]);
    expect(message.body.slice(20)).toEqual(frame.slice(20, 548));
  });
});

describe('nothing is said', () => {
  const broadcast = ip('10.0.0.255');
  it.each([
    ['of a wrong checksum', udp(bytesOf(4), {}, 0x1234)],
    ['of one that is absent over IPv6', udp(bytesOf(4), SIX, 0)],
    ['of half a header', frameOf(17, bytesOf(5))],
    ['of more than came', frameOf(17, Uint8Array.of(3, 232, 0, 9, 0, 20, 0, 0))],
    ['to many', udp(bytesOf(4), { to: broadcast })],
    ['to all', udp(bytesOf(4), { to: ip('255.255.255.255') })],
    ['to a group', udp(bytesOf(4), { to: ip('224.0.0.251') })],
    ['to a group over IPv6', udp(bytesOf(4), { from: PEER6, to: ip('ff02::fb') })],
    ['to others', udp(bytesOf(4), { to: ip('10.0.0.99') })],
    ['from a group', udp(bytesOf(4), { from: ip('224.0.0.1') })],
    ['from many', udp(bytesOf(4), { from: broadcast })],
    ['from nobody', udp(bytesOf(4), { from: ip('0.0.0.0') })],
    ['from nobody over IPv6', udp(bytesOf(4), { from: ip('::'), to: OWN6 })],
    ['from loopback', udp(bytesOf(4), { from: ip('127.0.0.1') })],
    ['from ourselves', udp(bytesOf(4), { from: OWN })],
    ['without a way back', udp(bytesOf(4), { from: ip('192.0.2.9') })],
    ['of no next header', frameOf(59, bytesOf(4), SIX)],
    ['of an option that discards in silence', frameOf(60, Uint8Array.of(17, 0, 0x5e, 4, 0, 0, 0, 0), SIX)],
    ['of an error behind such an option', frameOf(60, Uint8Array.of(58, 0, 0x9e, 4, 0, 0, 0, 0, 1, 4), SIX)],
    ['of a wrong IP header', udp(bytesOf(4)).fill(7, 10, 12)],
  ])('%s', (_, frame) => {
    const bench = new FrameBench();
    bench.receive(frame);
    expect(bench.sent()).toEqual([]);
    expect(bench.host.counters.icmpErrorsSent).toBe(0);
  });
});

describe('a datagram of which fragments are missing', () => {
  it.each([
    ['IPv4', OWN, PEER, [11, 1]],
    ['IPv6', OWN6, PEER6, [3, 1]],
  ] as const)('is told to its sender when its time is over, over %s', (_, to, from, [type, code]) => {
    const bench = new FrameBench();
    const frame = echoFrame(bytesOf(1000), { from, to });
    bench.receive(fragmentOf(frame, 0, 504));
    bench.clock.advanceBy(60_000);
    const { message } = errorIn(bench.sent()[0]);
    expect([message.type, message.code]).toEqual([type, code]);
    const header = from.isIPv4 ? 20 : 40;
    expect(message.body.slice(header, header + 504)).toEqual(frame.slice(header, header + 504));
    expect(bench.host.counters.dropped).toEqual({ 'fragment-timeout': 1 });
  });

  it.each([
    ['the first is', (frame: Uint8Array) => fragmentOf(frame, 504, 1008)],
    ['it is an error itself', (frame: Uint8Array) => fragmentOf(errorFrame(frame), 0, 504)],
  ])('is not where %s', (_, fragment) => {
    const bench = new FrameBench();
    bench.receive(fragment(echoFrame(bytesOf(1000))));
    bench.clock.advanceBy(60_000);
    expect([bench.sent(), bench.host.counters.dropped]).toEqual([[], { 'fragment-timeout': 1 }]);
  });

  function errorFrame(frame: Uint8Array): Uint8Array {
    frame[20] = 3;
    return frame;
  }
});

describe('errors are limited', () => {
  const hosted = (
    options: Partial<HostOptions>,
  ): { host: Host; give: (...frames: Uint8Array[]) => void; sent: number } => {
    const bench = new FrameBench();
    const made = { sent: 0 };
    let receive: (frame: Uint8Array) => void = () => undefined;
    const host = new Host({ timers: bench.clock, secret: Uint32Array.of(1, 2, 3, 4), ...options });
    const device = {
      name: 'frames',
      mtu: 1500,
      send: () => void made.sent++,
      onFrame: (to: (frame: Uint8Array) => void) => void (receive = to),
    };
    host.addInterface(new WireDevice(device), [{ address: OWN, prefixLength: 8 }]);
    return Object.assign(made, {
      host,
      give: (...frames: Uint8Array[]) => {
        for (const frame of frames) receive(frame);
      },
    });
  };
  const flood = (count: number, from: (i: number) => IpAddress): Uint8Array[] =>
    Array.from({ length: count }, (_, i) => udp(bytesOf(4), { from: from(i) }));

  it('for each of those who get them', () => {
    const bench = new FrameBench();
    bench.receive(...flood(60, () => PEER));
    bench.clock.advanceBy(1000);
    bench.receive(...flood(60, () => PEER));
    expect(bench.host.counters).toMatchObject({ icmpErrorsSent: 7, icmpErrorsLimitedByTarget: 113 });
    expect(bench.sent()).toHaveLength(7);
  });

  it('for all', () => {
    const { host, give } = hosted({});
    give(...flood(3000, (i) => ip(`10.1.${i >> 8}.${i & 255}`)));
    const { icmpErrorsSent, icmpErrorsLimited } = host.counters;
    // 50 on average, as each costs 0 to 2: Linux sent 67 to 74.
    expect(icmpErrorsSent).toBeGreaterThan(30);
    expect(icmpErrorsSent).toBeLessThan(75);
    expect(icmpErrorsSent + icmpErrorsLimited).toBe(3000);
  });

  it('as the host is told', () => {
    const silent = hosted({ icmpErrors: { burst: 0 } });
    silent.give(...flood(9, () => PEER));
    expect([silent.sent, silent.host.counters.icmpErrorsLimited]).toEqual([0, 9]);
    const free = hosted({ icmpErrors: { types: [] } });
    free.give(...flood(99, () => PEER));
    expect(free.sent).toBe(99);
  });

  it('by a number that can be one', () => {
    expect(() => hosted({ icmpErrors: { interval: -1 } })).toThrow('options.icmpErrors.interval must be');
  });
});

it('an error is told to the observer', () => {
  const bench = new FrameBench();
  const told: string[] = [];
  bench.host.observe((event) => {
    if (event.type === 'segment') told.push(`${event.direction} ${event.packet.kind}`);
  });
  bench.receive(udp(bytesOf(4)));
  expect(told).toEqual(['sent icmp']);
});
