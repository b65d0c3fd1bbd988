import { Flag, type IpAddress } from '@halfclose/codec';
import type { FieldRow } from '@halfclose/test-support';
import { describe, expect, it } from 'vitest';
import type { HostedConnection, Profile } from '../../src/index.ts';
import { Bench, ip, OWN, OWN6, packetOf, PEER, PEER6, SETTINGS } from '../bench.ts';
import { echoFrame, FrameBench, fragmentOf } from '../frame-bench.ts';
import { NarrowPath } from '../narrow-path.ts';

/** The program closes, and lets go. */
function close(bench: Bench, hosted: HostedConnection): void {
  hosted.connection.close(false, bench.clock.now());
  hosted.connection.disown(bench.clock.now());
  bench.host.wake(hosted);
  bench.clock.runTasks();
}

/** A connection with timestamps brought to TIME-WAIT; returns its port. */
function timeWait(bench: Bench): number {
  const hosted = bench.connect();
  const timestampEcho = hosted.connection.timestampAt(bench.clock.now());
  const stamped = { hasTimestamps: true, timestampValue: 500, timestampEcho };
  const ack = (): number => hosted.connection.sender.sndNxt;
  bench.reply(hosted, { flags: Flag.SYN | Flag.ACK, seq: 0, ack: ack(), ...stamped });
  close(bench, hosted);
  bench.reply(hosted, { flags: Flag.FIN | Flag.ACK, seq: 1, ack: ack(), ...stamped });
  return hosted.localPort;
}

/** Whether connect() chooses the only ephemeral port, whose last connection is in TIME-WAIT for `milliseconds`. */
function reusesPort(changes: Partial<Profile>, milliseconds: number): boolean {
  const bench = new Bench({ ...changes, ephemeralPortFirst: 5000, ephemeralPortLast: 5000 });
  timeWait(bench);
  bench.clock.advanceBy(milliseconds);
  const result = bench.host.connect({
    remoteAddress: PEER,
    remotePort: 80,
    binding: null,
    localAddress: OWN,
    settings: SETTINGS,
  });
  return typeof result !== 'string';
}

/** The MTU that a second connection begins with, `milliseconds` after the first was told one; and the MSS that it offers. */
function learned(changes: Partial<Profile>, told: number, milliseconds = 0): { mtu: number; mss: number } {
  const bench = new NarrowPath(changes);
  bench.narrowed(told);
  bench.clock.advanceBy(milliseconds);
  const { mtu } = bench.connect().connection.path;
  return { mtu, mss: bench.device.sent.at(-1)?.segment.maximumSegmentSize ?? 0 };
}

/** Of ten segments of 1000 octets, which take 2304 octets of memory each, how many are taken in. */
function takenIn(bench: Bench): number {
  const hosted = bench.connected();
  for (let i = 0; i < 10; i++) {
    const ack = hosted.connection.sender.sndNxt;
    bench.reply(hosted, { flags: Flag.ACK, seq: 1 + i * 1000, ack, payload: new Uint8Array(1000) });
  }
  return hosted.connection.readable / 1000;
}

/** How many packets wait for fragments, `milliseconds` after the first fragment of one has come. */
function held(changes: Partial<Profile>, to: IpAddress, from: IpAddress, milliseconds: number): number {
  const bench = new FrameBench(changes);
  bench.receive(fragmentOf(echoFrame(new Uint8Array(40), { from, to }), 0, 16));
  bench.clock.advanceBy(milliseconds);
  return bench.host.fragments.incomplete;
}

/** The ephemeral ports that connections to one peer find free. */
function ports(changes: Partial<Profile>): number[] {
  const bench = new Bench(changes);
  const found = Array.from({ length: 3 }, () => {
    const hosted = bench.host.connect({
      remoteAddress: PEER,
      remotePort: 80,
      binding: null,
      localAddress: null,
      settings: SETTINGS,
    });
    return typeof hosted === 'string' ? 0 : hosted.localPort;
  });
  return found.filter((port) => port > 0).sort();
}

