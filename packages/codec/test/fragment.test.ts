import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutFrame, decodePacket, encodePacket, FragmentView, joinFragments } from '../src/index.ts';
import { anyPacket } from './arbitrary-packet.ts';
import { changed, decodedIcmp, tcp4, tcp6 } from './packets.ts';

const PAYLOAD = Uint8Array.from({ length: 100 }, (_, i) => i);

function views(frames: readonly Uint8Array[]): FragmentView[] {
  return frames.map((frame) => {
    const view = FragmentView.check(frame);
    if (view === null) throw new Error('no fragment');
    return view;
  });
}

/** The packet of which these are all fragments in order. */
function join(all: readonly FragmentView[]): Uint8Array {
  const [first] = all;
  if (first === undefined) throw new Error('nothing to join');
  return joinFragments(
    first.wholeHeader(),
    all.map(({ payload }) => payload),
    first.ecn,
  );
}

describe('cutFrame', () => {
  it.each([
    ['IPv4', tcp4({ payload: PAYLOAD }), 68, [68, 68, 44]],
    ['IPv6', tcp6({ payload: PAYLOAD }), 88, [88, 88, 88]],
  ])(
    'makes fragments of %s that fit the MTU, with a multiple of 8 in all but the last',
    (_, packet, mtu, lengths) => {
      const fragments = cutFrame(encodePacket(packet), mtu, 0x1234);
      expect(fragments.map(({ length }) => length)).toEqual(lengths);
      const all = views(fragments);
      expect(all.map(({ identification, protocol }) => [identification, protocol])).toEqual(
        lengths.map(() => [0x1234, 6]),
      );
      expect(all.map(({ hasMore }) => hasMore)).toEqual([true, true, false]);
      const places = all.map(({ offset, payload }) => [offset, payload.length]);
      expect(places).toEqual(lengths.map((_length, i) => [i * (places[0]?.[1] ?? 0), places[i]?.[1]]));
      expect(decodePacket(fragments[1] ?? new Uint8Array())).toBe(
        packet.source.isIPv4 ? 'ipv4-fragment' : 'ipv6-fragment',
      );
    },
  );

  it('returns a packet that fits as it is', () => {
    const frame = encodePacket(tcp4({ payload: PAYLOAD }));
    expect(cutFrame(frame, frame.length, 1)).toEqual([frame]);
    expect(cutFrame(frame, frame.length - 1, 1)).toHaveLength(2);
  });

  it('makes what joinFragments puts together again, whatever the packet and the MTU', () => {
    fc.assert(
      fc.property(
        anyPacket,
        fc.integer({ min: 68, max: 300 }),
        fc.nat(0xffff),
        (packet, mtu, identification) => {
          const frame = encodePacket(packet);
          const fragments = cutFrame(frame, mtu, identification);
          for (const fragment of fragments) expect(fragment.length).toBeLessThanOrEqual(Math.max(mtu, 68));
          const whole = fragments.length === 1 ? frame : join(views(fragments));
          expect(decodePacket(whole)).toStrictEqual(packet);
        },
      ),
    );
  });

  it('refuses what is no IP packet', () => {
    expect(() => cutFrame(new Uint8Array(10), 68, 0)).toThrow(/^frame must be an IP packet/);
  });
});

