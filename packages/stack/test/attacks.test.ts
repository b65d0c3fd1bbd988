import { Flag, IcmpType, IcmpUnreachable, Icmpv6Type, type Segment, seqDiff } from '@halfclose/codec';
import { VirtualClock } from '@halfclose/timers';
import { describe, expect, it } from 'vitest';
import { Host, type HostedConnection, linux, PROFILES, tcpInfo } from '../src/index.ts';
import { ip, OWN, packetOf, PEER, PEER6, SETTINGS, TestDevice } from './bench.ts';
import { Target } from './target.ts';

/** The initial receive buffer: all that a connection may take twice, whatever comes (see below). */
const BUFFER = linux.receiveBufferInitial;
/** What the smallest segment takes of it. */
const SMALLEST = 768;
/** Challenges that one connection sends in a second at most. */
const CHALLENGES_PER_SECOND = 1000 / linux.challengeAckInterval;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
const times = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

describe('RST, SYN and data injection (RFC 5961)', () => {
  it('of 1000 RSTs in the window none ends the connection, and one challenge answers them', () => {
    const target = new Target();
    const hosted = target.victim();
    const answers = times(1000, (i) => target.hit(hosted, { flags: Flag.RST, seq: 2 + 60 * i }));
    expect([hosted.connection.state, sum(answers)]).toEqual(['ESTABLISHED', 1]);
  });

  it('of 4096 RSTs over all numbers none ends it, and only those in the window can be answered', () => {
    const target = new Target();
    const hosted = target.victim();
    const answers = times(4096, (i) => target.hit(hosted, { flags: Flag.RST, seq: (i << 20) + 2 }));
    expect([hosted.connection.state, sum(answers)]).toEqual(['ESTABLISHED', 1]);
  });

  it('of 4096 SYNs over all numbers none ends it, and one challenge answers them', () => {
    const target = new Target();
    const hosted = target.victim();
    const answers = times(4096, (i) => target.hit(hosted, { flags: Flag.SYN, seq: i << 20 }));
    expect([hosted.connection.state, sum(answers)]).toEqual(['ESTABLISHED', 1]);
  });

  it('answers twice in a second for as long as it goes on', () => {
    const target = new Target();
    const hosted = target.victim();
    const answers = times(10_000, (i) => {
      target.clock.advanceBy(1);
      return target.hit(hosted, { flags: i % 2 === 0 ? Flag.SYN : Flag.RST, seq: 500 });
    });
    expect(sum(answers)).toBe(10 * CHALLENGES_PER_SECOND);
  });

  it('of text in the window with 4096 acknowledgments over all numbers, one may be taken in', () => {
    const target = new Target();
    const hosted = target.victim();
    const { connection } = hosted;
    // Octet i goes to place i of the window; octet 1234 comes with the one acknowledgment that may be of ours.
    const answers = times(4096, (i) => {
      target.clock.advanceBy(1);
      const ack = (connection.sender.sndNxt - 5 + ((i - 1234) << 20)) | 0;
      return target.hit(hosted, { seq: 1 + i, ack, payload: Uint8Array.of(i >> 4) });
    });
    const { receiver } = connection;
    expect([receiver.outOfOrder, connection.readable]).toEqual([1, 0]);
    target.hit(hosted, { payload: new Uint8Array(1234) });
    expect(connection.read(2000, target.clock.now())[1234]).toBe(1234 >> 4);
    expect(sum(answers)).toBeLessThanOrEqual(5 * CHALLENGES_PER_SECOND);
  });
});

