import { Flag } from '@halfclose/codec';
import { type ConnectionState, TRANSITIONS } from '@halfclose/tcp';
import { patience } from '@halfclose/test-support';
import { describe, expect, it } from 'vitest';
import { bsd, type HostedConnection, type Profile, rfc9293, type StackEvent } from '../../src/index.ts';
import { Bench, OWN, OWN6, PEER, PEER6, type SegmentWish, SETTINGS } from '../bench.ts';

const { ACK, FIN, PSH, RST, SYN } = Flag;

/** A connection that we closed and of which the peer has acknowledged the FIN. Its RCV.NXT is 1. */
function orphan(bench: Bench, remoteAddress = PEER, linger2 = 0): HostedConnection {
  const hosted = bench.connected(remoteAddress);
  hosted.connection.changeSettings({ linger2 });
  hosted.connection.close(false, bench.clock.now());
  hosted.connection.disown(bench.clock.now());
  bench.host.wake(hosted);
  bench.clock.runTasks();
  bench.reply(hosted, { flags: ACK, seq: 1, ack: hosted.connection.sender.sndNxt });
  bench.sent();
  return hosted;
}

/** The program lets go of a connection. */
function letGo(bench: Bench, hosted: HostedConnection): void {
  hosted.connection.close(false, bench.clock.now());
  hosted.connection.disown(bench.clock.now());
  bench.host.wake(hosted);
  bench.clock.runTasks();
}

const records = (bench: Bench): string[] => [...bench.host.records()].map(({ state }) => state);

/** What a segment to such an orphan brings about: what is sent, and the records left. */
function after(fields: SegmentWish, changes: Partial<Profile> = {}): [sent: string[], records: string[]] {
  const bench = new Bench(changes);
  const hosted = orphan(bench);
  bench.reply(hosted, { ack: hosted.connection.sender.sndNxt, ...fields });
  const own = String(hosted.localPort);
  return [bench.sent().map((line) => line.replace(own, 'own')), records(bench)];
}

