import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodePacket,
  type DropReason,
  encodePacket,
  Flag,
  headersLength,
  icmpError,
  NO_BYTES,
  type Packet,
  packetLength,
} from '../src/index.ts';
import { anyPacket } from './arbitrary-packet.ts';
import { tcp4, tcp6 } from './packets.ts';

const RUNS = { numRuns: 3000 };

const octet = fc.nat(255);
const octets = (length: number): fc.Arbitrary<number[]> =>
  fc.array(octet, { minLength: length, maxLength: length });

function option(kind: number, data: fc.Arbitrary<number[]>): fc.Arbitrary<number[]> {
  return data.map((each) => [kind, 2 + each.length, ...each]);
}

/** A TCP option as it may stand on the wire, with the padding that its sender thought right: most often none. */
const tcpOption: fc.Arbitrary<number[]> = fc.oneof(
  option(2, octets(2)),
  option(3, octets(1)),
  option(4, octets(0)),
  {
    weight: 2,
    arbitrary: option(
      5,
      fc.integer({ min: 1, max: 4 }).chain((blocks) => octets(8 * blocks)),
    ),
  },
  option(8, octets(8)),
  octet.chain((kind) => option(kind, fc.array(octet, { maxLength: 20 }))),
  fc.constant<number[]>([1]),
);

/** As many as 40 octets hold, and the end of options. */
const tcpOptions: fc.Arbitrary<number[]> = fc.array(tcpOption, { maxLength: 10 }).map((options) => {
  const fitting: number[] = [];
  for (const each of options) if (fitting.length + each.length <= 40) fitting.push(...each);
  while (fitting.length % 4 !== 0) fitting.push(0);
  return fitting;
});

/** Options of IPv4: none, or a source route with NOPs before it. */
const ipOptions: fc.Arbitrary<number[]> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<number[]>([]) },
  fc
    .tuple(fc.nat(3), fc.constantFrom(0x83, 0x89), fc.nat(9), fc.nat(12))
    .chain(([nops, kind, stations, behind]) =>
      octets(4 * stations).map((addresses) => {
        const route = [kind, 3 + addresses.length, 4 + 4 * behind, ...addresses];
        const all = [...new Array<number>(nops).fill(1), ...route];
        while (all.length % 4 !== 0) all.push(0);
        return all;
      }),
    )
    .filter((all) => all.length <= 40),
);

/** A frame of TCP, put together octet by octet. `text`: how many octets of it, or how many less than fit. */
function frameOf(isIPv4: boolean, ip: readonly number[], tcp: readonly number[], text: number): Uint8Array {
  const ipHeader = isIPv4 ? 20 + ip.length : 40;
  const tcpHeader = 20 + tcp.length;
  const most = isIPv4 ? 65_535 - ipHeader : 65_535;
  const length = text < 0 ? most + 1 + text : tcpHeader + text;
  const frame = new Uint8Array(ipHeader + length);
  const view = new DataView(frame.buffer);
  if (isIPv4) {
    frame.set([0x40 | (ipHeader / 4), 0, 0, 0, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, ...ip]);
    view.setUint16(2, frame.length);
  } else {
    frame.set([0x60, 0, 0, 0, 0, 0, 6, 64]);
    view.setUint16(4, length);
    frame[23] = 9;
    frame[39] = 8;
  }
  view.setUint8(ipHeader + 12, (tcpHeader / 4) << 4);
  view.setUint8(ipHeader + 13, Flag.ACK);
  frame.set(tcp, ipHeader + 20);
  return frame;
}

/** Text and bodies are looked at apart: to compare 65,000 octets one by one as properties takes a second. */
function expectSame(actual: Packet | DropReason, expected: Packet): void {
  const octetsOf = (packet: Packet | DropReason): Uint8Array => {
    if (typeof packet === 'string') return NO_BYTES;
    return packet.kind === 'tcp' ? packet.segment.payload : packet.message.body;
  };
  const without = (packet: Packet | DropReason): unknown => {
    if (typeof packet === 'string') return packet;
    if (packet.kind === 'icmp') return { ...packet, message: { ...packet.message, body: NO_BYTES } };
    return { ...packet, segment: { ...packet.segment, payload: NO_BYTES } };
  };
  expect(without(actual)).toStrictEqual(without(expected));
  const [one, other] = [octetsOf(actual), octetsOf(expected)];
  expect(one.length).toBe(other.length);
  expect(one.every((each, index) => each === other[index])).toBe(true);
}