/** What this costs is counted in `attack-work.test.ts`. */
describe('SegmentSmack (CVE-2018-5390)', () => {
  const MOST_PIECES = Math.floor((2 * BUFFER) / SMALLEST);

  it.each([
    ['in order', (i: number) => 3 + 2 * i],
    ['backwards', (i: number) => 60_001 - 2 * i],
    ['in a shuffle', (i: number) => 3 + 2 * ((i * 7919) % 29_989)],
  ])(
    'with single octets behind holes, %s, holds 341 of them and answers each once at most',
    (_order, seqOf) => {
      const target = new Target();
      const hosted = target.victim();
      const { receiver } = hosted.connection;
      const payload = Uint8Array.of(1);
      const answers = times(29_000, (i) => target.hit(hosted, { seq: seqOf(i), payload }));
      expect(receiver.memory).toBeLessThanOrEqual(2 * BUFFER);
      expect(receiver.outOfOrder).toBe(MOST_PIECES);
      expect(Math.max(...answers)).toBe(1);
    },
  );

  it('with segments that overlap all that is held keeps one of them', () => {
    const target = new Target();
    const hosted = target.victim();
    const { receiver } = hosted.connection;
    for (let round = 0; round < 50; round++) {
      for (let i = 0; i < 200; i++)
        target.hit(hosted, { seq: 3 + round * 500 + 2 * i, payload: Uint8Array.of(1) });
      target.hit(hosted, { seq: 2, payload: new Uint8Array(500 * (round + 1)) });
      expect(receiver.memory).toBeLessThan(65_536);
    }
    expect(receiver.outOfOrder).toBe(25_000);
  });

  it('with single octets in order takes twice the buffer at most, and all of them', () => {
    const target = new Target();
    const hosted = target.victim();
    const { receiver } = hosted.connection;
    let most = 0;
    for (let i = 0; i < 60_000; i++) {
      target.hit(hosted, { seq: 1 + i, payload: Uint8Array.of(i) });
      most = Math.max(most, receiver.memory);
    }
    expect([receiver.queue.length, most <= 2 * BUFFER]).toEqual([60_000, true]);
  });
});

describe('SACK panic and low MSS (CVE-2019-11477, -11478, -11479)', () => {
  const sack = { sackPermitted: true };

  it('an MSS of 8 counts as 48, and the send buffer takes no more data than with any other', () => {
    const target = new Target();
    const hosted = target.victim({ maximumSegmentSize: 8 });
    target.write(hosted, 1_000_000);
    const written = hosted.connection.sender.buffer.length;
    expect(written).toBeLessThanOrEqual(linux.sendBufferInitial);
    let segments = 0;
    for (let round = 0; round < 100 && hosted.connection.sender.buffer.length > 0; round++) {
      segments += target.device.sent.splice(0).length;
      target.hit(hosted, {});
      target.clock.advanceBy(10);
    }
    segments += target.device.sent.splice(0).length;
    expect([hosted.connection.sender.buffer.length, segments]).toEqual([0, Math.ceil(written / 48)]);
  });

  it('a device that segments is handed no more than it takes, at the lowest MSS as well', () => {
    const device = new (class extends TestDevice {
      override readonly offload = { checksum: true, segmentOctets: 65_535 };
    })();
    const target = new Target();
    const address = ip('10.1.0.1');
    target.host.addInterface(device, [{ address, prefixLength: 24 }]);
    const hosted = target.connect(ip('10.1.0.2'));
    const { sender } = hosted.connection;
    const from = hosted.remoteAddress;
    const reply = (fields: Partial<Segment>): void => {
      const ports = { sourcePort: 80, destinationPort: hosted.localPort };
      device.deliver(packetOf({ from, to: address, ...ports, ...fields }));
      target.clock.runTasks();
    };
    reply({ flags: Flag.SYN | Flag.ACK, ack: sender.sndNxt, maximumSegmentSize: 8, ...sack, window: 65_535 });
    target.write(hosted, 60_000);
    for (let round = 0; round < 40; round++) {
      target.clock.advanceBy(10);
      const blocks = [(sender.sndUna + 1) | 0, (sender.sndUna + 49) | 0];
      reply({ flags: Flag.ACK, seq: 1, ack: sender.sndUna, sackBlocks: blocks });
      const { tcpi_unacked: unacked, tcpi_sacked: sacked } = tcpInfo(hosted.connection, target.clock.now());
      expect(unacked).toBeLessThanOrEqual(Math.ceil(60_000 / 48));
      expect(sacked).toBeLessThanOrEqual(unacked);
      reply({ flags: Flag.ACK, seq: 1, ack: sender.sndNxt });
    }
    expect([hosted.connection.state, sender.buffer.length]).toEqual(['ESTABLISHED', 0]);
  });

  it('SACK blocks of one octet each add nothing to the retransmission queue', () => {
    const target = new Target();
    const hosted = target.victim(sack);
    const { sender } = hosted.connection;
    target.write(hosted, 14_600);
    const before = tcpInfo(hosted.connection, target.clock.now()).tcpi_unacked;
    const BLOCKS = 2000;
    for (let i = 0; i < BLOCKS; i++) {
      const left = (sender.sndUna + 1 + ((7 * i) % 14_000)) | 0;
      target.hit(hosted, { ack: sender.sndUna, sackBlocks: [left, (left + 1) | 0] });
    }
    expect(before).toBe(10);
    expect(tcpInfo(hosted.connection, target.clock.now()).tcpi_unacked).toBe(before);
  });

  it('SACK blocks of what was never sent, or backwards, tell nothing', () => {
    const target = new Target();
    const hosted = target.victim(sack);
    const { sender } = hosted.connection;
    target.write(hosted, 14_600);
    const edges = [0, 1, 14_600, 14_601, 100_000, -100_000, 2 ** 30, -(2 ** 30)].map(
      (e) => (sender.sndNxt + e) | 0,
    );
    for (const left of edges) {
      for (const right of edges) {
        const within = (edge: number): boolean =>
          seqDiff(edge, sender.sndUna) > 0 && seqDiff(edge, sender.sndNxt) <= 0;
        if (within(right) && seqDiff(right, left) > 0) continue;
        target.hit(hosted, { ack: sender.sndUna, sackBlocks: [left, right] });
      }
    }
    expect(tcpInfo(hosted.connection, target.clock.now())).toMatchObject({
      tcpi_unacked: 10,
      tcpi_sacked: 0,
    });
  });
});

