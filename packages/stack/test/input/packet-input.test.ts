import { ANY_IPV6, Flag, IcmpType, IcmpUnreachable, Icmpv6Type } from '@halfclose/codec';
import { describe, expect, it } from 'vitest';
import { Bench, ip, OWN, OWN6, PEER6 } from '../bench.ts';

describe('a segment to nobody', () => {
  it('is answered with a RST', () => {
    const bench = new Bench();
    bench.receive({ flags: Flag.SYN, seq: 5 });
    expect([bench.sent(), bench.host.counters.dropped['no-connection']]).toEqual([['R. 80>1000'], 1]);
  });

  it('is answered with a RST at its acknowledgment', () => {
    const bench = new Bench();
    bench.receive({ flags: Flag.ACK, seq: 5, ack: 77 });
    expect([bench.device.sent[0]?.segment.seq, bench.sent()]).toEqual([77, ['R 80>1000']]);
  });

  it('is not answered if it is a RST', () => {
    const bench = new Bench();
    bench.receive({ flags: Flag.RST, seq: 5 });
    expect([bench.sent(), bench.host.counters.dropped['no-connection-reset']]).toEqual([[], 1]);
  });

  it('over IPv6 is answered likewise', () => {
    const bench = new Bench();
    bench.receive({ flags: Flag.SYN, seq: 5, from: PEER6, to: OWN6 });
    expect(bench.sent()).toEqual(['R. 80>1000']);
  });

  it('from where no route leads is dropped', () => {
    const bench = new Bench();
    bench.receive({ flags: Flag.SYN, seq: 5, from: ip('192.0.2.1') });
    expect([bench.sent(), bench.host.counters.dropped['no-route']]).toEqual([[], 1]);
  });
});

describe('a listener', () => {
  it('answers a SYN, and lets the connection be accepted once the ACK came', () => {
    const bench = new Bench();
    const listener = bench.listen();
    bench.receive({ flags: Flag.SYN, seq: 5 });
    const ack = ((bench.device.sent[0]?.segment.seq ?? 0) + 1) | 0;
    const early = bench.host.accept(listener);
    bench.receive({ flags: Flag.ACK, seq: 6, ack });
    const hosted = bench.host.accept(listener);
    expect([early, hosted?.connection.state, bench.host.counters.connectionsAccepted]).toEqual([
      null,
      'ESTABLISHED',
      1,
    ]);
  });

  it('drops a FIN, and counts it', () => {
    const bench = new Bench();
    bench.listen();
    bench.receive({ flags: Flag.FIN });
    expect([bench.sent(), bench.host.counters.dropped['listener-ignored']]).toEqual([[], 1]);
  });

  it('on all addresses answers both families', () => {
    const bench = new Bench();
    bench.listen(80, 5, ANY_IPV6);
    bench.receive({ flags: Flag.SYN });
    bench.receive({ flags: Flag.SYN, from: PEER6, to: OWN6 });
    expect(bench.sent()).toEqual(['S. 80>1000', 'S. 80>1000']);
  });

  it('of a narrower address comes first', () => {
    const bench = new Bench();
    const wide = bench.listen(80, 5, ANY_IPV6);
    const narrow = bench.listen(80, 5, OWN);
    bench.receive({ flags: Flag.SYN });
    expect([wide.synQueue.size, narrow.synQueue.size]).toEqual([0, 1]);
  });

  it('shares connections with others by SO_REUSEPORT', () => {
    const bench = new Bench();
    const [first, second] = [bench.listen(), bench.listen()];
    for (let port = 1; port <= 15; port++) bench.receive({ flags: Flag.SYN, sourcePort: port });
    expect(first.synQueue.size + second.synQueue.size).toBe(15);
    expect(Math.min(first.synQueue.size, second.synQueue.size)).toBeGreaterThan(0);
  });

  it('keeps sixteen half-open connections at least, then drops SYNs if it may not use cookies', () => {
    const bench = new Bench({ synCookies: 0 });
    const listener = bench.listen(80, 1);
    for (let port = 1; port <= 20; port++) bench.receive({ flags: Flag.SYN, sourcePort: port });
    expect([listener.synQueue.size, bench.host.counters.dropped['syn-queue-full']]).toEqual([16, 4]);
  });

  it('with a full accept queue drops SYNs and the ACKs of handshakes', () => {
    const bench = new Bench();
    bench.listen(80, 0);
    for (const port of [1, 2]) bench.receive({ flags: Flag.SYN, sourcePort: port });
    const acks = bench.device.sent.map(({ segment }) => (segment.seq + 1) | 0);
    for (const port of [1, 2])
      bench.receive({ flags: Flag.ACK, sourcePort: port, seq: 1, ack: acks[port - 1] ?? 0 });
    bench.receive({ flags: Flag.SYN, sourcePort: 3 });
    expect([bench.sent().length, bench.host.counters.dropped['accept-queue-full']]).toEqual([2, 2]);
  });

  it('with a full accept queue and tcp_abort_on_overflow answers the ACK with a RST', () => {
    const bench = new Bench({ abortOnOverflow: true });
    bench.listen(80, 0);
    for (const port of [1, 2]) bench.receive({ flags: Flag.SYN, sourcePort: port });
    const acks = bench.device.sent.map(({ segment }) => (segment.seq + 1) | 0);
    bench.sent();
    for (const port of [1, 2])
      bench.receive({ flags: Flag.ACK, sourcePort: port, seq: 1, ack: acks[port - 1] ?? 0 });
    expect(bench.sent()).toEqual(['R 80>2']);
  });
});

