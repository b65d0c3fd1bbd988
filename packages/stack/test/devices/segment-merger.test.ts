import { Ecn, encodePacket, Flag, type Packet, Segment, type TcpPacket } from '@halfclose/codec';
import { describe, expect, it } from 'vitest';
import { type FrameDevice, WireDevice } from '../../src/index.ts';
import { SegmentMerger } from '../../src/devices/segment-merger.ts';
import { ip, OWN, OWN6, PEER, PEER6 } from '../bench.ts';
import { anyReassembler, fragmentsOf } from '../frame-bench.ts';

type Wish = Partial<Omit<TcpPacket, 'segment'>> & Partial<Segment> & { readonly length?: number };

/** A segment from the peer; its text is its place in the stream, byte by byte. */
function data(seq: number, { length = 100, ...wish }: Wish = {}): TcpPacket {
  const { source = PEER, destination = OWN, hopLimit = 64, dscp = 0, sourceRoute, kind: _, ...fields } = wish;
  const segment = Object.assign(
    new Segment(),
    { sourcePort: 1, destinationPort: 2, flags: Flag.ACK, ack: 7, window: 500, seq },
    { hasTimestamps: true, timestampValue: 9, timestampEcho: 8 },
    fields,
  );
  segment.payload = Uint8Array.from({ length }, (__, i) => (seq + i) & 255);
  return { kind: 'tcp', source, destination, hopLimit, dscp, segment, ...(sourceRoute && { sourceRoute }) };
}

/** What comes out: the place and length of each segment, and its flags but ACK. */
function merge(...packets: readonly Packet[]): { out: string[]; passed: Packet[]; merged: number } {
  const passed: Packet[] = [];
  const merger = new SegmentMerger((packet) => passed.push(packet));
  for (const packet of packets) merger.take(packet);
  merger.flush();
  const out = passed.map((packet) => {
    if (packet.kind !== 'tcp') return packet.kind;
    const { segment } = packet;
    const names = ['FIN', 'SYN', 'RST', 'PSH', 'URG', 'ECE', 'CWR'] as const;
    const flags = names.filter((name) => (segment.flags & Flag[name]) !== 0);
    return [`${segment.seq}+${segment.payload.length}`, ...flags].join(' ');
  });
  return { out, passed, merged: merger.merged };
}

describe('segments that follow on each other', () => {
  it('become one, with the size of each', () => {
    const { out, passed, merged } = merge(data(0), data(100), data(200));
    expect([out, merged]).toEqual([['0+300'], 2]);
    const [packet] = passed;
    if (packet?.kind !== 'tcp') throw new Error('no TCP');
    expect(packet.segment.gsoSize).toBe(100);
    expect(packet.segment.payload).toEqual(data(0, { length: 300 }).segment.payload);
    expect(packet.segment).toMatchObject({ ack: 7, window: 500, timestampValue: 9, timestampEcho: 8 });
  });

  it('past the end of the sequence space, too', () => {
    expect(merge(data(-50), data(50), data(2 ** 31 - 50), data((2 ** 31 + 50) | 0)).out).toEqual([
      '-50+200',
      '2147483598+200',
    ]);
  });

  it('end with a shorter one', () => {
    expect(
      merge(data(0), data(100, { length: 30 }), data(130, { length: 30 }), data(160, { length: 30 })).out,
    ).toEqual(['0+130', '130+60']);
  });

  it.each([
    ['PSH', Flag.PSH],
    ['FIN', Flag.FIN],
    ['PSH FIN', Flag.FIN | Flag.PSH],
  ])('end with %s', (name, flags) => {
    const { out } = merge(data(0), data(100, { flags: Flag.ACK | flags }), data(200), data(300));
    expect(out[0]).toBe(`0+200 ${name === 'PSH FIN' ? 'FIN PSH' : name}`);
    expect(out.slice(1)).toEqual(['200+200']);
  });

  it('are no more than IP carries', () => {
    const packets = Array.from({ length: 100 }, (_, i) => data(i * 1448, { length: 1448 }));
    const { out } = merge(...packets);
    expect(out).toEqual([`0+${45 * 1448}`, `${45 * 1448}+${45 * 1448}`, `${90 * 1448}+${10 * 1448}`]);
  });

  it('are those of one connection, and what stands between them ends it', () => {
    const other = { sourcePort: 3 };
    expect(merge(data(0), data(0, other), data(100, other), data(100)).out).toEqual([
      '0+100',
      '0+200',
      '100+100',
    ]);
  });

  it('of IPv6, too', () => {
    const six = { source: PEER6, destination: OWN6 };
    expect(merge(data(0, six), data(100, six)).out).toEqual(['0+200']);
  });
});

