import {
  Flag,
  ipv4,
  LOOPBACK_IPV6,
  type IpAddress,
  type Packet,
  Segment,
  type SourceRoute,
  type TcpPacket,
} from '@halfclose/codec';
import { Host, linux, type PacketDevice, type Profile, rfc9293 } from '@halfclose/stack';
import { VirtualClock } from '@halfclose/timers';
import { describe, expect, it } from 'vitest';
import { AF_INET, AF_INET6, TcpSocket } from '../src/index.ts';
import { accepted, named } from './two-hosts.ts';

const OWN = ipv4(10, 0, 0, 1);
const PEER = ipv4(10, 9, 0, 2);
const [G1, G2, G3] = [ipv4(10, 0, 0, 254), ipv4(10, 1, 0, 254), ipv4(10, 2, 0, 254)] as const;

/** A link at whose other end the test is. */
class Wire implements PacketDevice {
  readonly name = 'wire';
  readonly mtu = 1500;
  readonly offload = { checksum: true, segmentOctets: 0 };
  readonly sent: TcpPacket[] = [];
  deliver: (packet: Packet) => void = () => undefined;

  transmit(packet: Packet): void {
    if (packet.kind === 'tcp') this.sent.push(packet);
  }

  attach(receive: (packet: Packet) => void): void {
    this.deliver = receive;
  }
}

class Bench {
  readonly clock = new VirtualClock();
  readonly wire = new Wire();
  readonly host: Host;

  constructor(profile: Profile = rfc9293) {
    this.host = new Host({ timers: this.clock, secret: Uint32Array.of(1, 2, 3, 4), profile });
    this.host.addInterface(this.wire, [{ address: OWN, prefixLength: 24 }]);
    this.host.addRoute(ipv4(0, 0, 0, 0), 0, this.wire, OWN);
  }

  /** The peer sends this to port 80 from port 1000; `stations`: where it came through. */
  receive(fields: Partial<Segment>, stations?: readonly IpAddress[], visited = stations?.length ?? 0): void {
    const segment = Object.assign(
      new Segment(),
      { sourcePort: 1000, destinationPort: 80, window: 9000 },
      fields,
    );
    this.wire.deliver({
      kind: 'tcp',
      source: PEER,
      destination: OWN,
      hopLimit: 64,
      dscp: 0,
      segment,
      ...(stations === undefined ? {} : { sourceRoute: { strict: false, addresses: stations, visited } }),
    });
    this.clock.runTasks();
  }

  /** Where each packet since the last call goes first, and where then. */
  ways(): string[] {
    this.clock.runTasks();
    return this.wire.sent.splice(0).map(({ destination, sourceRoute }) => wayOf(destination, sourceRoute));
  }

  /** A connection of a listener whose SYN, ACK and text came by `stations`. */
  accepted(stations?: readonly IpAddress[]): TcpSocket {
    const listener = new TcpSocket(this.host, AF_INET);
    listener.bind(OWN, 80);
    listener.listen(5);
    this.receive({ flags: Flag.SYN, seq: 0, maximumSegmentSize: 1460 }, stations);
    const ack = ((this.wire.sent.at(-1)?.segment.seq ?? 0) + 1) | 0;
    this.receive({ flags: Flag.ACK, seq: 1, ack }, stations);
    return accepted(listener);
  }

  text(socket: TcpSocket, seq: number, stations?: readonly IpAddress[]): void {
    const ack = socket.connection?.sender.sndNxt ?? 0;
    this.receive({ flags: Flag.ACK, seq, ack, payload: new Uint8Array(1) }, stations);
  }
}

function wayOf(destination: IpAddress, route: SourceRoute | undefined): string {
  const rest = route?.addresses.map((address) => ` ${address.toString()}`).join('') ?? '';
  return `${destination.toString()}${rest}${route?.strict === true ? ' strict' : ''}`;
}

/** The same for a packet that goes by these addresses. */
function via(...addresses: IpAddress[]): string {
  return addresses.map((address) => address.toString()).join(' ');
}

/** IP_OPTIONS as a program writes it: kind, length, pointer, stations. */
function options(kind: number, ...stations: IpAddress[]): Uint8Array {
  const words = stations.flatMap(({ word3 }) => [
    word3 >>> 24,
    (word3 >> 16) & 255,
    (word3 >> 8) & 255,
    word3 & 255,
  ]);
  return Uint8Array.of(kind, 3 + words.length, 4, ...words);
}