describe('an ICMP error', () => {
  it('ends the connection in SYN-SENT that it quotes', () => {
    const bench = new Bench();
    const hosted = bench.connect();
    bench.icmp(hosted, IcmpType.DESTINATION_UNREACHABLE, IcmpUnreachable.PORT, hosted.connection.sender.iss);
    expect([hosted.connection.state, hosted.connection.error]).toEqual(['CLOSED', 'ECONNREFUSED']);
  });

  it('is dropped if it quotes nothing that is in flight (RFC 5927, 4.1)', () => {
    const bench = new Bench();
    const hosted = bench.connect();
    bench.icmp(
      hosted,
      IcmpType.DESTINATION_UNREACHABLE,
      IcmpUnreachable.PORT,
      hosted.connection.sender.iss + 5,
    );
    expect([hosted.connection.state, bench.host.counters.dropped]).toEqual([
      'SYN-SENT',
      { 'icmp-not-in-flight': 1 },
    ]);
  });

  it('is dropped if it quotes nobody', () => {
    const bench = new Bench();
    const hosted = bench.connect();
    hosted.connection.abort('abort', 0);
    bench.host.wake(hosted);
    bench.clock.runTasks();
    bench.icmp(hosted, IcmpType.DESTINATION_UNREACHABLE, IcmpUnreachable.PORT, hosted.connection.sender.iss);
    expect(bench.host.counters.dropped).toEqual({ 'icmp-no-connection': 1 });
  });

  it.each([
    ['network unreachable', IcmpType.DESTINATION_UNREACHABLE, IcmpUnreachable.NETWORK, 'ENETUNREACH'],
    ['host unreachable', IcmpType.DESTINATION_UNREACHABLE, IcmpUnreachable.HOST, 'EHOSTUNREACH'],
    [
      'source route failed',
      IcmpType.DESTINATION_UNREACHABLE,
      IcmpUnreachable.SOURCE_ROUTE_FAILED,
      'EOPNOTSUPP',
    ],
    ['protocol unreachable', IcmpType.DESTINATION_UNREACHABLE, IcmpUnreachable.PROTOCOL, 'ENOPROTOOPT'],
    ['time exceeded', IcmpType.TIME_EXCEEDED, 0, 'EHOSTUNREACH'],
    ['parameter problem', IcmpType.PARAMETER_PROBLEM, 0, 'EPROTO'],
  ])('%s does not end a connection in ESTABLISHED, but is told', (_name, type, code, error) => {
    const bench = new Bench();
    const hosted = bench.connected();
    hosted.connection.send(new Uint8Array(100));
    bench.host.wake(hosted);
    bench.clock.runTasks();
    bench.icmp(hosted, type, code, hosted.connection.sender.sndUna);
    expect([hosted.connection.state, hosted.connection.softError]).toEqual(['ESTABLISHED', error]);
  });

  it('time exceeded ends an attempt to connect, if the profile lets errors do so that may pass', () => {
    const states = [true, false].map((unreachableEndsOpening) => {
      const bench = new Bench({ unreachableEndsOpening });
      const hosted = bench.connect();
      bench.icmp(hosted, IcmpType.TIME_EXCEEDED, 0, hosted.connection.sender.iss);
      return hosted.connection.state;
    });
    expect(states).toEqual(['CLOSED', 'SYN-SENT']);
  });

  it('of a kind that TCP does not act on is dropped: source quench, redirect (RFC 6633)', () => {
    const bench = new Bench();
    const hosted = bench.connect();
    for (const type of [4, 5]) bench.icmp(hosted, type, 0, hosted.connection.sender.iss);
    expect([hosted.connection.state, bench.host.counters.dropped]).toEqual([
      'SYN-SENT',
      { 'icmp-ignored': 2 },
    ]);
  });

  it('fragmentation needed makes segments smaller', () => {
    const bench = new Bench();
    const hosted = bench.connected();
    hosted.connection.send(new Uint8Array(1460));
    bench.host.wake(hosted);
    bench.clock.runTasks();
    bench.sent();
    const { sndUna } = hosted.connection.sender;
    bench.icmp(hosted, IcmpType.DESTINATION_UNREACHABLE, IcmpUnreachable.FRAGMENTATION_NEEDED, sndUna, 1000);
    const octets = bench.device.sent.map(({ segment }) => segment.payload.length);
    expect([Math.max(...octets) <= 960, octets.length > 0]).toEqual([true, true]);
  });

  it('packet too big does so over IPv6', () => {
    const bench = new Bench();
    const hosted = bench.connected(PEER6);
    hosted.connection.send(new Uint8Array(1440));
    bench.host.wake(hosted);
    bench.clock.runTasks();
    bench.sent();
    bench.icmp(hosted, Icmpv6Type.PACKET_TOO_BIG, 0, hosted.connection.sender.sndUna, 1300);
    const octets = bench.device.sent.map(({ segment }) => segment.payload.length);
    expect([Math.max(...octets) <= 1240, octets.length > 0]).toEqual([true, true]);
  });
});