describe('an orphan in FIN-WAIT-2', () => {
  it('is a record, and the connection is let go of', () => {
    const bench = new Bench();
    const { localPort } = orphan(bench);
    expect([[...bench.host.hosted()], records(bench), bench.host.timeWaitCount]).toEqual([
      [],
      ['FIN-WAIT-2'],
      0,
    ]);
    expect([bench.host.ports.isFree(localPort), bench.clock.pendingTimers]).toEqual([false, 1]);
  });

  it('is a record as well while somebody wants to be told of its end, who is', () => {
    const bench = new Bench();
    const hosted = bench.connected();
    const seen: string[] = [];
    hosted.owner = { onConnectionEvents: () => seen.push(hosted.connection.state) };
    letGo(bench, hosted);
    bench.reply(hosted, { flags: ACK, seq: 1, ack: hosted.connection.sender.sndNxt });
    expect([records(bench), [...bench.host.hosted()]]).toEqual([['FIN-WAIT-2'], []]);
    bench.clock.advanceBy(60_000);
    expect([seen, hosted.connection.history.at(-1)?.why, bench.clock.pendingTimers]).toEqual([
      ['FIN-WAIT-2', 'CLOSED'],
      'FIN-WAIT-2 limit',
      0,
    ]);
  });

  it('is a record at once when an acknowledgment is due, which goes out without further delay', () => {
    const bench = new Bench();
    const hosted = bench.connected();
    const { connection } = hosted;
    connection.shutdownSend(bench.clock.now());
    bench.host.wake(hosted);
    bench.clock.runTasks();
    const { acks } = connection.receiver;
    let seq = 1;
    // Acknowledged at once as long as the peer is taken to be in slow start.
    for (; acks.deadline < 0 && seq < 100_000; seq += 1460) {
      bench.reply(hosted, { flags: ACK, seq, ack: connection.sender.sndNxt, payload: new Uint8Array(1460) });
      connection.read(1460, bench.clock.now());
    }
    bench.sent();
    expect([connection.state, acks.owed, acks.deadline > bench.clock.now()]).toEqual(['FIN-WAIT-2', 0, true]);
    letGo(bench, hosted);
    const [sent] = bench.device.sent;
    expect([bench.device.sent.length, sent?.segment.ack, records(bench)]).toEqual([1, seq, ['FIN-WAIT-2']]);
  });

  it('c11: is forgotten after 60 s, and its port is free', () => {
    const bench = new Bench();
    const { localPort } = orphan(bench);
    bench.clock.advanceBy(59_999);
    const before = records(bench);
    bench.clock.advanceBy(1);
    expect([before, records(bench)]).toEqual([['FIN-WAIT-2'], []]);
    expect([bench.host.ports.isFree(localPort), bench.clock.pendingTimers, bench.sent()]).toEqual([
      true,
      0,
      [],
    ]);
  });

  it('c03: has its time from close(), not from the acknowledgment of its FIN', () => {
    const bench = new Bench();
    const hosted = bench.connected();
    hosted.connection.shutdownSend(bench.clock.now());
    bench.host.wake(hosted);
    bench.clock.runTasks();
    bench.reply(hosted, { flags: ACK, seq: 1, ack: hosted.connection.sender.sndNxt });
    bench.clock.advanceBy(100_000);
    hosted.connection.close(false, bench.clock.now());
    hosted.connection.disown(bench.clock.now());
    bench.host.wake(hosted);
    bench.clock.advanceBy(59_999);
    const before = records(bench);
    bench.clock.advanceBy(1);
    expect([before, records(bench)]).toEqual([['FIN-WAIT-2'], []]);
  });

  it('c04: goes in the order of the limits, whatever order they came in', () => {
    const bench = new Bench();
    const ports = [30_000, 5000, 10_000, 5000].map((linger2) => orphan(bench, PEER, linger2).localPort);
    const left = (): number[] =>
      [...bench.host.records()].map(({ localPort }) => ports.indexOf(localPort)).sort();
    const seen = [5000, 5000, 20_000].map((milliseconds) => {
      bench.clock.advanceBy(milliseconds);
      return left();
    });
    expect([seen, bench.clock.pendingTimers]).toEqual([[[0, 2], [0], []], 0]);
  });

  it('goes at its own time when one that began later was a record before it', () => {
    const bench = new Bench({ finWait2LimitsWithoutReader: true });
    const former = bench.connected();
    const { connection } = former;
    connection.shutdownSend(bench.clock.now());
    connection.shutdownReceive(bench.clock.now());
    bench.host.wake(former);
    bench.clock.runTasks();
    bench.reply(former, { flags: ACK, seq: 1, ack: connection.sender.sndNxt });
    bench.clock.advanceBy(1);
    const later = orphan(bench);
    letGo(bench, former);
    expect(records(bench).length).toBe(2);
    bench.clock.advanceTo(60_000);
    expect([...bench.host.records()].map(({ localPort }) => localPort)).toEqual([later.localPort]);
    bench.clock.advanceTo(60_001);
    expect([records(bench), bench.clock.pendingTimers]).toEqual([[], 0]);
  });

  it('c08: counts what a limit has beyond the length of TIME-WAIT twice', () => {
    const bench = new Bench({ finWait2: 63_000 });
    orphan(bench);
    bench.clock.advanceBy(5999);
    const before = records(bench);
    bench.clock.advanceBy(1);
    expect([before, records(bench)]).toEqual([['FIN-WAIT-2'], []]);
  });

  it('stays for ever where the profile has no limit, without a timer', () => {
    const bench = new Bench(rfc9293);
    const hosted = orphan(bench);
    bench.clock.advanceBy(1e10);
    expect([records(bench), bench.clock.pendingTimers, bench.host.connections()[0]?.timers]).toEqual([
      ['FIN-WAIT-2'],
      0,
      [],
    ]);
    bench.reply(hosted, { flags: FIN | ACK, seq: 1, ack: hosted.connection.sender.sndNxt });
    expect(records(bench)).toEqual(['TIME-WAIT']);
    bench.clock.advanceBy(240_000);
    expect([records(bench), bench.clock.pendingTimers]).toEqual([[], 0]);
  });

  it.each<[string, Partial<Profile>, boolean]>([
    ['the profile has no limit', rfc9293, true],
    ['the limit is put off for longer', { finWait2Recheck: 75_000, keepAliveIdle: 100_000 }, true],
    ['the limit looks sooner', { finWait2Recheck: 75_000 }, false],
    ['the limit is final', { keepAliveIdle: 10_000 }, false],
  ])(
    'stays a connection with keep-alives only where they may end it, so where %s: %#',
    (_when, changes, stays) => {
      const bench = new Bench(changes);
      const hosted = bench.connected();
      hosted.connection.changeSettings({ keepAlive: true });
      hosted.connection.updateKeepAlive(bench.clock.now());
      letGo(bench, hosted);
      bench.reply(hosted, { flags: ACK, seq: 1, ack: hosted.connection.sender.sndNxt });
      expect([records(bench).length, [...bench.host.hosted()].length]).toEqual(stays ? [0, 1] : [1, 0]);
    },
  );

  it('h25: goes to TIME-WAIT with the FIN, for 60 s from then on', () => {
    const bench = new Bench();
    const hosted = orphan(bench);
    bench.clock.advanceBy(50_000);
    bench.reply(hosted, { flags: FIN | ACK, seq: 1, ack: hosted.connection.sender.sndNxt });
    const [reply] = bench.device.sent;
    expect([reply?.segment.flags, reply?.segment.seq, reply?.segment.ack]).toEqual([
      ACK,
      hosted.connection.sender.sndNxt,
      2,
    ]);
    bench.clock.advanceBy(59_999);
    expect([records(bench), bench.host.timeWaitCount, bench.host.counters.timeWaitsEntered]).toEqual([
      ['TIME-WAIT'],
      1,
      1,
    ]);
    bench.clock.advanceBy(1);
    expect([records(bench), bench.host.ports.isFree(hosted.localPort), bench.clock.pendingTimers]).toEqual([
      [],
      true,
      0,
    ]);
  });

  it('echoes the timestamp of the FIN from then on', () => {
    const bench = new Bench();
    const hosted = bench.connect();
    const { connection } = hosted;
    const at = (timestampValue: number): SegmentWish => ({
      ack: connection.sender.sndNxt,
      hasTimestamps: true,
      timestampValue,
      timestampEcho: 0,
    });
    bench.reply(hosted, { flags: SYN | ACK, seq: 0, ...at(500) });
    connection.close(false, bench.clock.now());
    connection.disown(bench.clock.now());
    bench.host.wake(hosted);
    bench.clock.runTasks();
    bench.reply(hosted, { flags: ACK, seq: 1, ...at(510) });
    bench.device.sent.length = 0;
    bench.reply(hosted, { flags: FIN | ACK, seq: 1, ...at(700) });
    bench.reply(hosted, { flags: FIN | ACK, seq: 1, ...at(701) });
    expect([records(bench), bench.device.sent.map(({ segment }) => segment.timestampEcho)]).toEqual([
      ['TIME-WAIT'],
      [700, 700],
    ]);
  });

  it.each<[string, SegmentWish, string[], string[]]>([
    [
      'b03: resets what brings new text',
      { flags: PSH | ACK, seq: 1, payload: new Uint8Array(5) },
      ['R own>80'],
      [],
    ],
    [
      'b04: resets what brings text and a FIN',
      { flags: FIN | ACK, seq: 1, payload: new Uint8Array(5) },
      ['R own>80'],
      [],
    ],
    ['b08: resets text behind a hole', { flags: ACK, seq: 9, payload: new Uint8Array(5) }, ['R own>80'], []],
    ['b09: resets a FIN behind a hole', { flags: FIN | ACK, seq: 9 }, ['R own>80'], []],
    ['b06: acknowledges a FIN of old', { flags: FIN | ACK, seq: -5 }, ['. own>80'], ['FIN-WAIT-2']],
    [
      'b10: acknowledges text beyond the window',
      { flags: ACK, seq: 900_000, payload: new Uint8Array(5) },
      ['. own>80'],
      ['FIN-WAIT-2'],
    ],
    ['b13: is silent to an ACK', { flags: ACK, seq: 1 }, [], ['FIN-WAIT-2']],
    ['c14: is gone with a RST at RCV.NXT', { flags: RST, seq: 1 }, [], []],
    ['k13: is gone with a RST elsewhere in the window', { flags: RST, seq: 100 }, [], []],
    ['k13: ignores a RST out of the window', { flags: RST, seq: 900_000 }, [], ['FIN-WAIT-2']],
    ['resets a SYN in the window', { flags: SYN, seq: 1, ack: 0 }, ['R. own>80'], []],
    ['acknowledges an older SYN', { flags: SYN, seq: -9, ack: 0 }, ['. own>80'], ['FIN-WAIT-2']],
  ])('%s', (_what, fields, sent, left) => {
    expect(after(fields)).toEqual([sent, left]);
  });

  it('acknowledges what is empty and out of the window once in 500 ms', () => {
    const bench = new Bench();
    const hosted = orphan(bench);
    const probe = { flags: ACK, seq: 0, ack: hosted.connection.sender.sndNxt };
    const seen = [0, 499, 500].map((milliseconds) => {
      bench.clock.advanceBy(milliseconds);
      bench.reply(hosted, probe);
      return bench.sent().length;
    });
    expect(seen).toEqual([1, 0, 1]);
  });

  it.each([
    ['at an odd time', 1031],
    // Records keep the time in few bits, which start anew about here.
    ['8 minutes after the host began', 2 ** 19 - 1001],
  ])('never sooner, %s', (_when, start) => {
    const bench = new Bench();
    bench.clock.advanceBy(start);
    const hosted = orphan(bench);
    const probe = { flags: ACK, seq: 0, ack: hosted.connection.sender.sndNxt };
    const answeredAt: number[] = [];
    for (let time = 0; time < 2500; time++) {
      bench.reply(hosted, probe);
      if (bench.sent().length > 0) answeredAt.push(time);
      bench.clock.advanceBy(1);
    }
    const gaps = answeredAt.slice(1).map((time, i) => time - (answeredAt[i] ?? 0));
    expect([answeredAt[0], gaps.length, gaps.filter((gap) => gap < 500 || gap > 532)]).toEqual([0, 4, []]);
  });

  it('counts what it ignores', () => {
    const bench = new Bench();
    const hosted = orphan(bench);
    bench.reply(hosted, { flags: ACK, seq: 1, ack: hosted.connection.sender.sndNxt });
    bench.reply(hosted, { flags: RST, seq: 900_000 });
    bench.icmp(hosted, 3, 1, hosted.connection.sender.iss);
    expect([records(bench), bench.host.counters.dropped]).toEqual([
      ['FIN-WAIT-2'],
      { 'fin-wait-2-ignored': 2, 'icmp-record': 1 },
    ]);
  });

  it('n20: vanishes when the table is full', () => {
    const bench = new Bench({ maxTimeWaits: 0 });
    const hosted = orphan(bench);
    expect([[...bench.host.hosted()], records(bench), bench.host.counters.timeWaitsSkipped]).toEqual([
      [],
      [],
      1,
    ]);
    expect([hosted.connection.state, bench.host.ports.isFree(hosted.localPort)]).toEqual(['CLOSED', true]);
    bench.reply(hosted, { flags: FIN | ACK, seq: 1, ack: hosted.connection.sender.sndNxt });
    expect(bench.sent()).toEqual([`R ${hosted.localPort}>80`]);
  });

  it('n20: vanishes so, too, where somebody watches, who is told', () => {
    const bench = new Bench({ maxTimeWaits: 0 });
    const hosted = bench.connected();
    const seen: string[] = [];
    hosted.owner = { onConnectionEvents: () => seen.push(hosted.connection.state) };
    hosted.connection.close(false, bench.clock.now());
    hosted.connection.disown(bench.clock.now());
    bench.host.wake(hosted);
    bench.clock.runTasks();
    bench.reply(hosted, { flags: ACK, seq: 1, ack: hosted.connection.sender.sndNxt });
    expect([seen, bench.clock.pendingTimers]).toEqual([['FIN-WAIT-2', 'CLOSED'], 0]);
  });

  it('does not make way for a connection with the same four numbers', () => {
    const bench = new Bench({ timeWaitReuse: 1, timeWaitReuseDelay: 0 });
    const { localPort } = orphan(bench);
    const binding = bench.binding(localPort);
    const request = { remoteAddress: PEER, remotePort: 80, binding, localAddress: OWN, settings: SETTINGS };
    expect(bench.host.connect(request)).toBe('EADDRNOTAVAIL');
  });

  it('works for IPv6 as well', () => {
    const bench = new Bench();
    const hosted = orphan(bench, PEER6);
    expect([records(bench), bench.host.connections()[0]?.local.address]).toEqual([
      ['FIN-WAIT-2'],
      OWN6.toString(),
    ]);
    bench.reply(hosted, { flags: FIN | ACK, seq: 1, ack: hosted.connection.sender.sndNxt });
    expect([records(bench), bench.sent()]).toEqual([['TIME-WAIT'], [`. ${hosted.localPort}>80`]]);
  });

  it.each([
    ['a FIN', { flags: FIN | ACK }],
    ['text', { flags: ACK, payload: new Uint8Array(1) }],
    ['a RST', { flags: RST }],
    ['a SYN', { flags: SYN }],
    ['nothing until the limit', null],
  ])('never tells an observer of a state that came before: %s', (_name, fields) => {
    const bench = new Bench();
    const states: ConnectionState[] = ['CLOSED'];
    bench.host.observe((event) => {
      if (event.type === 'state') states.push(event.to);
      if (event.type === 'segment' && event.state !== null) states.push(event.state);
    });
    const hosted = orphan(bench);
    const ack = hosted.connection.sender.sndNxt;
    if (fields !== null) bench.reply(hosted, { seq: 1, ack, ...fields });
    if (fields?.flags === (FIN | ACK)) bench.reply(hosted, { seq: 1, ack, ...fields });
    bench.clock.advanceBy(120_000);
    const changes = states.flatMap((to, i): [ConnectionState, ConnectionState][] => {
      const from = states[i - 1] ?? to;
      return from === to ? [] : [[from, to]];
    });
    expect(changes.filter(([from, to]) => !TRANSITIONS[from].includes(to))).toEqual([]);
    expect(changes.at(-1)?.[1]).toBe('CLOSED');
  });

  it('tells an observer of each state, as a connection would', () => {
    const bench = new Bench();
    const events: StackEvent[] = [];
    bench.host.observe((event) => events.push(event));
    const hosted = orphan(bench);
    bench.reply(hosted, { flags: FIN | ACK, seq: 1, ack: hosted.connection.sender.sndNxt });
    bench.clock.advanceBy(60_000);
    const other = orphan(bench);
    bench.reply(other, {
      flags: ACK,
      seq: 1,
      payload: new Uint8Array(1),
      ack: other.connection.sender.sndNxt,
    });
    const states = events.flatMap((event) => (event.type === 'state' ? [`${event.to}: ${event.why}`] : []));
    expect(states.slice(3, 6)).toEqual([
      'FIN-WAIT-2: FIN acknowledged',
      'TIME-WAIT: FIN arrived',
      'CLOSED: TIME-WAIT over',
    ]);
    expect(states.slice(-2)).toEqual(['FIN-WAIT-2: FIN acknowledged', 'CLOSED: data after close']);
  });
});