const LSRR = 0x83;
const SSRR = 0x89;

describe('a source route that the application specifies', () => {
  it('is the way of all segments of a connection that it opens (MUST-51)', () => {
    const bench = new Bench(linux);
    const socket = new TcpSocket(bench.host, AF_INET);
    expect(socket.setsockopt('IP_OPTIONS', options(LSRR, G1, G2))).toBe(0);
    socket.connect(PEER, 80);
    expect(bench.ways()).toEqual([via(G1, G2, PEER)]);
    const { connection } = socket;
    const destinationPort = connection?.localPort ?? 0;
    const ack = connection?.sender.sndNxt ?? 0;
    bench.receive({ flags: Flag.SYN | Flag.ACK, seq: 0, ack, sourcePort: 80, destinationPort });
    socket.send(new Uint8Array(10));
    expect(bench.ways()).toEqual([via(G1, G2, PEER), via(G1, G2, PEER)]);
  });

  it('may be strict', () => {
    const bench = new Bench(linux);
    const socket = new TcpSocket(bench.host, AF_INET);
    socket.setsockopt('IP_OPTIONS', options(SSRR, G1));
    socket.connect(PEER, 80);
    expect(bench.ways()).toEqual([`${via(G1, PEER)} strict`]);
  });

  it('leaves so much less room in segments (MUST-16)', () => {
    const bench = new Bench(linux);
    const socket = new TcpSocket(bench.host, AF_INET);
    socket.setsockopt('IP_OPTIONS', options(LSRR, G1, G2));
    socket.connect(PEER, 80);
    bench.clock.runTasks();
    // 20 of IP, 12 of its options, 20 of TCP.
    expect(socket.getsockopt('TCP_MAXSEG')).toBe(536 - 12);
    expect(bench.wire.sent[0]?.segment.maximumSegmentSize).toBe(1460);
  });

  it('takes precedence over one that comes in a datagram (MUST-52)', () => {
    const bench = new Bench();
    const socket = bench.accepted([G1]);
    socket.setsockopt('IP_OPTIONS', options(LSRR, G3));
    bench.ways();
    bench.text(socket, 1, [G2]);
    expect(bench.ways()).toEqual([via(G3, PEER)]);
    const opened = new TcpSocket(bench.host, AF_INET);
    opened.setsockopt('IP_OPTIONS', options(LSRR, G3));
    opened.connect(PEER, 80);
    const destinationPort = opened.connection?.localPort ?? 0;
    const ack = opened.connection?.sender.sndNxt ?? 0;
    bench.receive({ flags: Flag.SYN | Flag.ACK, seq: 0, ack, sourcePort: 80, destinationPort }, [G1, G2]);
    expect(bench.ways()).toEqual([via(G3, PEER), via(G3, PEER)]);
  });

  it('reads back as it was set, in whole words', () => {
    const { options: own } = new TcpSocket(new Bench().host, AF_INET);
    expect([...own.ipOptions]).toEqual([]);
    expect(own.setIpOptions(Uint8Array.of(1, ...options(LSRR, G1), 0, 0))).toBe(0);
    expect([...own.ipOptions]).toEqual([...options(LSRR, G1), 0]);
    expect(own.setIpOptions(new Uint8Array(0))).toBe(0);
    expect([...own.ipOptions]).toEqual([]);
  });

  it.each<[string, Uint8Array]>([
    ['that is another option', Uint8Array.of(0x94, 4, 0, 0)],
    ['of no stations', options(LSRR)],
    ['whose pointer is not at its start', Uint8Array.of(LSRR, 7, 8, 1, 2, 3, 4)],
    ['that is longer than it says', Uint8Array.of(...options(LSRR, G1), 9)],
    ['that is cut off', options(LSRR, G1).subarray(0, 6)],
    ['of part of a station', Uint8Array.of(LSRR, 8, 4, 1, 2, 3, 4, 5)],
    ['of more stations than fit', options(LSRR, ...Array.from({ length: 10 }, () => G1))],
    [
      'behind a NOP that makes it too long',
      Uint8Array.of(1, 1, ...options(LSRR, ...Array.from({ length: 9 }, () => G1))),
    ],
    ['of NOPs alone', Uint8Array.of(1, 1, 1, 1)],
  ])('%s is EINVAL', (_name, value) => {
    const socket = new TcpSocket(new Bench().host, AF_INET);
    expect(named(socket.setsockopt('IP_OPTIONS', value))).toBe('EINVAL');
  });
});

