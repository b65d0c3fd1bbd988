import { Flag } from '@halfclose/codec';
import { expect, it } from 'vitest';
import { type DumpedConnection, formatDump, type HostedConnection } from '../../src/index.ts';
import { Bench, OWN6, SETTINGS } from '../bench.ts';

/** The only row. */
function dumpOf({ host }: Bench): DumpedConnection | undefined {
  return host.connections()[0];
}

function close(bench: Bench, hosted: HostedConnection): void {
  hosted.connection.close(false, bench.clock.now());
  hosted.connection.disown(bench.clock.now());
  bench.host.wake(hosted);
  bench.clock.runTasks();
}

it('is empty on a host without connections', () => {
  expect(new Bench().host.connections()).toEqual([]);
});

it('tells the octets in both queues and the timer of a connection', () => {
  const bench = new Bench();
  const hosted = bench.connected();
  bench.reply(hosted, { flags: Flag.ACK, seq: 1, ack: hosted.connection.sender.sndNxt, window: 65_000 });
  const ack = hosted.connection.sender.sndNxt;
  bench.reply(hosted, { flags: Flag.ACK, seq: 1, ack, window: 65_000, payload: new Uint8Array(7) });
  hosted.connection.send(new Uint8Array(300));
  bench.host.wake(hosted);
  bench.clock.runTasks();
  bench.clock.advanceBy(50);
  expect(dumpOf(bench)).toEqual({
    state: 'ESTABLISHED',
    receiveQueue: 7,
    sendQueue: 300,
    local: { address: '10.0.0.1', port: hosted.localPort },
    remote: { address: '10.0.0.2', port: 80 },
    owner: 'socket',
    timers: [{ name: 'on', remaining: hosted.connection.sender.timer.deadline - bench.clock.now() }],
  });
});

it('tells the backlog of a listener, and who waits in its queues', () => {
  const bench = new Bench();
  const listener = bench.listen(80, 3);
  bench.receive({ flags: Flag.SYN, seq: 0 });
  const [listening, halfOpen] = bench.host.connections();
  expect(listening).toMatchObject({ state: 'LISTEN', receiveQueue: 0, sendQueue: 3, remote: null });
  expect(halfOpen).toMatchObject({ state: 'SYN-RECEIVED', owner: 'listener', timers: [{ name: 'on' }] });
  const [child] = listener.synQueue;
  bench.receive({ flags: Flag.ACK, seq: 1, ack: child?.connection.sender.sndNxt ?? 0 });
  expect(dumpOf(bench)).toMatchObject({ state: 'LISTEN', receiveQueue: 1 });
  expect(bench.host.connections()[1]).toMatchObject({ state: 'ESTABLISHED', owner: 'listener' });
});

it('tells an orphan in FIN-WAIT-2 from a held one, and how long it has', () => {
  const bench = new Bench();
  const hosted = bench.connected();
  hosted.connection.shutdownSend(bench.clock.now());
  bench.host.wake(hosted);
  bench.clock.runTasks();
  bench.reply(hosted, { flags: Flag.ACK, seq: 1, ack: hosted.connection.sender.sndNxt, window: 65_000 });
  expect(dumpOf(bench)).toMatchObject({ state: 'FIN-WAIT-2', owner: 'socket', timers: [] });
  close(bench, hosted);
  bench.clock.advanceBy(10_000);
  expect(dumpOf(bench)).toMatchObject({
    state: 'FIN-WAIT-2',
    owner: 'orphan',
    timers: [{ name: 'timewait', remaining: 50_000 }],
  });
});

it('tells of no connection that is over', () => {
  const bench = new Bench();
  const hosted = bench.connected();
  hosted.connection.abort('abort', bench.clock.now());
  expect(bench.host.connections()).toEqual([]);
});

it('tells of TIME-WAIT', () => {
  const bench = new Bench();
  bench.closed();
  bench.clock.advanceBy(1000);
  expect(dumpOf(bench)).toMatchObject({
    state: 'TIME-WAIT',
    owner: 'record',
    timers: [{ name: 'timewait', remaining: 59_000 }],
  });
});

it('tells of a window probe and of keep-alives', () => {
  const bench = new Bench();
  const hosted = bench.connected();
  const { connection } = hosted;
  connection.changeSettings({ keepAlive: true });
  connection.updateKeepAlive(bench.clock.now());
  expect(dumpOf(bench)).toMatchObject({ timers: [{ name: 'keepalive', remaining: 7_200_000 }] });
  bench.reply(hosted, { flags: Flag.ACK, seq: 1, ack: connection.sender.sndNxt, window: 0 });
  connection.send(new Uint8Array(1));
  bench.host.wake(hosted);
  bench.clock.runTasks();
  expect(dumpOf(bench)).toMatchObject({
    sendQueue: 1,
    timers: [{ name: 'persist' }, { name: 'keepalive' }],
  });
});

it('is printed as a table', () => {
  const bench = new Bench();
  bench.host.listen(bench.binding(443, { address: OWN6 }), 128, SETTINGS, { onAcceptable: () => undefined });
  bench.listen(80, 5);
  bench.receive({ flags: Flag.SYN, seq: 0 });
  bench.clock.advanceBy(250);
  expect(formatDump(bench.host.connections())).toBe(
    [
      'State         Recv-Q  Send-Q  Local address  Peer address   Owner     Timers',
      'LISTEN             0     128  [fd00::1]:443  *              socket',
      'LISTEN             0       5  10.0.0.1:80    *              socket',
      'SYN-RECEIVED       0       0  10.0.0.1:80    10.0.0.2:1000  listener  on, 0.75 s',
    ].join('\n'),
  );
});