describe('the challenge-ACK side channel (CVE-2016-5696)', () => {
  it('what a stranger’s own connection gets says nothing about another', () => {
    const seen = [0, 1000].map((guesses) => {
      const target = new Target();
      const [victim, own] = [target.victim(), target.victim()];
      let challenges = 0;
      for (let i = 0; i < 1000; i++) {
        if (i < guesses) target.hit(victim, { flags: Flag.RST, seq: 100 + i });
        challenges += target.hit(own, { flags: Flag.RST, seq: 100 + i });
        target.clock.advanceBy(1);
      }
      return challenges;
    });
    expect(seen).toEqual([CHALLENGES_PER_SECOND, CHALLENGES_PER_SECOND]);
  });
});

describe('LAST-ACK exhaustion (FreeBSD-SA-15:13)', () => {
  const lastAck = (target: Target, text: number): HostedConnection => {
    const hosted = target.victim();
    if (text > 0) target.write(hosted, text);
    target.hit(hosted, { flags: Flag.FIN | Flag.ACK, window: 0 });
    target.close(hosted);
    return hosted;
  };

  it('100 connections whose peers never acknowledge the FIN are gone after two minutes', () => {
    const target = new Target();
    const all = times(100, () => lastAck(target, 0));
    const states = new Set(all.map(({ connection }) => connection.state));
    target.clock.advanceBy(120_000);
    expect([states, target.connections, target.host.orphanCount, target.clock.pendingTimers]).toEqual([
      new Set(['LAST-ACK']),
      0,
      0,
      0,
    ]);
  });

  it('so are those whose peers keep the window closed and answer each probe, after six minutes', () => {
    const target = new Target();
    const all = times(100, () => lastAck(target, 30_000));
    for (const hosted of all) target.hit(hosted, { seq: 2, window: 0 });
    target.device.sent.length = 0;
    for (let second = 0; second < 360; second++) {
      target.clock.advanceBy(1000);
      const asked = new Set(target.device.sent.splice(0).map(({ segment }) => segment.sourcePort));
      for (const hosted of all) if (asked.has(hosted.localPort)) target.hit(hosted, { seq: 2, window: 0 });
    }
    const octets = sum(all.map(({ connection }) => connection.sender.buffer.length));
    expect([target.connections, target.host.orphanCount, target.clock.pendingTimers, octets]).toEqual([
      0, 0, 0, 0,
    ]);
  });

  it('of a million, no more than maxOrphans stay at a time', () => {
    const target = new Target({ maxOrphans: 50 });
    for (let i = 0; i < 200; i++) lastAck(target, 0);
    expect([target.connections, target.host.orphanCount, target.host.counters.orphansReset]).toEqual([
      50, 50, 150,
    ]);
  });
});

