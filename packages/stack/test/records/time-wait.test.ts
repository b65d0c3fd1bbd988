import { Flag } from '@halfclose/codec';
import { describe, expect, it } from 'vitest';
import { Bench, OWN, PEER, SETTINGS } from '../bench.ts';

const MINUTE = 60_000;

describe('TIME-WAIT', () => {
  it('lasts for 60 s, then the port is free', () => {
    const bench = new Bench();
    const { localPort } = bench.closed();
    bench.clock.advanceBy(MINUTE - 1);
    const before = [bench.host.timeWaitCount, bench.host.ports.isFree(localPort)];
    bench.clock.advanceBy(1);
    expect([before, bench.host.timeWaitCount, bench.host.ports.isFree(localPort)]).toEqual([
      [1, false],
      0,
      true,
    ]);
  });

  it('lets go of the connection', () => {
    const bench = new Bench();
    bench.closed();
    expect([...bench.host.hosted()]).toEqual([]);
  });

  it('h01: acknowledges the FIN again and starts anew', () => {
    const bench = new Bench();
    const hosted = bench.closed();
    bench.clock.advanceBy(MINUTE - 1);
    bench.reply(hosted, { flags: Flag.FIN | Flag.ACK, seq: 1, ack: hosted.connection.sender.sndNxt });
    bench.clock.advanceBy(MINUTE - 1);
    expect([bench.sent(), bench.host.timeWaitCount]).toEqual([[`. ${hosted.localPort}>80`], 1]);
  });

  it('h06: ends with an exact RST, and no timer is left', () => {
    const bench = new Bench();
    const hosted = bench.closed();
    bench.reply(hosted, { flags: Flag.RST, seq: 2 });
    expect([
      bench.host.timeWaitCount,
      bench.host.ports.isFree(hosted.localPort),
      bench.clock.pendingTimers,
    ]).toEqual([0, true, 0]);
  });

  it('h08: ignores other RSTs, and counts them', () => {
    const bench = new Bench();
    const hosted = bench.closed();
    bench.reply(hosted, { flags: Flag.RST, seq: 3 });
    expect([bench.host.timeWaitCount, bench.host.counters.dropped]).toEqual([1, { 'time-wait-ignored': 1 }]);
  });

  it('counts ICMP errors, which it has nobody to tell of', () => {
    const bench = new Bench();
    const hosted = bench.closed();
    bench.icmp(hosted, 3, 1, hosted.connection.sender.iss);
    expect([bench.host.timeWaitCount, bench.host.counters.dropped]).toEqual([1, { 'icmp-record': 1 }]);
  });

  it('gives back each its own of a hundred bindings that share a port', () => {
    const bench = new Bench();
    const { ports } = bench.host;
    const all = Array.from({ length: 100 }, () => bench.binding(5000, { reusePort: true }));
    const bySelf = all.map((binding, i) => {
      const request = {
        remoteAddress: PEER,
        remotePort: 80 + i,
        binding,
        localAddress: OWN,
        settings: SETTINGS,
      };
      const hosted = bench.host.connect(request);
      if (typeof hosted === 'string') throw new Error(hosted);
      bench.clock.runTasks();
      const ack = hosted.connection.sender.sndNxt;
      bench.reply(hosted, { flags: Flag.SYN | Flag.ACK, seq: 0, ack });
      ports.release(binding);
      return bench.closed(hosted);
    });
    const left = (): number[] => all.flatMap(({ place }) => (ports.at(5000, place) === null ? [] : [place]));
    const ended = [99, 0, 63, 62, 64];
    for (const i of ended) {
      const hosted = bySelf[i];
      if (hosted !== undefined) bench.reply(hosted, { flags: Flag.RST, seq: 2 });
    }
    expect(left()).toEqual([...all.keys()].filter((i) => !ended.includes(i)));
    bench.clock.advanceBy(MINUTE);
    expect(ports.isFree(5000)).toBe(true);
  });

  it('of many connections end in their order with one timer', () => {
    const bench = new Bench();
    for (let i = 0; i < 10; i++) {
      bench.closed();
      bench.clock.advanceBy(1000);
    }
    const timers = bench.clock.pendingTimers;
    bench.clock.advanceBy(MINUTE - 5000);
    const left = bench.host.timeWaitCount;
    bench.clock.runUntilIdle();
    expect([timers, left, bench.host.timeWaitCount]).toEqual([1, 4, 0]);
  });

  it('n20: is skipped when the table is full', () => {
    const bench = new Bench({ maxTimeWaits: 1 });
    const first = bench.closed();
    const second = bench.closed();
    expect([bench.host.timeWaitCount, bench.host.counters.timeWaitsSkipped]).toEqual([1, 1]);
    // docs/linux/closing.md, n20: who finds no place is CLOSED at once.
    expect([first, second].map(({ connection }) => connection.history.at(-1)?.to)).toEqual([
      'TIME-WAIT',
      'CLOSED',
    ]);
  });

  it('h09: makes way for a later SYN, whose connection starts beyond the old numbers', () => {
    const bench = new Bench();
    const listener = bench.listen();
    bench.receive({ flags: Flag.SYN, seq: 5 });
    const iss = bench.device.sent[0]?.segment.seq ?? 0;
    bench.receive({ flags: Flag.ACK, seq: 6, ack: (iss + 1) | 0 });
    const hosted = bench.host.accept(listener);
    if (hosted === null) throw new Error('nothing to accept');
    hosted.connection.close(false, bench.clock.now());
    hosted.connection.disown(bench.clock.now());
    bench.host.wake(hosted);
    bench.clock.runTasks();
    bench.receive({ flags: Flag.FIN | Flag.ACK, seq: 6, ack: (iss + 2) | 0 });
    expect(bench.host.timeWaitCount).toBe(1);
    bench.sent();
    bench.receive({ flags: Flag.SYN, seq: 100 });
    expect([bench.device.sent[0]?.segment.seq, bench.host.timeWaitCount, listener.synQueue.size]).toEqual([
      (iss + 2 + 65_537) | 0,
      0,
      1,
    ]);
    expect(bench.sent()).toEqual(['S. 80>1000']);
    // Its port is the new connection's alone: it is free after that one.
    bench.receive({ flags: Flag.RST, seq: 101 });
    bench.host.closeListener(listener);
    bench.host.ports.release(listener.binding);
    expect(bench.host.ports.isFree(80)).toBe(true);
  });

  it('W10: allows a connection with the same four numbers at once from a bound port, if timestamps guard it', () => {
    const bench = new Bench({ timeWaitReuse: 0 });
    const former = bench.connect();
    const timestampEcho = former.connection.timestampAt(bench.clock.now());
    const stamped = { hasTimestamps: true, timestampValue: 500, timestampEcho };
    const { sender } = former.connection;
    bench.reply(former, { flags: Flag.SYN | Flag.ACK, seq: 0, ack: sender.sndNxt, ...stamped });
    former.connection.close(false, bench.clock.now());
    former.connection.disown(bench.clock.now());
    bench.host.wake(former);
    bench.clock.runTasks();
    bench.reply(former, { flags: Flag.FIN | Flag.ACK, seq: 1, ack: sender.sndNxt, ...stamped });
    expect(bench.host.timeWaitCount).toBe(1);
    const binding = bench.binding(former.localPort);
    const request = { remoteAddress: PEER, remotePort: 80, binding, localAddress: OWN, settings: SETTINGS };
    const hosted = bench.host.connect(request);
    if (typeof hosted === 'string') throw new Error(hosted);
    expect([hosted.connection.sender.iss, bench.host.timeWaitCount]).toEqual([
      (sender.sndNxt + 65_537) | 0,
      0,
    ]);
  });

  it('X1: forbids a connection with the same four numbers without timestamps', () => {
    const bench = new Bench();
    const { localPort } = bench.closed();
    const binding = bench.binding(localPort);
    const request = { remoteAddress: PEER, remotePort: 80, binding, localAddress: OWN, settings: SETTINGS };
    expect(bench.host.connect(request)).toBe('EADDRNOTAVAIL');
  });

  it('allows it to another peer', () => {
    const bench = new Bench();
    const { localPort } = bench.closed();
    const binding = bench.binding(localPort);
    const request = { remoteAddress: PEER, remotePort: 81, binding, localAddress: OWN, settings: SETTINGS };
    expect(bench.host.connect(request)).not.toBe('EADDRNOTAVAIL');
  });
});
