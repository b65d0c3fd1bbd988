import { Flag, seqAdd } from '@halfclose/codec';
import { describe, expect, it } from 'vitest';
import { closeReport, type HostedConnection } from '../../src/index.ts';
import { Bench } from '../bench.ts';
import { Crowd } from '../crowd.ts';

const LIMITS = { memoryLow: 12_000_000, memoryPressure: 16_000_000, memoryHigh: 24_000_000 };
/** The least that a buffer may take. */
const LEAST = 4096;
/** What a segment of 1000 octets takes from a receive buffer. */
const SEGMENT = 2304;

describe('a thousand connections whose peers do not read', () => {
  it('stay under the memory limit and their least shares, and each octet arrives when they read', () => {
    const crowd = new Crowd(1000, LIMITS);
    for (const stream of crowd.streams) stream.write(60_000);
    crowd.clock.advanceBy(20_000);
    expect(crowd.peak).toBeGreaterThan(LIMITS.memoryPressure);
    expect(crowd.peak).toBeLessThanOrEqual(LIMITS.memoryHigh + 1000 * LEAST);
    expect([crowd.client.memory.isUnderPressure, crowd.server.memory.isUnderPressure]).toEqual([true, true]);
    expect(crowd.server.counters.dropped['receive-memory']).toBeGreaterThan(0);
    for (const stream of crowd.streams) stream.startReading();
    // Not by the timers of retransmissions, which have backed off for seconds.
    crowd.clock.advanceBy(1000);
    expect(crowd.streams.filter(({ read }) => read !== 60_000)).toEqual([]);
    for (const { memory } of [crowd.client, crowd.server]) {
      const { used, holders, isUnderPressure } = memory;
      expect({ used, holders, isUnderPressure }).toEqual({ used: 0, holders: 0, isUnderPressure: false });
    }
    expect([crowd.client.counters.memoryPressures > 0, crowd.server.counters.memoryPressures]).toEqual([
      true,
      1,
    ]);
  });
});

describe('a host whose memory others have taken', () => {
  it('lets an idle connection exchange small messages in both directions', () => {
    const crowd = new Crowd(200, { ...LIMITS, memoryLow: 1e6, memoryPressure: 1.5e6, memoryHigh: 2e6 });
    const [idle, ...others] = crowd.streams;
    if (idle === undefined) throw new Error('nobody is idle');
    for (const stream of others) stream.write(60_000);
    crowd.clock.advanceBy(10_000);
    expect([crowd.client.memory.isUnderPressure, crowd.server.memory.isUnderPressure]).toEqual([true, true]);
    idle.startReading();
    const { connection: there } = idle.sink;
    const { connection: here } = idle.source;
    for (let i = 1; i <= 20; i++) {
      idle.write(100);
      expect(there.send(new Uint8Array(100))).toBe(100);
      crowd.server.wake(idle.sink);
      crowd.clock.advanceBy(300);
      expect([idle.read, here.read(1000, crowd.clock.now()).length]).toEqual([100 * i, 100]);
    }
  });

  it('does not let buffers and windows grow before less than the lower bound is in use', () => {
    const crowd = new Crowd(11, { memoryLow: 600_000, memoryPressure: 800_000, memoryHigh: 5e8 });
    const [fast, ...idle] = crowd.streams;
    if (fast === undefined) throw new Error('nobody is fast');
    for (const stream of idle) stream.write(60_000);
    crowd.clock.advanceBy(1000);
    fast.startReading();
    fast.write(3_000_000);
    crowd.clock.advanceBy(6000);
    const { window } = fast.sink.connection.receiver;
    expect([fast.read, window.buffer, window.soft < 10_000]).toEqual([3_000_000, 131_072, true]);
    for (const stream of idle) stream.startReading();
    fast.write(12_000_000);
    crowd.clock.advanceBy(6000);
    expect([fast.read, window.buffer > 131_072, window.soft > 10_000]).toEqual([15_000_000, true, true]);
  });
});

describe('a send buffer', () => {
  it.each([
    ['grows', {}, 400_000],
    ['does not grow once the lower bound is in use', { memoryLow: 0 }, 262_144],
  ])('%s', (_, changes, most) => {
    const [stream] = new Crowd(1, changes).streams;
    if (stream === undefined) throw new Error('there is one');
    const { sender } = stream.source.connection;
    sender.congestion.begin(200);
    stream.source.connection.changeSettings({ sendBuffer: 0 });
    expect(Math.min(sender.bufferLimit, 400_000)).toBe(most);
  });
});

/** One host with connections whose peers are the test, each with an MSS of 1460. */
class Short extends Bench {
  /** The peer sends 1000 octets from `seq` on. */
  text(hosted: HostedConnection, seq: number, octets = 1000): void {
    const ack = hosted.connection.sender.sndNxt;
    this.reply(hosted, { flags: Flag.ACK, seq, ack, payload: new Uint8Array(octets) });
  }

  /** The last that was sent: its acknowledgment and its window. */
  get answer(): readonly [number | undefined, number | undefined] {
    const segment = this.device.sent.at(-1)?.segment;
    return [segment?.ack, segment?.window];
  }
}

