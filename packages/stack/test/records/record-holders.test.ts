import { Flag } from '@halfclose/codec';
import { collectGarbage } from '@halfclose/test-support';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { closeReport, type Connection, type HostedConnection } from '../../src/index.ts';
import { RecordHolders } from '../../src/records/record-holders.ts';
import { Bench } from '../bench.ts';

/** An orphan in FIN-WAIT-2, of which its host has only a record. */
function orphan(bench: Bench): HostedConnection {
  const hosted = bench.connected();
  hosted.connection.close(false, bench.clock.now());
  hosted.connection.disown(bench.clock.now());
  bench.host.wake(hosted);
  bench.clock.runTasks();
  bench.reply(hosted, { flags: Flag.ACK, seq: 1, ack: hosted.connection.sender.sndNxt });
  bench.sent();
  return hosted;
}

describe('who is to learn what becomes of records', () => {
  it('is forgotten as others come if nobody holds its connection; who waits, or holds it, is not', async () => {
    const bench = new Bench();
    const holders = new RecordHolders();
    for (let i = 0; i < 1000; i++) holders.add(i, orphan(bench));
    for (let i = 1000; i < 1100; i++) {
      const watched = orphan(bench);
      watched.owner = { onConnectionEvents: () => undefined };
      holders.add(i, watched);
    }
    const mine = Array.from({ length: 100 }, () => orphan(bench));
    mine.forEach((hosted, i) => {
      holders.add(1100 + i, hosted);
    });
    expect(holders.size).toBe(1200);
    await collectGarbage();
    for (let i = 0; i < 3000; i++) {
      holders.add(2000 + i, orphan(bench));
      holders.take(2000 + i);
    }
    expect(holders.size).toBe(200);
    const [one] = mine;
    expect(one !== undefined && holders.isOf(1100, one)).toBe(true);
    expect([holders.take(1100) === one?.connection.afterlife, holders.take(500)]).toEqual([true, null]);
  });
});

it.each([
  ['state', ({ state }) => state, 'TIME-WAIT'],
  ['history', ({ history }) => history.at(-1)?.to, 'TIME-WAIT'],
  ['marks', ({ marks }) => marks.at(-1)?.direction, 'received'],
  ['close report', (connection) => closeReport(connection).orderly, true],
] satisfies [string, (connection: Connection) => unknown, unknown][])(
  'the %s of a connection shows what became of its record, whatever else was looked at before',
  (_, look, expected) => {
    const bench = new Bench();
    const hosted = orphan(bench);
    bench.reply(hosted, { flags: Flag.FIN | Flag.ACK, seq: 1, ack: hosted.connection.sender.sndNxt });
    expect(look(hosted.connection)).toBe(expected);
  },
);

describe('connections that end in one run of virtual time', () => {
  it('are collected while it lasts, if nobody holds them', () => {
    setFlagsFromString('--expose-gc');
    const collect = (): number => {
      runInNewContext('gc()');
      return process.memoryUsage().heapUsed;
    };
    const bench = new Bench();
    for (let i = 0; i < 100; i++) orphan(bench);
    const before = collect();
    for (let i = 0; i < 2000; i++) orphan(bench);
    expect((collect() - before) / 2000).toBeLessThan(800);
    expect([...bench.host.records()].length).toBe(2100);
  });
});