describe('SYN flood (RFC 4987)', () => {
  it('of 20,000 SYNs a listener keeps its backlog, answers each once, and serves who is real', () => {
    const target = new Target();
    const listener = target.listen(80, 128);
    for (let i = 0; i < 20_000; i++) {
      target.receive({
        flags: Flag.SYN,
        seq: i,
        from: ip(`10.0.0.${2 + (i % 200)}`),
        sourcePort: 1 + (i >> 7),
      });
    }
    const { packetsSent, synCookiesSent } = target.host.counters;
    expect([target.connections, packetsSent, synCookiesSent]).toEqual([128, 20_000, 20_000 - 128]);
    target.device.sent.length = 0;
    target.receive({ flags: Flag.SYN, seq: 5, sourcePort: 7000 });
    const ack = ((target.device.sent[0]?.segment.seq ?? 0) + 1) | 0;
    target.receive({ flags: Flag.ACK, seq: 6, ack, sourcePort: 7000 });
    expect([listener.acceptQueue.length, target.connections]).toEqual([1, 129]);
  });

  it('without cookies each half-open connection is gone after 63 s and six SYN+ACKs', () => {
    const target = new Target({ synCookies: 0 });
    target.listen(80, 128);
    for (let port = 1; port <= 1000; port++) target.receive({ flags: Flag.SYN, sourcePort: port });
    target.clock.advanceBy(63_000);
    expect([target.connections, target.device.sent.length]).toEqual([0, 128 * 6]);
  });
});

describe('ACK storm', () => {
  it('between two ends that an attacker desynchronized dies down to two ACKs in a second from each', () => {
    const clock = new VirtualClock();
    const make = (word: number): { host: Host; device: TestDevice } => {
      const host = new Host({ timers: clock, secret: Uint32Array.of(word, 2, 3, 4) });
      const device = new TestDevice();
      host.addInterface(device, [{ address: word === 1 ? OWN : PEER, prefixLength: 24 }]);
      return { host, device };
    };
    const [a, b] = [make(1), make(2)];
    let carried = 0;
    const carry = (): void => {
      for (let turn = 0; turn < 1000 && a.device.sent.length + b.device.sent.length > 0; turn++) {
        const [toB, toA] = [a.device.sent.splice(0), b.device.sent.splice(0)];
        carried += toA.length + toB.length;
        if (carried > 10_000) throw new Error('the storm does not die down');
        for (const packet of toB) b.device.deliver(packet);
        for (const packet of toA) a.device.deliver(packet);
        clock.runTasks();
      }
    };
    const binding = b.host.ports.hold({
      address: PEER,
      port: 80,
      ipv6Only: false,
      reuseAddress: false,
      reusePort: false,
      listening: false,
    });
    const listener = b.host.listen(binding, 5, SETTINGS, { onAcceptable: () => undefined });
    const first = a.host.connect({
      remoteAddress: PEER,
      remotePort: 80,
      binding: null,
      localAddress: null,
      settings: SETTINGS,
    });
    if (typeof first === 'string') throw new Error(first);
    clock.runTasks();
    carry();
    const second = b.host.accept(listener);
    if (second === null) throw new Error('not accepted');
    // The attacker puts text into both directions, as if each end had sent it.
    const inject = (into: TestDevice, from: HostedConnection, to: HostedConnection): void => {
      const { connection } = to;
      into.deliver(
        packetOf({
          from: from.localAddress,
          to: to.localAddress,
          sourcePort: from.localPort,
          destinationPort: to.localPort,
          flags: Flag.ACK,
          seq: connection.receiver.rcvNxt,
          ack: connection.sender.sndNxt,
          hasTimestamps: true,
          timestampValue: connection.receiver.tsRecent,
          payload: new Uint8Array(10),
        }),
      );
      clock.runTasks();
    };
    inject(a.device, second, first);
    inject(b.device, first, second);
    carried = 0;
    for (let ms = 0; ms < 10_000; ms++) {
      carry();
      clock.advanceBy(1);
    }
    expect([first.connection.state, second.connection.state]).toEqual(['ESTABLISHED', 'ESTABLISHED']);
    expect(carried).toBeLessThanOrEqual(2 * 10 * CHALLENGES_PER_SECOND + 4);
  });
});