describe('text that arrives where there is no memory for it', () => {
  it('is thrown away, counted, and told with a window of zero until the program has read', () => {
    const short = new Short({ memoryHigh: 3 * SEGMENT });
    const hosted = short.connected();
    for (const seq of [1, 1001, 2001]) short.text(hosted, seq);
    expect(short.answer[1]).toBeGreaterThan(0);
    short.text(hosted, 3001);
    expect([short.answer, short.host.counters.dropped]).toEqual([[3001, 0], { 'receive-memory': 1 }]);
    short.text(hosted, 3001);
    expect([short.answer, hosted.connection.readable]).toEqual([[3001, 0], 3000]);
    const sent = short.device.sent.length;
    hosted.connection.read(10, short.clock.now());
    short.host.wake(hosted);
    short.clock.runTasks();
    expect(short.device.sent.length).toBe(sent);
    hosted.connection.read(10_000, short.clock.now());
    short.host.wake(hosted);
    short.clock.runTasks();
    expect([short.answer[0], (short.answer[1] ?? 0) > 0]).toEqual([3001, true]);
    short.text(hosted, 3001);
    expect(hosted.connection.readable).toBe(1000);
  });

  it('is taken in as far as the least of a buffer when nothing is unread', () => {
    const short = new Short({ memoryHigh: 0 });
    const hosted = short.connected();
    short.text(hosted, 1, 30_000);
    expect([hosted.connection.readable, short.answer, short.host.memory.used]).toEqual([
      1610,
      [1611, 0],
      SEGMENT,
    ]);
  });

  it('takes the place of what waits behind a hole, which comes again', () => {
    const short = new Short({ memoryHigh: 3 * SEGMENT });
    const hosted = short.connected();
    for (const seq of [2001, 4001, 6001]) short.text(hosted, seq);
    expect(hosted.connection.receiver.outOfOrder).toBe(3000);
    short.text(hosted, 1);
    short.text(hosted, 1001);
    expect([hosted.connection.readable, hosted.connection.receiver.outOfOrder]).toEqual([3000, 0]);
    expect([short.host.counters.outOfOrderPruned, short.host.counters.dropped]).toEqual([2, {}]);
  });

  it('behind a hole takes the place of what is farther behind, and never that of what is nearer', () => {
    const short = new Short({ memoryHigh: 2 * SEGMENT });
    const hosted = short.connected();
    for (const seq of [2001, 6001]) short.text(hosted, seq);
    short.text(hosted, 4001);
    expect([hosted.connection.receiver.outOfOrder, short.host.counters.outOfOrderPruned]).toEqual([2000, 1]);
    short.text(hosted, 6001);
    expect(short.host.counters.dropped).toEqual({ 'out-of-order-memory': 1 });
    for (const seq of [1, 1001, 3001]) {
      short.text(hosted, seq);
      hosted.connection.read(10_000, short.clock.now());
    }
    expect(hosted.connection.receiver.textReceived).toBe(4000);
  });

  it('is no longer reported by SACK once it was thrown away (RFC 2018, section 8)', () => {
    const short = new Short({ memoryHigh: SEGMENT });
    const hosted = short.connect();
    const ack = hosted.connection.sender.sndNxt;
    const synAck = { flags: Flag.SYN | Flag.ACK, seq: 0, ack, maximumSegmentSize: 1460, sackPermitted: true };
    short.reply(hosted, synAck);
    short.text(hosted, 2001);
    expect(short.device.sent.at(-1)?.segment.sackBlocks).toEqual([2001, 3001]);
    short.text(hosted, 1);
    expect(short.device.sent.at(-1)?.segment.sackBlocks).toBeNull();
  });
});

