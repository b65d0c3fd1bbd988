import { spawnSync } from 'node:child_process';
import diagnostics from 'node:diagnostics_channel';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { examplesOf } from '@halfclose/test-support';
import { afterEach, describe, expect, it } from 'vitest';
import type { SegmentMessage, StateMessage } from '../../src/index.ts';
import { bundle } from '../build.ts';
import { event } from '../compare.ts';
import { runUntil, twoHosts } from './two-hosts.ts';

const subscriptions: (() => void)[] = [];
afterEach(() => {
  for (const end of subscriptions.splice(0)) end();
});

/** All that a channel publishes from now on. */
function heard<Message>(channel: 'halfclose.segment' | 'halfclose.state'): Message[] {
  const messages: Message[] = [];
  const listener = (message: unknown) => void messages.push(message as Message);
  diagnostics.subscribe(channel, listener);
  subscriptions.push(() => void diagnostics.unsubscribe(channel, listener));
  return messages;
}

const changesOf = (messages: readonly StateMessage[], address: string) =>
  messages.filter(({ local }) => local.address === address).map(({ from, state, why }) => [from, state, why]);

describe('halfclose.state', () => {
  it('tells of each change, with the socket that has the connection', async () => {
    const states = heard<StateMessage>('halfclose.state');
    const { near, far, clock } = twoHosts();
    const server = far.createServer((socket) => socket.end()).listen(80);
    const client = near.connect(80, '10.0.0.2');
    const report = await runUntil(
      clock,
      event(client, 'connect').then(() => client.close()),
    );
    expect(changesOf(states, '10.0.0.1')).toEqual(report.states.map(({ from, to, why }) => [from, to, why]));
    const mine = states.filter(({ local }) => local.address === '10.0.0.1');
    expect(mine[0]).toMatchObject({
      socket: client,
      from: 'CLOSED',
      state: 'SYN-SENT',
      remote: { port: 80 },
    });
    expect(mine.map(({ host }) => host)).toEqual(mine.map(() => mine[0]?.host));
    const [child] = states.filter(({ local }) => local.address === '10.0.0.2');
    expect(child).toMatchObject({ socket: null, state: 'SYN-RECEIVED' });
    expect(states.map(({ time }) => time)).toEqual(states.map(({ time }) => time).sort((a, b) => a - b));
    server.close();
  });

  it('tells of a connection that was there before what happens from then on', async () => {
    const { near, far, clock } = twoHosts();
    far.createServer({ allowHalfOpen: true }).listen(80);
    const client = near.connect({ port: 80, host: '10.0.0.2', allowHalfOpen: true });
    await runUntil(clock, event(client, 'connect'));
    const states = heard<StateMessage>('halfclose.state');
    client.end();
    await runUntil(
      clock,
      new Promise<void>((resolve) => {
        client.on('tcpstate', (state) => {
          if (state === 'FIN-WAIT-2') resolve();
        });
      }),
    );
    expect(changesOf(states, '10.0.0.1').map(([from, state]) => [from, state])).toEqual([
      ['ESTABLISHED', 'FIN-WAIT-1'],
      ['FIN-WAIT-1', 'FIN-WAIT-2'],
    ]);
    client.destroy();
  });
});

describe('halfclose.segment', () => {
  it('tells of what leaves and of what arrives, and only while somebody listens', async () => {
    const { near, far, clock } = twoHosts();
    far.createServer((socket) => socket.pipe(socket)).listen(80);
    const client = near.connect(80, '10.0.0.2');
    await runUntil(clock, event(client, 'connect'));
    const segments = heard<SegmentMessage>('halfclose.segment');
    client.write('hello');
    await runUntil(clock, event(client, 'data'));
    const texts = segments.flatMap(({ host, direction, packet }) =>
      packet.kind === 'tcp' && packet.segment.payload.length > 0
        ? [[host, direction, String(packet.source), Buffer.from(packet.segment.payload).toString()]]
        : [],
    );
    expect(texts).toEqual([
      ['host', 'out', '10.0.0.1', 'hello'],
      ['host', 'in', '10.0.0.1', 'hello'],
      ['host', 'out', '10.0.0.2', 'hello'],
      ['host', 'in', '10.0.0.2', 'hello'],
    ]);
    for (const end of subscriptions.splice(0)) end();
    const before = segments.length;
    client.write('again');
    await runUntil(clock, event(client, 'data'));
    expect(segments).toHaveLength(before);
    client.destroy();
  });
});

describe('processes', () => {
  it('prints what docs/DIAGNOSTICS.md says', { timeout: 60_000 }, async () => {
    const { remove, esm } = await bundle();
    try {
      const [example] = examplesOf(new URL('../../../../docs/DIAGNOSTICS.md', import.meta.url));
      expect(run(esm, example?.program.replace(/ as \w+Message|, \{ type [^}]*\}/g, '') ?? '')).toEqual({
        out: example?.output,
        err: '',
        status: 0,
      });
      // The connection goes on; the error comes where Node's channels bring it.
      const throwing = `
        import diagnostics from 'node:diagnostics_channel';
        import net from '@halfclose/net';
        let caught = 0;
        process.on('uncaughtException', ({ message }) => (caught += message === 'mine' ? 1 : NaN));
        for (const name of ['segment', 'state'])
          diagnostics.subscribe('halfclose.' + name, () => { throw new Error('mine'); });
        const server = net.createServer((socket) => socket.pipe(socket)).listen(80, () => {
          let bytes = 0;
          const client = net.connect(80).on('data', (data) => (bytes += data.length));
          client.end(Buffer.alloc(300_000));
          client.on('close', (failed) => { console.log(bytes, failed, caught > 20); server.close(); });
        });`;
      expect(run(esm, throwing)).toEqual({ out: '300000 false true\n', err: '', status: 0 });
    } finally {
      await remove();
    }
  });
});

function run(esm: string, program: string): { out: string; err: string; status: number | null } {
  const file = join(dirname(esm), 'program.mjs');
  writeFileSync(file, program.replace("'@halfclose/net'", `'${pathToFileURL(esm).href}'`));
  const { stdout, stderr, status } = spawnSync(process.execPath, [file], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  return { out: stdout, err: stderr, status };
}
