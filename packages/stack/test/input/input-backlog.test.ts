import { Flag } from '@halfclose/codec';
import { type TimerService, VirtualClock } from '@halfclose/timers';
import { describe, expect, it } from 'vitest';
import { linux } from '../../src/index.ts';
import { Bench, ip, packetOf } from '../bench.ts';

/** SYNs to a port at which nobody listens: each that is taken in is answered with a RST. */
function flood(bench: Bench, packets: number): void {
  for (let i = 0; i < packets; i++) bench.device.deliver(packetOf({ flags: Flag.SYN }));
}

describe('the packets of a wire that wait to be taken in', () => {
  it('are at most net.core.netdev_max_backlog; the rest is dropped and counted', () => {
    const bench = new Bench();
    flood(bench, 5000);
    expect(bench.host.counters.dropped).toEqual({ 'input-backlog-full': 4000 });
    bench.clock.runTasks();
    expect([bench.sent().length, bench.host.counters.packetsReceived]).toEqual([1000, 1000]);
    expect(linux.maxInputBacklog).toBe(1000);
  });

  it('do not become more while they come faster than they are taken in', () => {
    const clock = new VirtualClock();
    const turns: (() => void)[] = [];
    // A turn of the host is had one at a time, so that frames come between two of them.
    const timers: TimerService = {
      now: () => clock.now(),
      arm: () => undefined,
      disarm: () => undefined,
      defer: (task) => turns.push(task),
      defersCalls: true,
      yield: (task) => turns.push(task),
      settle: () => true,
    };
    const bench = new Bench({}, { timers });
    for (let round = 0; round < 100; round++) {
      flood(bench, 2000);
      turns.shift()?.();
    }
    const { dropped, packetsReceived } = bench.host.counters;
    const waiting = 100 * 2000 - (dropped['input-backlog-full'] ?? 0) - packetsReceived;
    expect([waiting > 0, waiting <= 1000]).toEqual([true, true]);
    while (turns.length > 0) turns.shift()?.();
    expect(bench.host.counters.packetsReceived).toBe(packetsReceived + waiting);
  });

  it('have room again as soon as one was taken in', () => {
    const bench = new Bench({ maxInputBacklog: 2 });
    for (let round = 0; round < 3; round++) {
      flood(bench, 3);
      bench.clock.runTasks();
    }
    expect([bench.sent().length, bench.host.counters.dropped['input-backlog-full']]).toEqual([6, 3]);
  });

  it('have room again also where they were dropped for another reason', () => {
    const bench = new Bench({ maxInputBacklog: 2 });
    for (let round = 0; round < 3; round++) {
      for (const from of ['127.0.0.1', '10.0.0.1'])
        bench.device.deliver(packetOf({ flags: Flag.SYN, from: ip(from) }));
      bench.clock.runTasks();
    }
    expect(bench.host.counters.dropped['input-backlog-full']).toBeUndefined();
  });

  it('are told to the observer where they are dropped', () => {
    const bench = new Bench({ maxInputBacklog: 1 });
    const told: (string | undefined)[] = [];
    bench.host.observe((event) => {
      if (event.type === 'segment' && event.direction === 'dropped') told.push(event.reason);
    });
    flood(bench, 2);
    expect(told).toEqual(['input-backlog-full']);
  });
});

describe('the packets of loopback', () => {
  it('wait without limit, beside any of a wire: nothing that the host sends itself is lost', () => {
    const bench = new Bench({ maxInputBacklog: 1 });
    const listener = bench.listen(80, 4000, ip('127.0.0.1'));
    flood(bench, 2);
    const clients = Array.from({ length: 1500 }, () => bench.open(ip('127.0.0.1')));
    bench.clock.runTasks();
    expect([
      listener.acceptQueue.length,
      clients.every(({ connection }) => connection.state === 'ESTABLISHED'),
      clients.some(({ connection }) => connection.segmentsSent !== 2),
      bench.host.counters.dropped,
    ]).toEqual([1500, true, false, { 'input-backlog-full': 1, 'no-connection': 1 }]);
  });

  it('are as many as windows let go, however much a program writes', () => {
    const bench = new Bench();
    bench.listen(80, 5, ip('127.0.0.1'));
    const client = bench.connect(ip('127.0.0.1'));
    const { counters } = bench.host;
    let written = 0;
    let most = 0;
    bench.host.observe(() => {
      most = Math.max(most, counters.packetsSent - counters.packetsReceived);
    });
    for (let i = 0; i < 5000; i++) {
      written += client.connection.send(new Uint8Array(65_536));
      bench.host.wake(client);
      if (i % 10 === 0) bench.clock.runTasks();
    }
    bench.clock.runTasks();
    // Ten segments are the initial window; on loopback each may carry 256 KiB.
    expect([written > 1_000_000, most > 0, most <= 10]).toEqual([true, true, true]);
  });
});