describe('a write where there is no memory for it', () => {
  /** A host that has taken all of its memory for one connection, and another connection. */
  function taken(): { short: Short; greedy: HostedConnection; writer: HostedConnection } {
    const short = new Short({ memoryHigh: 20_000, memoryPressure: 15_000, memoryLow: 10_000 });
    const greedy = short.connected();
    const writer = short.connected();
    expect(greedy.connection.send(new Uint8Array(100_000))).toBeLessThan(20_000);
    short.host.wake(greedy);
    short.clock.runTasks();
    return { short, greedy, writer };
  }

  it('is cut short to the least of a buffer, counted, and goes on with each acknowledgment', () => {
    const { short, writer } = taken();
    const { connection } = writer;
    const first = connection.send(new Uint8Array(100_000));
    expect([first, connection.sender.memory <= LEAST, connection.send(new Uint8Array(1))]).toEqual([
      3456,
      true,
      0,
    ]);
    expect([connection.isWritable, short.host.counters.sendsCutShort]).toEqual([false, 3]);
    short.host.wake(writer);
    short.clock.runTasks();
    short.reply(writer, { flags: Flag.ACK, seq: 1, ack: connection.sender.sndNxt });
    expect([connection.isWritable, connection.send(new Uint8Array(100_000))]).toEqual([true, 3456]);
  });

  it('is not called for again before much of what was taken is acknowledged', () => {
    const short = new Short({ memoryHigh: 20_000, memoryPressure: 15_000, memoryLow: 1000 });
    const writer = short.connected();
    const { connection } = writer;
    connection.send(new Uint8Array(100_000));
    short.host.wake(writer);
    short.clock.runTasks();
    const { sndUna } = connection.sender;
    const seen = [1, 8, 10].map((segments) => {
      short.reply(writer, { flags: Flag.ACK, seq: 1, ack: seqAdd(sndUna, segments * 1460) });
      return connection.isWritable;
    });
    expect(seen).toEqual([false, false, true]);
  });

  it('takes no more under pressure than the share of all that hold any', () => {
    const short = new Short({ memoryHigh: 40_000, memoryPressure: 10_000, memoryLow: 5000 });
    const first = short.connected();
    const second = short.connected();
    first.connection.send(new Uint8Array(100_000));
    short.host.wake(first);
    short.clock.runTasks();
    const { sndUna } = first.connection.sender;
    for (const segments of [10, 14]) {
      short.reply(first, { flags: Flag.ACK, seq: 1, ack: seqAdd(sndUna, segments * 1460) });
    }
    expect(short.host.memory.used).toBeLessThan(20_000);
    second.connection.send(new Uint8Array(100_000));
    expect(second.connection.sender.memory).toBeGreaterThan(18_000);
    expect(second.connection.sender.memory).toBeLessThanOrEqual(20_000);
  });

  it('does not exceed the limit by a part of a segment', () => {
    const short = new Short({ memoryHigh: 262_144 });
    short.connected().connection.send(new Uint8Array(1_000_000));
    expect(short.host.memory.used).toBeLessThanOrEqual(262_144);
  });

  it('never takes more than there is, and there is more when others give theirs back', () => {
    const { short, greedy, writer } = taken();
    expect(short.host.memory.used).toBeLessThanOrEqual(20_000);
    greedy.connection.abort('abort', short.clock.now());
    expect([short.host.memory.used, short.host.memory.isUnderPressure]).toEqual([0, false]);
    expect(writer.connection.send(new Uint8Array(10_000))).toBe(10_000);
  });
});

describe('an orphan, when more memory is in use than may be', () => {
  /** Three connections that have filled the memory of a host, the last two with their least. */
  function full(): { short: Short; all: HostedConnection[] } {
    const short = new Short({ memoryHigh: 30_000, memoryPressure: 20_000, memoryLow: 10_000 });
    const all = [short.connected(), short.connected(), short.connected()];
    for (const hosted of all) hosted.connection.send(new Uint8Array(100_000));
    return { short, all };
  }

  function close(short: Short, hosted: HostedConnection): void {
    hosted.connection.close(false, short.clock.now());
    hosted.connection.disown(short.clock.now());
    short.host.wake(hosted);
    short.clock.runTasks();
  }

  it('is reset, counted, and says so in its close report; one that holds next to nothing is not', () => {
    const { short, all } = full();
    const [large, small] = all;
    if (large === undefined || small === undefined) throw new Error('there are three');
    expect(short.host.memory.isExceeded).toBe(true);
    close(short, small);
    expect(small.connection.state).toBe('FIN-WAIT-1');
    close(short, large);
    expect(closeReport(large.connection)).toMatchObject({ state: 'CLOSED', reason: 'out of memory' });
    expect([short.host.counters.orphansReset, short.host.memory.isExceeded]).toEqual([1, false]);
  });

  it('is reset by its retransmission timer as well', () => {
    const { short, all } = full();
    const [large, second, third] = all;
    if (large === undefined || second === undefined || third === undefined)
      throw new Error('there are three');
    second.connection.abort('abort', short.clock.now());
    third.connection.abort('abort', short.clock.now());
    close(short, large);
    expect(large.connection.state).toBe('FIN-WAIT-1');
    const others = [short.connected(), short.connected()];
    for (const hosted of others) hosted.connection.send(new Uint8Array(100_000));
    short.clock.advanceBy(2000);
    expect(large.connection.history.at(-1)?.why).toBe('out of memory');
  });
});

describe('the account of a host', () => {
  it('is empty when its connections have ended, whatever they held', () => {
    const short = new Short();
    const ends = [
      (hosted: HostedConnection): void => {
        hosted.connection.abort('abort', short.clock.now());
        hosted.connection.disown(short.clock.now());
      },
      (hosted: HostedConnection): void => {
        short.reply(hosted, { flags: Flag.RST, seq: hosted.connection.receiver.rcvNxt });
        hosted.connection.disown(short.clock.now());
      },
      (hosted: HostedConnection): void => {
        hosted.connection.close(false, short.clock.now());
        hosted.connection.disown(short.clock.now());
        short.host.wake(hosted);
        short.clock.advanceBy(3_600_000);
      },
    ];
    for (const end of ends) {
      const hosted = short.connected();
      short.text(hosted, 1);
      short.text(hosted, 3001);
      hosted.connection.send(new Uint8Array(5000));
      expect(short.host.memory.holders).toBe(2);
      end(hosted);
      expect([short.host.memory.used, short.host.memory.holders]).toEqual([0, 0]);
    }
  });
});