/** Returns whether the frame was decoded, and so was encoded again. */
function expectSameAgain(frame: Uint8Array): boolean {
  const packet = decodePacket(frame, { verifyChecksums: false });
  if (typeof packet === 'string') return false;
  const again = encodePacket(packet);
  expect(again.length).toBe(packetLength(packet));
  expectSame(decodePacket(again), packet);
  if (packet.kind === 'tcp') {
    const error = icmpError(packet.source.isIPv4 ? 3 : 1, 0, packet);
    const { source, destination, hopLimit, dscp } = packet;
    const told = {
      kind: 'icmp',
      source: destination,
      destination: source,
      hopLimit,
      dscp,
      message: error,
    } as const;
    expectSame(decodePacket(encodePacket(told)), told);
  }
  return true;
}

describe('every frame that decodePacket accepts', () => {
  it('can be encoded, and says the same again: options without padding, source routes', () => {
    let decoded = 0;
    fc.assert(
      fc.property(fc.boolean(), ipOptions, tcpOptions, fc.nat(20), (isIPv4, ip, tcp, text) => {
        if (expectSameAgain(frameOf(isIPv4, ip, tcp, text))) decoded++;
      }),
      RUNS,
    );
    expect(decoded).toBeGreaterThan(RUNS.numRuns / 2);
  });

  it('can be encoded, and says the same again: packets as large as they can be', () => {
    fc.assert(
      fc.property(fc.boolean(), ipOptions, tcpOptions, fc.nat(8), (isIPv4, ip, tcp, less) => {
        expectSameAgain(frameOf(isIPv4, ip, tcp, -1 - less));
      }),
      { numRuns: 200 },
    );
  });

  it('can be encoded, and says the same again: what is left of other packets when some octets changed', () => {
    fc.assert(
      fc.property(
        anyPacket,
        fc.array(fc.tuple(fc.nat(), octet), { minLength: 1, maxLength: 6 }),
        (packet, changes) => {
          const bytes = encodePacket(packet);
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          expectSameAgain(bytes);
        },
      ),
      RUNS,
    );
  });

  it.each([
    ['timestamps, window scale and three SACK blocks', [8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 3, 3, 7, 5, 26]],
    ['window scale, and 35 octets of an unknown option', [3, 3, 7, 77, 37]],
    ['SACK-permitted and four SACK blocks', [4, 2, 5, 34]],
  ])('of 40 octets of options, which padding would make more: %s', (_name, start) => {
    const options = [...start, ...new Array<number>(40).fill(0)].slice(0, 40);
    expect(expectSameAgain(frameOf(true, [], options, 3))).toBe(true);
  });
});

describe('packetLength', () => {
  const options = { sackPermitted: true, sackBlocks: [1, 2] };

  it('is without padding between options only where there is no room for it', () => {
    const headers = headersLength(tcp4(options));
    const room = 65_535 - headers;
    const lengths = [room, room + 1, room + 4, room + 5].map((text) =>
      packetLength(tcp4({ ...options, payload: new Uint8Array(text) })),
    );
    expect([headers, lengths]).toEqual([56, [65_535, 65_532, 65_535, 65_536]]);
  });

  it('may be 40 octets more for IPv6, whose header does not count (RFC 8200, section 3)', () => {
    const payload = new Uint8Array(65_535 - 20);
    expect(encodePacket(tcp6({ payload })).length).toBe(65_575);
    expect(() => encodePacket(tcp6({ payload: new Uint8Array(payload.length + 1) }))).toThrow(
      /^packet: 65576/,
    );
  });
});
