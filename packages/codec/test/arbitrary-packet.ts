import fc from 'fast-check';
import {
  icmpError,
  type IcmpMessage,
  IcmpType,
  Icmpv6Type,
  IpAddress,
  type Packet,
  type Segment,
  type SourceRoute,
  type TcpPacket,
  tcpOptionsLength,
  type UnknownOption,
} from '../src/index.ts';
import { segment } from './packets.ts';

/** Records as object literals make them. */
const PLAIN = { noNullPrototype: true } as const;

export const int32 = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });
const uint8 = fc.integer({ min: 0, max: 0xff });
export const uint16 = fc.integer({ min: 0, max: 0xffff });

const ipv4Address: fc.Arbitrary<IpAddress> = int32.map((word) => new IpAddress(0, 0, 0xffff, word));

/** With many zero words, since these are what text forms are about; never v4-mapped. */
const ipv6Address: fc.Arbitrary<IpAddress> = fc
  .tuple(word(), word(), word(), word())
  .map((words) => new IpAddress(...words))
  .filter((each) => !each.isIPv4);

export const ipAddress: fc.Arbitrary<IpAddress> = fc.oneof(ipv4Address, ipv6Address);

function word(): fc.Arbitrary<number> {
  return fc.oneof(fc.constantFrom(0, 1, 0xffff, -0x1_0000), int32);
}

/** Kinds that the codec knows, in a form that it does not, and kinds that it does not know. */
const unknownOption: fc.Arbitrary<UnknownOption> = fc.oneof(
  fc.record({ kind: fc.integer({ min: 9, max: 255 }), data: fc.uint8Array({ maxLength: 12 }) }, PLAIN),
  fc.record(
    { kind: fc.constantFrom(2, 3, 4, 5, 8), data: fc.uint8Array({ minLength: 3, maxLength: 7 }) },
    PLAIN,
  ),
);

const sackBlocks = fc
  .array(fc.tuple(int32, int32), { minLength: 1, maxLength: 4 })
  .map((blocks) => blocks.flat());

export const anySegment: fc.Arbitrary<Segment> = fc
  .record({
    sourcePort: uint16,
    destinationPort: uint16,
    seq: int32,
    ack: int32,
    flags: fc.integer({ min: 0, max: 0x1ff }),
    window: uint16,
    urgentPointer: uint16,
    maximumSegmentSize: fc.oneof(fc.constant(-1), uint16),
    windowScale: fc.oneof(fc.constant(-1), uint8),
    sackPermitted: fc.boolean(),
    timestamps: fc.oneof(fc.constant(null), fc.tuple(int32, int32)),
    sackBlocks: fc.oneof(fc.constant(null), sackBlocks),
    unknownOptions: fc.oneof(fc.constant(null), fc.array(unknownOption, { minLength: 1, maxLength: 3 })),
    ecn: fc.integer({ min: 0, max: 3 }),
    payload: fc.uint8Array({ maxLength: 300 }),
  })
  .map(({ timestamps, ...fields }) => {
    const [timestampValue, timestampEcho] = timestamps ?? [0, 0];
    return segment({ ...fields, hasTimestamps: timestamps !== null, timestampValue, timestampEcho });
  })
  .filter((each) => tcpOptionsLength(each) <= 40);

const addresses = fc.oneof(fc.tuple(ipv4Address, ipv4Address), fc.tuple(ipv6Address, ipv6Address));

const ipFields = fc.record({ hopLimit: uint8, dscp: fc.integer({ min: 0, max: 63 }) });

const sourceRoute: fc.Arbitrary<SourceRoute> = fc
  .tuple(fc.boolean(), fc.array(ipv4Address, { maxLength: 9 }), fc.nat(9))
  .map(([strict, stations, visited]) => ({
    strict,
    addresses: stations,
    visited: Math.min(visited, stations.length),
  }));

const tcpPacket: fc.Arbitrary<TcpPacket> = fc
  .tuple(addresses, ipFields, anySegment, fc.option(sourceRoute, { freq: 4 }))
  .map(([[source, destination], fields, each, route]) => ({
    kind: 'tcp',
    source,
    destination,
    ...fields,
    segment: each,
    ...(route !== null && source.isIPv4 ? { sourceRoute: route } : {}),
  }));

/** Messages that quote nothing, because of their type, and errors that quote a segment. */
function icmpMessage(isIPv4: boolean): fc.Arbitrary<IcmpMessage> {
  const quiet = isIPv4
    ? [IcmpType.ECHO, IcmpType.ECHO_REPLY, 5]
    : [Icmpv6Type.ECHO, Icmpv6Type.ECHO_REPLY, 135];
  const errors = isIPv4 ? [3, 11, 12] : [1, 2, 3, 4];
  const parameter = fc.integer({ min: 0, max: 0xffff_ffff });
  return fc.oneof(
    fc.record(
      {
        type: fc.constantFrom(...quiet),
        code: uint8,
        parameter,
        quoted: fc.constant(null),
        body: fc.uint8Array({ maxLength: 200 }),
      },
      PLAIN,
    ),
    fc
      .tuple(
        fc.constantFrom(...errors),
        uint8,
        tcpPacket.filter(({ source }) => source.isIPv4 === isIPv4),
        parameter,
      )
      .map((parts) => icmpError(...parts)),
  );
}

export const anyPacket: fc.Arbitrary<Packet> = fc.oneof(
  { weight: 3, arbitrary: tcpPacket },
  fc.tuple(addresses, ipFields).chain(([[source, destination], fields]) =>
    icmpMessage(source.isIPv4).map((message): Packet => ({
      kind: 'icmp',
      source,
      destination,
      ...fields,
      message,
    })),
  ),
);