describe('the limit of 4.4BSD', () => {
  const FIN_ACKED = 1000;

  /** What the peer sends, and when (ms from the acknowledgment of our FIN on); then when we probed, and when it was over. */
  function life(changes: Partial<Profile>, heard: readonly number[], keepsRecord: boolean): number[] {
    const bench = new Bench(changes);
    const hosted = bench.connected();
    // What keeps the connection from becoming a record, and never strikes.
    hosted.connection.changeSettings({ keepAlive: !keepsRecord, keepAliveIdle: 1 });
    bench.clock.advanceTo(FIN_ACKED);
    letGo(bench, hosted);
    if (!keepsRecord) hosted.connection.keepAliveDeadline = 1e12;
    bench.reply(hosted, { flags: ACK, seq: 1, ack: hosted.connection.sender.sndNxt });
    expect(records(bench).length).toBe(keepsRecord ? 1 : 0);
    bench.device.sent.length = 0;
    const times: number[] = [];
    const next = [...heard];
    const isOver = (): boolean => records(bench).length + [...bench.host.hosted()].length === 0;
    for (const turn = patience('it is not over'); !isOver(); turn()) {
      bench.clock.advanceBy(1000);
      const now = bench.clock.now() - FIN_ACKED;
      for (const { segment } of bench.device.sent.splice(0)) {
        times.push(now);
        expect([segment.flags, segment.seq, segment.ack]).toEqual([
          ACK,
          hosted.connection.sender.sndNxt - 1,
          1,
        ]);
      }
      if (next[0] === now) {
        next.shift();
        bench.reply(hosted, { flags: ACK, seq: 1, ack: hosted.connection.sender.sndNxt });
      }
    }
    expect(bench.clock.pendingTimers).toBe(0);
    return [...times, bench.clock.now() - FIN_ACKED];
  }

  it('looks after 10 minutes, and each 75 s from then on, until the peer was silent for more than 10 minutes', () => {
    expect(life(bsd, [], true)).toEqual([600_000, 675_000]);
    expect(life(bsd, [600_000], true)).toEqual([
      ...Array.from({ length: 9 }, (_, i) => 600_000 + i * 75_000),
      1_275_000,
    ]);
  });

  it.each<[string, Partial<Profile>, number[]]>([
    ['nothing', {}, []],
    ['something before the limit', {}, [1000, 100_000, 599_000]],
    ['something right after a look', {}, [601_000, 676_000, 751_000]],
    ['something with the looks', {}, [600_000, 675_000, 750_000, 1_350_000]],
    ['something now and then', {}, [74_000, 76_000, 300_000, 640_000, 1_100_000, 1_700_000]],
    ['more looks than a record has bits for', { finWait2Recheck: 10_000 }, [550_000, 905_000]],
    ['a time to wait shorter than that between looks', { finWait2: 30_000 }, [29_000, 100_000]],
  ])('is for a record what it is for a connection: the peer sends %s', (_what, changes, heard) => {
    const like = { ...bsd, ...changes };
    expect(life(like, heard, true)).toEqual(life(like, heard, false));
  });

  it('lets only what is acceptable count as heard', () => {
    const bench = new Bench(bsd);
    const hosted = orphan(bench);
    for (let i = 0; i < 11; i++) {
      bench.clock.advanceBy(60_000);
      bench.reply(hosted, { flags: ACK, seq: 900_000, ack: hosted.connection.sender.sndNxt });
    }
    const before = records(bench);
    bench.clock.advanceTo(675_000);
    expect([before, records(bench)]).toEqual([['FIN-WAIT-2'], []]);
  });
});