describe('FragmentView', () => {
  it('is null for a whole packet, and for an atomic fragment (RFC 6946)', () => {
    const frame = encodePacket(tcp6({ payload: PAYLOAD }));
    const [fragment = frame] = cutFrame(frame, 100, 7);
    expect(FragmentView.check(frame)).toBeNull();
    expect(FragmentView.check(encodePacket(tcp4()))).toBeNull();
    expect(FragmentView.check(fragment)).not.toBeNull();
    expect(FragmentView.check(changed(fragment, { 43: 0 }))).toBeNull();
    expect(FragmentView.check(new Uint8Array(3))).toBeNull();
  });

  it('leaves padding of the link out', () => {
    for (const packet of [tcp4({ payload: PAYLOAD }), tcp6({ payload: PAYLOAD })]) {
      const [fragment = PAYLOAD] = cutFrame(encodePacket(packet), 100, 7);
      const padded = new Uint8Array(fragment.length + 9);
      padded.set(fragment);
      const [plain, behind] = views([fragment, padded]);
      expect(behind?.payload).toEqual(plain?.payload);
      expect(behind?.bytes).toEqual(fragment);
    }
  });

  it.each([
    ['all of a TCP header', tcp4({ payload: PAYLOAD }), 68, true],
    ['less than a TCP header', tcp4({ payload: PAYLOAD }), 36, false],
    ['all of a TCP header of IPv6', tcp6({ payload: PAYLOAD }), 72, true],
    ['less than a TCP header of IPv6', tcp6({ payload: PAYLOAD }), 64, false],
  ])('tells whether a first fragment has %s', (_, packet, length, expected) => {
    const [fragment = PAYLOAD] = cutFrame(encodePacket(packet), 100, 7);
    const short = fragment.slice(0, length);
    const view = new DataView(short.buffer);
    if (packet.source.isIPv4) view.setUint16(2, length);
    else view.setUint16(4, length - 40);
    expect(views([short])[0]?.hasUpperLayerHeader).toBe(expected);
  });
});

describe('joinFragments', () => {
  it('writes the ECN codepoint that it is told', () => {
    for (const packet of [tcp4({ payload: PAYLOAD }), tcp6({ payload: PAYLOAD })]) {
      const all = views(cutFrame(encodePacket(packet), 100, 7));
      const [first] = all;
      const payloads = all.map(({ payload }) => payload);
      const whole = joinFragments(first?.wholeHeader() ?? PAYLOAD, payloads, 3);
      expect(decodePacket(whole)).toMatchObject({ segment: { ecn: 3, payload: PAYLOAD } });
    }
  });

  it('refuses more than IP carries, and a header that is none', () => {
    const [first] = views(cutFrame(encodePacket(tcp4({ payload: PAYLOAD })), 100, 7));
    const header = first?.wholeHeader() ?? PAYLOAD;
    expect(joinFragments(header, [new Uint8Array(65_515)], 0)).toHaveLength(65_535);
    expect(() => joinFragments(header, [new Uint8Array(65_516)], 0)).toThrow(/^payloads must not be more/);
    expect(() => joinFragments(new Uint8Array(20), [], 0)).toThrow(/^header must be/);
  });
});

describe('an ICMP packet with an identification', () => {
  it('goes without DF in IPv4, and has it in fragments alone in IPv6', () => {
    const message = { type: 0, code: 0, parameter: 1, quoted: null, body: PAYLOAD };
    const { source, destination } = tcp4();
    const packet = { kind: 'icmp', source, destination, hopLimit: 64, dscp: 0, message } as const;
    const without = encodePacket(packet);
    const frame = encodePacket({ ...packet, identification: 0xabcd });
    expect([...without.subarray(4, 8)]).toEqual([0, 0, 0x40, 0]);
    expect([...frame.subarray(4, 8)]).toEqual([0xab, 0xcd, 0, 0]);
    expect(decodePacket(frame)).toStrictEqual(decodePacket(without));
    const six = { ...packet, source: tcp6().source, destination: tcp6().destination };
    expect(encodePacket({ ...six, identification: 0xffff_ffff })).toEqual(encodePacket(six));
    expect(() => encodePacket({ ...packet, identification: 0x1_0000 })).toThrow(/^identification/);
  });

  it('keeps its source route', () => {
    const message = { type: 8, code: 0, parameter: 1, quoted: null, body: PAYLOAD };
    const { source, destination } = tcp4();
    const sourceRoute = { strict: true, addresses: [source, destination], visited: 1 };
    const packet = {
      kind: 'icmp',
      source,
      destination,
      hopLimit: 64,
      dscp: 0,
      message,
      sourceRoute,
    } as const;
    expect(decodedIcmp(encodePacket(packet))).toStrictEqual(packet);
  });
});