describe('TIME-WAIT assassination (RFC 1337)', () => {
  /** A record in TIME-WAIT at RCV.NXT 2, hit by 4096 RSTs of all numbers but that. */
  const lingering = (profile: Partial<typeof linux>): [Target, HostedConnection] => {
    const target = new Target(profile);
    const hosted = target.closed(target.victim());
    for (let i = 0; i < 4096; i++) target.hit(hosted, { flags: Flag.RST, seq: (i << 20) + 3 });
    return [target, hosted];
  };

  it.each([
    ['linux', 0],
    ['rfc9293', 1],
  ])('in the profile %s an exact RST leaves %i of it, and any other RST all', (name, left) => {
    const [target, hosted] = lingering(PROFILES[name] ?? {});
    const before = [target.host.timeWaitCount, target.sent().length];
    target.hit(hosted, { flags: Flag.RST, seq: 2 });
    expect([...before, target.host.timeWaitCount]).toEqual([1, 0, left]);
  });

  it('with tcp_rfc1337 old segments are answered, and the RST that this provokes is ignored', () => {
    const [target, hosted] = lingering({ resetEndsTimeWait: false });
    const answers = target.hit(hosted, { seq: 1, payload: Uint8Array.of(1) });
    const { segment } = target.device.sent.at(-1) ?? packetOf({});
    target.hit(hosted, { flags: Flag.RST, seq: segment.ack });
    expect([answers, segment.ack, target.host.timeWaitCount]).toEqual([1, 2, 1]);
  });
});

describe('optimistic ACK', () => {
  it('of what was not sent yet neither moves anything nor opens cwnd, and is answered twice in a second', () => {
    const target = new Target();
    const hosted = target.victim();
    const { sender } = hosted.connection;
    target.write(hosted, 14_600);
    const before = [sender.sndUna, sender.cwnd, sender.buffer.length];
    const answers = times(1000, (i) => {
      target.clock.advanceBy(0.1);
      return target.hit(hosted, { ack: (sender.sndNxt + 1460 * (i + 1)) | 0 });
    });
    expect([sender.sndUna, sender.cwnd, sender.buffer.length]).toEqual(before);
    expect(sum(answers)).toBeLessThanOrEqual(CHALLENGES_PER_SECOND);
  });

  it('of what was sent makes it send no more than the window that the peer itself offered', () => {
    const target = new Target();
    const hosted = target.victim();
    const { sender } = hosted.connection;
    for (let round = 0; round < 50; round++) {
      target.write(hosted, 200_000);
      target.hit(hosted, {});
      expect(seqDiff(sender.sndNxt, sender.sndUna)).toBeLessThanOrEqual(65_000);
    }
  });
});

describe('ACK division', () => {
  it('by 1460 acknowledgments for each segment opens cwnd no further than by one', () => {
    const cwnds = [1, 10, 1460].map((parts) => {
      const target = new Target();
      const hosted = target.victim();
      const { sender } = hosted.connection;
      target.write(hosted, 14_600);
      const una = sender.sndUna;
      for (let i = 1; i <= 10 * parts; i++)
        target.hit(hosted, { ack: (una + (14_600 / (10 * parts)) * i) | 0 });
      return sender.cwnd;
    });
    expect(cwnds).toEqual([20, 20, 20]);
  });
});

describe('small-window “sockstress”', () => {
  it('100 closed windows hold what was written, and are probed 36 times an hour each', () => {
    const target = new Target();
    const all = times(100, () => target.victim());
    for (const hosted of all) {
      target.hit(hosted, { window: 0 });
      target.write(hosted, 1_000_000);
    }
    const held = Math.max(...all.map(({ connection }) => connection.sender.buffer.length));
    target.device.sent.length = 0;
    for (let minute = 0; minute < 60; minute++) {
      target.clock.advanceBy(60_000);
      const asked = new Set(target.device.sent.map(({ segment }) => segment.sourcePort));
      for (const hosted of all) if (asked.has(hosted.localPort)) target.hit(hosted, { window: 0 });
    }
    // What is begun is filled: half of the window that there was.
    expect(held).toBeLessThanOrEqual(linux.sendBufferInitial + 32_768);
    expect(target.device.sent.length).toBeLessThanOrEqual(100 * 36);
    expect(target.connections).toBe(100);
  });

  it('are gone six minutes after their programs closed them, whatever their peers answer', () => {
    const target = new Target();
    const all = times(20, () => target.victim());
    for (const hosted of all) {
      target.hit(hosted, { window: 0 });
      target.write(hosted, 1000);
      target.close(hosted);
    }
    for (let tick = 0; tick < 3600; tick++) {
      target.clock.advanceBy(100);
      for (const hosted of all) if (hosted.registered) target.hit(hosted, { window: 0 });
    }
    expect([target.connections, target.host.orphanCount]).toEqual([0, 0]);
  });

  it('a window of one octet gets one in an RTO as a probe, although the peer takes each at once', () => {
    const target = new Target();
    const hosted = target.victim();
    target.hit(hosted, { window: 1 });
    target.write(hosted, 10_000);
    let segments = 0;
    for (let ms = 0; ms < 60_000; ms++) {
      target.clock.advanceBy(1);
      const sent = target.device.sent.splice(0).length;
      segments += sent;
      if (sent > 0) target.hit(hosted, { window: 1 });
    }
    expect(segments).toBeLessThanOrEqual(60_000 / linux.minRto);
  });
});

