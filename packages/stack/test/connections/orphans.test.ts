import { Flag, IcmpType, IcmpUnreachable } from '@halfclose/codec';
import { describe, expect, it } from 'vitest';
import { closeReport, formatCloseReport, type HostedConnection } from '../../src/index.ts';
import { Bench } from '../bench.ts';

/** The program closes, and lets go. */
function close(bench: Bench, hosted: HostedConnection): void {
  hosted.connection.close(false, bench.clock.now());
  hosted.connection.disown(bench.clock.now());
  bench.host.wake(hosted);
  bench.clock.runTasks();
}

describe('a connection that becomes an orphan', () => {
  it('is reset behind its FIN when there are more than net.ipv4.tcp_max_orphans', () => {
    const bench = new Bench({ maxOrphans: 2 });
    const all = [bench.connected(), bench.connected(), bench.connected()];
    for (const hosted of all) close(bench, hosted);
    const ports = all.map(({ localPort }) => localPort);
    expect(bench.sent()).toEqual([
      `F. ${ports[0]}>80`,
      `F. ${ports[1]}>80`,
      `F. ${ports[2]}>80`,
      `R. ${ports[2]}>80`,
    ]);
    expect([bench.host.orphanCount, bench.host.counters.orphansReset]).toEqual([2, 1]);
    expect(bench.host.ports.isFree(ports[2] ?? 0)).toBe(true);
  });

  it('says so in its close report', () => {
    const bench = new Bench({ maxOrphans: 0 });
    const hosted = bench.connected();
    close(bench, hosted);
    const report = closeReport(hosted.connection);
    expect(report).toMatchObject({
      state: 'CLOSED',
      orderly: false,
      closedFirst: 'local',
      sending: 'reset',
      receiving: 'reset',
      reason: 'too many orphans',
    });
    expect(formatCloseReport(report)).toContain('too many orphans');
  });

  it('counts until it ends, in whatever way', () => {
    const bench = new Bench();
    const counts = (['acknowledged', 'reset', 'given up'] as const).map((end) => {
      const hosted = bench.connected();
      close(bench, hosted);
      const during = bench.host.orphanCount;
      const ack = hosted.connection.sender.sndNxt;
      if (end === 'acknowledged') bench.reply(hosted, { flags: Flag.FIN | Flag.ACK, seq: 1, ack });
      else if (end === 'reset') bench.reply(hosted, { flags: Flag.RST, seq: 1 });
      else bench.clock.advanceBy(600_000);
      return [during, bench.host.orphanCount];
    });
    expect(counts).toEqual([
      [1, 0],
      [1, 0],
      [1, 0],
    ]);
  });

  it('does not count when it waits for the FIN of the peer alone', () => {
    const bench = new Bench({ maxOrphans: 0 });
    const hosted = bench.connected();
    hosted.connection.shutdownSend(bench.clock.now());
    bench.host.wake(hosted);
    bench.clock.runTasks();
    bench.reply(hosted, { flags: Flag.ACK, seq: 1, ack: hosted.connection.sender.sndNxt });
    close(bench, hosted);
    expect([hosted.connection.state, bench.host.orphanCount]).toEqual(['FIN-WAIT-2', 0]);
  });

  it('does not count any more when its FIN is acknowledged', () => {
    const bench = new Bench();
    const hosted = bench.connected();
    close(bench, hosted);
    const during = bench.host.orphanCount;
    bench.reply(hosted, { flags: Flag.ACK, seq: 1, ack: hosted.connection.sender.sndNxt });
    expect([during, bench.host.orphanCount]).toEqual([1, 0]);
  });

  it('does not count while its program holds it', () => {
    const bench = new Bench({ maxOrphans: 0 });
    const hosted = bench.connected();
    hosted.connection.shutdownSend(bench.clock.now());
    bench.host.wake(hosted);
    bench.clock.runTasks();
    expect([hosted.connection.state, bench.host.orphanCount]).toEqual(['FIN-WAIT-1', 0]);
  });

  it('does not count when it vanishes by its close', () => {
    const bench = new Bench({ maxOrphans: 0 });
    const hosted = bench.connect();
    close(bench, hosted);
    expect([bench.host.orphanCount, bench.host.counters.orphansReset]).toEqual([0, 0]);
  });
});

describe('an orphan that is there already', () => {
  it('is reset by its retransmission timer when a network error makes it count double', () => {
    const bench = new Bench({ maxOrphans: 1 });
    const hosted = bench.connected();
    const { connection } = hosted;
    close(bench, hosted);
    bench.clock.advanceBy(1500);
    expect(connection.state).toBe('FIN-WAIT-1');
    bench.icmp(hosted, IcmpType.DESTINATION_UNREACHABLE, IcmpUnreachable.HOST, connection.sender.sndUna);
    bench.clock.advanceBy(3000);
    expect([connection.state, connection.history.at(-1)?.why]).toEqual(['CLOSED', 'too many orphans']);
  });

  it('lives on when others come to be too many', () => {
    const bench = new Bench({ maxOrphans: 1 });
    const [first, second] = [bench.connected(), bench.connected()];
    for (const hosted of [first, second]) close(bench, hosted);
    bench.clock.advanceBy(5000);
    expect([first.connection.state, second.connection.state]).toEqual(['FIN-WAIT-1', 'CLOSED']);
  });
});