describe('a packet that came by a source route', () => {
  it('builds the way back of a connection that it opens (MUST-53)', () => {
    const bench = new Bench();
    const socket = bench.accepted([G1, G2]);
    socket.send(new Uint8Array(10));
    const way = via(G2, G1, PEER);
    // The SYN+ACK and the text.
    expect(bench.ways()).toEqual([way, way]);
    expect(socket.getsockopt('IP_OPTIONS')).toEqual(Uint8Array.of(...options(LSRR, G2, G1), 0));
  });

  it('builds it for a SYN+ACK with a cookie as well', () => {
    const bench = new Bench({ ...rfc9293, synCookies: 2 });
    const socket = bench.accepted([G1, G2]);
    socket.send(new Uint8Array(10));
    expect(bench.ways()).toEqual([via(G2, G1, PEER), via(G2, G1, PEER)]);
  });

  it('does not change the way of IPv6, which has none', () => {
    const socket = new TcpSocket(new Bench().host, AF_INET6);
    socket.setsockopt('IP_OPTIONS', options(LSRR, G1));
    expect(named(socket.connect(LOOPBACK_IPV6, 80))).toBe('EINPROGRESS');
    expect(socket.getsockopt('TCP_MAXSEG')).toBe(536);
  });

  it('overrides the way of an earlier one (SHLD-24)', () => {
    const bench = new Bench();
    const socket = bench.accepted([G1]);
    bench.ways();
    bench.text(socket, 1, [G1, G2, G3]);
    bench.text(socket, 2);
    expect(bench.ways()).toEqual([via(G3, G2, G1, PEER), via(G3, G2, G1, PEER)]);
  });

  it('overrides nothing if its segment is not one of the connection', () => {
    const bench = new Bench();
    const socket = bench.accepted([G1]);
    bench.ways();
    bench.text(socket, 1_000_000, [G3]);
    const ack = (socket.connection?.sender.sndNxt ?? 0) + 77;
    bench.receive({ flags: Flag.ACK, seq: 1, ack, payload: new Uint8Array(1) }, [G3]);
    expect(bench.ways().every((way) => way === via(G1, PEER))).toBe(true);
  });

  it('does not change the way of a connection that was opened actively', () => {
    const bench = new Bench();
    const socket = new TcpSocket(bench.host, AF_INET);
    socket.connect(PEER, 80);
    const destinationPort = socket.connection?.localPort ?? 0;
    const ack = socket.connection?.sender.sndNxt ?? 0;
    bench.receive({ flags: Flag.SYN | Flag.ACK, seq: 0, ack, sourcePort: 80, destinationPort }, [G1, G2]);
    expect(bench.ways()).toEqual([via(PEER), via(PEER)]);
  });

  it.each([
    ['linux', linux, [G1], 1],
    ['rfc9293, before it has come to its end', rfc9293, [G1], 0],
  ] as const)('is dropped with the profile %s', (_name, profile, stations, visited) => {
    const bench = new Bench(profile);
    const listener = new TcpSocket(bench.host, AF_INET);
    listener.bind(OWN, 80);
    listener.listen(5);
    bench.receive({ flags: Flag.SYN }, stations, visited);
    expect([bench.ways(), bench.host.counters.dropped]).toEqual([[], { 'source-route': 1 }]);
  });

  it('of no stations is as any other', () => {
    const bench = new Bench();
    bench.accepted([]);
    expect(bench.ways()).toEqual([via(PEER)]);
  });

  it('counts, whatever its listener has in IP_OPTIONS', () => {
    const bench = new Bench();
    const listener = new TcpSocket(bench.host, AF_INET);
    listener.setsockopt('IP_OPTIONS', options(LSRR, G3));
    listener.bind(OWN, 80);
    listener.listen(5);
    bench.receive({ flags: Flag.SYN, seq: 0 });
    bench.receive({ flags: Flag.SYN, seq: 0, sourcePort: 2 }, [G1]);
    expect(bench.ways()).toEqual([via(PEER), via(G1, PEER)]);
  });
});