describe('forged ICMP errors (RFC 5927)', () => {
  const TOO_BIG = [IcmpType.DESTINATION_UNREACHABLE, IcmpUnreachable.FRAGMENTATION_NEEDED] as const;

  it.each([
    [68, 'IPv4', PEER, TOO_BIG, 552],
    [0, 'IPv4', PEER, TOO_BIG, 552],
    [1279, 'IPv6', PEER6, [Icmpv6Type.PACKET_TOO_BIG, 0] as const, 1500],
  ])('an MTU of %i over %s is not believed', (mtu, _family, peer, [type, code], least) => {
    const target = new Target();
    const hosted = target.connected(peer);
    target.write(hosted, 1400);
    target.icmp(hosted, type, code, hosted.connection.sender.sndUna, mtu);
    expect(hosted.connection.path.mtu).toBe(least);
  });

  it('of 4096 that quote numbers all over none is believed but for what is in flight', () => {
    const target = new Target();
    const hosted = target.victim();
    target.write(hosted, 1000);
    const { sender } = hosted.connection;
    for (let i = 0; i < 4096; i++)
      target.icmp(hosted, ...TOO_BIG, (sender.sndUna + 1001 + (i << 20)) | 0, 600);
    expect([hosted.connection.path.mtu, target.host.counters.dropped['icmp-not-in-flight']]).toEqual([
      1500, 4096,
    ]);
  });
});

describe('ISN and port prediction (RFC 6528, RFC 6056)', () => {
  it('the ISNs of 4096 connections at one time leave no sixteenth of all numbers with twice its share', () => {
    const target = new Target();
    target.listen(80, 4096);
    const shares = new Array<number>(16).fill(0);
    for (let port = 1; port <= 4096; port++) target.receive({ flags: Flag.SYN, sourcePort: port });
    const isns = target.device.sent.map(({ segment }) => segment.seq);
    for (const isn of isns) shares[isn >>> 28] = (shares[isn >>> 28] ?? 0) + 1;
    expect(new Set(isns).size).toBe(4096);
    expect([Math.min(...shares) > 128, Math.max(...shares) < 512]).toEqual([true, true]);
  });

  it('the ISN that a stranger gets tells no other: their distance differs from host to host', () => {
    const distances = times(100, (word) => {
      const target = new Target({}, { secret: Uint32Array.of(word, 2, 3, 4) });
      target.listen();
      for (const sourcePort of [1, 2]) target.receive({ flags: Flag.SYN, sourcePort });
      const [first, second] = target.device.sent;
      return seqDiff(second?.segment.seq ?? 0, first?.segment.seq ?? 0);
    });
    expect(new Set(distances).size).toBe(100);
  });

  it('nor do ports: the distance between those for two destinations differs from host to host', () => {
    const distances = times(100, (word) => {
      const target = new Target({}, { secret: Uint32Array.of(word, 2, 3, 4) });
      return target.connect(PEER, 80).localPort - target.connect(PEER, 81).localPort;
    });
    expect(new Set(distances).size).toBeGreaterThan(95);
  });

  it('nor timestamps: two peers see clocks that are apart by what only the secret tells', () => {
    const distances = times(100, (word) => {
      const target = new Target({}, { secret: Uint32Array.of(word, 2, 3, 4) });
      for (const last of [2, 3]) target.connect(ip(`10.0.0.${last}`));
      const [first, second] = target.device.sent;
      return seqDiff(second?.segment.timestampValue ?? 0, first?.segment.timestampValue ?? 0);
    });
    expect(new Set(distances).size).toBe(100);
  });
});