describe('nothing is joined', () => {
  it.each([
    ['with a gap', data(101)],
    ['that overlaps', data(99)],
    ['that came before', data(-100)],
    ['that is longer', data(100, { length: 101 })],
    ['without text', data(100, { length: 0 })],
    ['with another acknowledgment', data(100, { ack: 8 })],
    ['with another window', data(100, { window: 501 })],
    ['with another timestamp', data(100, { timestampValue: 10 })],
    ['with another echo', data(100, { timestampEcho: 9 })],
    ['without timestamps', data(100, { hasTimestamps: false })],
    ['with SACK blocks', data(100, { sackBlocks: [1, 2] })],
    ['with an unknown option', data(100, { unknownOptions: [{ kind: 99, data: new Uint8Array(2) }] })],
    ['with an MSS', data(100, { maximumSegmentSize: 1460 })],
    ['with a window scale', data(100, { windowScale: 1 })],
    ['with SACK-permitted', data(100, { sackPermitted: true })],
    ['with URG', data(100, { flags: Flag.ACK | Flag.URG, urgentPointer: 1 })],
    ['with SYN', data(100, { flags: Flag.ACK | Flag.SYN })],
    ['with RST', data(100, { flags: Flag.ACK | Flag.RST })],
    ['with ECE', data(100, { flags: Flag.ACK | Flag.ECE })],
    ['with CWR', data(100, { flags: Flag.ACK | Flag.CWR })],
    ['without ACK', data(100, { flags: 0 })],
    ['with another ECN codepoint', data(100, { ecn: Ecn.Ce })],
    ['with another Diffserv codepoint', data(100, { dscp: 1 })],
    ['with another hop limit', data(100, { hopLimit: 63 })],
    ['from another host', data(100, { source: ip('10.0.0.9') })],
    ['to another address', data(100, { destination: ip('10.0.0.9') })],
    ['to another port', data(100, { destinationPort: 3 })],
  ])('%s', (_, second) => {
    const { passed, merged } = merge(data(0), second);
    expect(merged).toBe(0);
    expect(passed).toHaveLength(2);
    expect(passed[1]).toBe(second);
  });

  it.each([
    ['PSH', { flags: Flag.ACK | Flag.PSH }],
    ['CWR', { flags: Flag.ACK | Flag.CWR }],
    ['no text', { length: 0 }],
  ])('to one with %s, which does not wait', (_, wish) => {
    const passed: Packet[] = [];
    const merger = new SegmentMerger((packet) => passed.push(packet));
    merger.take(data(0, wish));
    expect(passed).toHaveLength(1);
  });

  it('is changed of a segment alone', () => {
    const alone = data(0);
    const { payload } = alone.segment;
    const [packet] = merge(alone).passed;
    expect(packet).toBe(alone);
    expect([alone.segment.payload === payload, alone.segment.gsoSize]).toEqual([true, 0]);
  });
});

describe('a wire device', () => {
  /** Frames in batches. */
  class Batches implements FrameDevice {
    readonly name = 'batches';
    readonly mtu = 1500;
    readonly tellsEnd: boolean;
    give: (frame: Uint8Array) => void = () => undefined;
    end: (() => void) | undefined;

    constructor(tellsEnd = true) {
      this.tellsEnd = tellsEnd;
    }

    send(): void {
      throw new Error('nothing is sent');
    }

    onFrame(receive: (frame: Uint8Array) => void, onEnd?: () => void): void {
      this.give = receive;
      this.end = onEnd;
    }
  }

  function attached(frames: Batches, isHost = true): { wire: WireDevice; passed: Packet[] } {
    const passed: Packet[] = [];
    const wire = new WireDevice(frames);
    wire.attach((packet) => passed.push(packet), isHost ? anyReassembler() : undefined);
    return { wire, passed };
  }

  it('joins segments of a host until the end of what was read at once', () => {
    const frames = new Batches();
    const { wire, passed } = attached(frames);
    for (const seq of [0, 100, 200]) frames.give(encodePacket(data(seq)));
    expect(passed).toEqual([]);
    frames.end?.();
    frames.give(encodePacket(data(300)));
    frames.end?.();
    expect([passed.length, wire.merged]).toEqual([2, 2]);
  });

  it.each([
    ['does not tell of an end', new Batches(false), true],
    ['is not of a host', new Batches(), false],
  ])('that %s joins none', (_, frames, isHost) => {
    const { wire, passed } = attached(frames, isHost);
    for (const seq of [0, 100]) frames.give(encodePacket(data(seq)));
    expect([passed.length, wire.merged, frames.end]).toEqual([2, 0, undefined]);
  });

  it('passes on in order what it put together of fragments', () => {
    const frames = new Batches();
    const { passed } = attached(frames);
    frames.give(encodePacket(data(0)));
    const cut = { ...data(100), identification: 5 };
    for (const fragment of fragmentsOf(encodePacket(cut), [64])) frames.give(fragment);
    frames.end?.();
    expect(passed.map((packet) => packet.kind === 'tcp' && packet.segment.payload.length)).toEqual([200]);
  });
});