const ROWS: readonly FieldRow<Profile>[] = [
  [
    'pathMtuExpiry',
    (changes) => [59_999, 60_000].map((milliseconds) => learned(changes, 1000, milliseconds).mtu),
    [60_000, [1000, 1500]],
    [600_000, [1000, 1000]],
  ],
  ['minPathMtu', (changes) => learned(changes, 68).mtu, [552, 552], [296, 296]],
  [
    'maxPathMtus',
    (changes) => {
      const bench = new NarrowPath(changes);
      bench.narrowed(1000);
      bench.narrowed(1000, ip('10.0.0.3'));
      return bench.connect().connection.path.mtu;
    },
    [1, 1500],
    [2, 1000],
  ],
  ['offersMssOfPath', (changes) => learned(changes, 1000).mss, [true, 960], [false, 1460]],
  [
    'timeWait',
    (changes) => {
      const bench = new Bench(changes);
      bench.closed();
      return [999, 1, 59_000].map((milliseconds) => {
        bench.clock.advanceBy(milliseconds);
        return bench.host.timeWaitCount;
      });
    },
    [1000, [1, 0, 0]],
    [60_000, [1, 1, 0]],
  ],
  [
    'maxTimeWaits',
    (changes) => {
      const bench = new Bench(changes);
      bench.closed();
      bench.closed();
      return bench.host.timeWaitCount;
    },
    [1, 1],
    [2, 2],
  ],
  [
    'maxOrphans',
    (changes) => {
      const bench = new Bench(changes);
      close(bench, bench.connected());
      close(bench, bench.connected());
      return bench.host.counters.resetsSent;
    },
    [1, 1],
    [2, 0],
  ],
  [
    'memoryPressure',
    (changes) => {
      const bench = new Bench(changes);
      takenIn(bench);
      return bench.host.memory.isUnderPressure;
    },
    [23_039, true],
    [23_040, false],
  ],
  [
    'memoryLow',
    (changes) => {
      const bench = new Bench({ ...changes, memoryPressure: 20_000 });
      takenIn(bench);
      for (const { connection } of bench.host.hosted()) connection.read(5000, bench.clock.now());
      return bench.host.memory.isUnderPressure;
    },
    [11_520, true],
    [11_521, false],
  ],
  ['memoryHigh', (changes) => takenIn(new Bench(changes)), [11_520, 5], [13_824, 6]],
  [
    'receiveBufferMin',
    (changes) => takenIn(new Bench({ ...changes, memoryHigh: 2304 })),
    [4607, 1],
    [9216, 4],
  ],
  [
    'sendBufferMin',
    (changes) => new Bench({ ...changes, memoryHigh: 0 }).connected().connection.sendRoom,
    [4096, 3456],
    [10_000, 9360],
  ],
  [
    'maxInputBacklog',
    (changes) => {
      const bench = new Bench(changes);
      for (let i = 0; i < 4; i++) bench.device.deliver(packetOf({ flags: Flag.SYN }));
      bench.clock.runTasks();
      return bench.sent().length;
    },
    [3, 3],
    [4, 4],
  ],
  [
    'ignoresEchoes',
    (changes) => {
      const bench = new FrameBench(changes);
      bench.receive(echoFrame(new Uint8Array(8)));
      return bench.sent().length;
    },
    [false, 1],
    [true, 0],
  ],
  ['fragmentTimeout', (changes) => held(changes, OWN, PEER, 999), [1000, 1], [999, 0]],
  ['fragmentTimeoutIPv6', (changes) => held(changes, OWN6, PEER6, 999), [1000, 1], [999, 0]],
  ['fragmentMemory', (changes) => held(changes, OWN, PEER, 0), [1000, 1], [100, 0]],
  ['timeWaitReuse', (changes) => reusesPort(changes, 5000), [1, true], [0, false]],
  [
    'timeWaitReuseDelay',
    (changes) => reusesPort({ ...changes, timeWaitReuse: 1 }, 500),
    [400, true],
    [1000, false],
  ],
  [
    'abortOnOverflow',
    (changes) => {
      const bench = new Bench(changes);
      bench.listen(80, 0);
      for (const sourcePort of [1000, 1001]) {
        bench.receive({ sourcePort, flags: Flag.SYN, seq: 0 });
      }
      const numbers = bench.device.sent.splice(0).map(({ segment }) => segment.seq);
      for (const [i, sourcePort] of [1000, 1001].entries()) {
        bench.receive({ sourcePort, flags: Flag.ACK, seq: 1, ack: ((numbers[i] ?? 0) + 1) | 0 });
      }
      return bench.sent();
    },
    [false, []],
    [true, ['R 80>1001']],
  ],
  // Of two ports the second connection takes the other one.
  [
    'ephemeralPortFirst',
    (changes) => ports({ ...changes, ephemeralPortLast: 40_001 }),
    [40_000, [40_000, 40_001]],
    [40_001, [40_001]],
  ],
  [
    'ephemeralPortLast',
    (changes) => ports({ ...changes, ephemeralPortFirst: 40_000 }),
    [40_000, [40_000]],
    [40_001, [40_000, 40_001]],
  ],
  ['maxBacklog', (changes) => new Bench(changes).listen(80, 1000).backlog, [5, 5], [4096, 1000]],
  [
    'synCookies',
    (changes) => {
      const bench = new Bench(changes);
      bench.listen();
      for (let sourcePort = 1000; sourcePort < 1200; sourcePort++) {
        bench.receive({ sourcePort, flags: Flag.SYN, seq: 0 });
      }
      return bench.host.counters.synCookiesSent;
    },
    [0, 0],
    [1, 184],
  ],
  [
    'acceptSourceRoute',
    (changes) => {
      const bench = new Bench(changes);
      const addresses = [ip('10.0.0.7')];
      const packet = packetOf({ destinationPort: 80, flags: Flag.SYN, seq: 0 });
      bench.device.deliver({ ...packet, sourceRoute: { strict: false, addresses, visited: 1 } });
      bench.clock.runTasks();
      return bench.sent();
    },
    [false, []],
    [true, ['R. 80>1000']],
  ],
];

describe('each of these fields of a profile changes what it says', () => {
  it.each(ROWS)('%s', (field, see, [first, seenFirst], [second, seenSecond]) => {
    expect([see({ [field]: first }), see({ [field]: second })]).toEqual([seenFirst, seenSecond]);
  });
});

describe('the profile rfc9293', () => {
  it('keeps orphans in FIN-WAIT-2 and entries in TIME-WAIT as it says', () => {
    const bench = new Bench({ timeWait: 240_000, finWait2: Infinity });
    const orphan = bench.connected();
    close(bench, orphan);
    bench.reply(orphan, { flags: Flag.ACK, seq: 1, ack: orphan.connection.sender.sndNxt });
    bench.closed();
    bench.clock.advanceBy(239_999);
    const before = [...bench.host.records()].map(({ state }) => state);
    bench.clock.advanceBy(1);
    expect([before.sort(), [...bench.host.records()].map(({ state }) => state)]).toEqual([
      ['FIN-WAIT-2', 'TIME-WAIT'],
      ['FIN-WAIT-2'],
    ]);
  });
});
