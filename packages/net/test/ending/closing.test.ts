import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import net, { type Socket, SocketCloseReport } from '../../src/index.ts';
import { event, shapeOf, thrown, turnUntil } from '../compare.ts';
import { runUntil, twoHosts } from '../network/two-hosts.ts';

interface Connected {
  readonly client: Socket;
  readonly peer: Socket;
}

/** Both ends of a connection on the loopback of the default host; the peer's end may stay half-open. */
async function connected(client: object = {}, server: object = {}): Promise<Connected> {
  const listener = net.createServer({ allowHalfOpen: true, ...server }).listen(0);
  await event(listener, 'listening');
  const { port } = listener.address() as { port: number };
  const socket = net.connect({ port, host: '127.0.0.1', ...client });
  const [peer] = (await event(listener, 'connection')) as [Socket];
  if (socket.connecting) await event(socket, 'connect');
  listener.close();
  return { client: socket, peer };
}

describe('close()', () => {
  it('sends what was written, waits for the end, and reports it', async () => {
    const { client, peer } = await connected();
    const total = 3_000_000;
    let received = 0;
    peer.on('data', (chunk: Buffer) => (received += chunk.length));
    peer.on('end', () => peer.end());
    client.write(Buffer.alloc(total));
    const report = await client.close();
    expect(received).toBe(total);
    expect(report).toMatchObject({
      orderly: true,
      closedFirst: 'local',
      state: 'TIME-WAIT',
      octets: { written: total, acknowledged: total, lost: 0, buffered: 0 },
    });
    expect(client.closeReport).toEqual(report);
    // The acknowledgment of its FIN may be due in the next turn.
    if (!peer.closed) await event(peer, 'close');
    expect(peer.closeReport).toMatchObject({ orderly: true, closedFirst: 'peer', octets: { read: total } });
  });

  it('is the same promise when called again, and resolves after the end as well', async () => {
    const { client, peer } = await connected();
    peer.on('end', () => peer.end()).resume();
    const closing = client.close();
    expect(client.close()).toBe(closing);
    await closing;
    expect(await client.close()).toBe(await closing);
    expect(await peer.close()).toMatchObject({ orderly: true, closedFirst: 'peer' });
  });

  it('waits for the end also after destroy()', async () => {
    const { client, peer } = await connected();
    client.destroy();
    expect(client.closeReport).toBe(null);
    const closing = client.close();
    peer.resume();
    await event(peer, 'end');
    peer.end();
    expect(await closing).toMatchObject({ orderly: true, state: 'TIME-WAIT' });
  });

  it('waits for a connection that is on its way', async () => {
    const listener = net.createServer((peer) => peer.resume()).listen(0);
    await event(listener, 'listening');
    const { port } = listener.address() as { port: number };
    const client = net.connect(port, '127.0.0.1');
    client.write('hello');
    expect(await client.close()).toMatchObject({ orderly: true, octets: { acknowledged: 5 } });
    listener.close();
  });

  it('reports an attempt that was refused', async () => {
    const listener = net.createServer().listen(0, '127.0.0.1');
    await event(listener, 'listening');
    const { port } = listener.address() as { port: number };
    listener.close();
    const client = net.connect(port, '127.0.0.1').on('error', () => undefined);
    expect(await client.close()).toMatchObject({ orderly: false, reason: 'connection refused' });
  });

  it('rejects where there never was a connection', async () => {
    const error: unknown = await new net.Socket().close().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'ERR_SOCKET_CLOSED' });
  });

  it('resolves when linger would have returned, and the report goes on', async () => {
    const { clock, link, near, far } = twoHosts();
    const listener = far.createServer({ allowHalfOpen: true }, (peer) => peer.resume()).listen(80);
    const client = near.connect({ port: 80, host: '10.0.0.2', linger: 5 });
    await runUntil(clock, event(client, 'connect'));
    link.partition();
    client.write('lost for now');
    const start = clock.now();
    const report = await runUntil(clock, client.close());
    expect(clock.now() - start).toBe(5000);
    expect(report).toMatchObject({ state: 'FIN-WAIT-1', sending: 'fin unacknowledged', receiving: 'open' });
    link.heal();
    clock.advanceBy(120_000);
    expect(client.closeReport).toMatchObject({ sending: 'fin', reason: 'FIN-WAIT-2 limit' });
    listener.close();
  });

  it("'close' waits for the linger time also where the end of the peer's stream is still to be told", async () => {
    const { clock, link, near, far } = twoHosts();
    const listener = far.createServer((peer) => peer.end('text and the end')).listen(80);
    const client = near.connect({ port: 80, host: '10.0.0.2', allowHalfOpen: true, linger: 5 });
    let start = 0;
    client.on('data', () => {
      link.partition();
      // The end is known by now, and told after what is due.
      process.nextTick(() => {
        start = clock.now();
        client.destroy();
      });
    });
    await runUntil(clock, event(client, 'close'));
    expect(clock.now() - start).toBe(5000);
    link.heal();
    listener.close();
  });

  it('resolves after the limit of FIN-WAIT-2 if the peer goes on for ever', async () => {
    const { clock, near, far } = twoHosts();
    far.createServer({ allowHalfOpen: true }, (peer) => peer.resume()).listen(80);
    const client = near.connect(80, '10.0.0.2');
    await runUntil(clock, event(client, 'connect'));
    const report = await runUntil(clock, client.close());
    expect(report).toMatchObject({ sending: 'fin', receiving: 'timeout', reason: 'FIN-WAIT-2 limit' });
  });
});

describe('octets that nobody took out of the stream', () => {
  /** A connection whose server paused with 10 octets in its stream, and which is then destroyed. */
  async function destroyed(options: object): Promise<Connected> {
    const { client, peer } = await connected({}, options);
    client.on('error', () => undefined);
    client.write('0123456789');
    peer.pause();
    peer.read(0);
    await turnUntil(() => peer.readableLength >= 10, 'all has arrived');
    peer.destroy();
    client.resume();
    await event(client, 'close');
    return { client, peer };
  }

  it('count as read, as in Node, but the report tells of them', async () => {
    const { client, peer } = await destroyed({});
    expect(client.closeReport).toMatchObject({ orderly: true });
    expect(await peer.close()).toMatchObject({
      orderly: true,
      octets: { read: 10, unread: 0, buffered: 10 },
    });
  });

  it("count as unread with unread: 'strict', and make a reset of destroy()", async () => {
    const { client, peer } = await destroyed({ unread: 'strict' });
    expect(client.closeReport).toMatchObject({ orderly: false, reason: 'peer reset' });
    expect(peer.closeReport).toMatchObject({
      orderly: false,
      reason: 'unread data at close',
      octets: { received: 10, read: 0, unread: 10, lost: 10, buffered: 10 },
    });
  });

  it('are counted in octets, whatever the encoding', async () => {
    const { client, peer } = await connected({ unread: 'strict' });
    client.setEncoding('utf8');
    peer.write('äöü€');
    client.read(0);
    await turnUntil(() => client.readableLength >= 4, 'all has arrived');
    client.destroy();
    expect(client.closeReport?.octets).toMatchObject({ buffered: 9, unread: 9 });
    peer.on('error', () => undefined).resume();
  });

  it.each<[string, BufferEncoding, number[], boolean, { read: number; unread: number }]>([
    ['what is no UTF-8', 'utf8', Array(10).fill(0xff), false, { read: 0, unread: 10 }],
    ['base64, the rest of a group with it', 'base64', Array(10).fill(0), false, { read: 0, unread: 10 }],
    ['half of a character', 'utf8', [0x61, 0xe2, 0x82], true, { read: 1, unread: 2 }],
    ['half of a base64 group', 'base64', [0, 0], true, { read: 0, unread: 2 }],
    ['whole characters', 'utf8', [0x61, 0xe2, 0x82, 0xac], true, { read: 4, unread: 0 }],
  ])('are never more than were read: %s', async (_name, encoding, octets, takes, counts) => {
    const { client, peer } = await connected({ unread: 'strict' });
    peer
      .on('error', () => undefined)
      .on('end', () => peer.end())
      .resume();
    client.setEncoding(encoding);
    if (takes) client.on('data', () => undefined);
    else client.on('readable', () => undefined);
    peer.write(Buffer.from(octets));
    await turnUntil(() => client.bytesRead >= octets.length, 'all has arrived');
    client.destroy();
    expect((await client.close()).octets).toMatchObject({
      received: octets.length,
      ...counts,
      lost: counts.unread,
      buffered: counts.unread,
    });
    peer.destroy();
  });

  it('are never more than were read: after unshift() of more', async () => {
    const { client, peer } = await connected({ unread: 'strict' });
    peer.on('error', () => undefined).write(Buffer.alloc(10));
    client.on('readable', () => undefined);
    await turnUntil(() => client.readableLength >= 10, 'all has arrived');
    client.unshift(Buffer.concat([client.read() as Buffer, Buffer.alloc(24)]));
    client.destroy();
    expect(client.closeReport?.octets).toMatchObject({ received: 10, read: 0, unread: 10, buffered: 10 });
    peer.destroy();
  });

  it('are none after everything was read', async () => {
    const { client, peer } = await connected({ unread: 'strict' });
    peer.end('hello');
    client.resume();
    await event(client, 'close');
    expect(client.closeReport).toMatchObject({ orderly: true, octets: { read: 5, buffered: 0 } });
  });
});

describe("'tcpstate'", () => {
  it('tells of each state and why, beyond the close of the socket', async () => {
    const { clock, near, far } = twoHosts();
    far.createServer((peer) => peer.resume()).listen(80);
    const client = near.connect(80, '10.0.0.2');
    const states: string[] = [];
    client.on('tcpstate', (state, why) => states.push(`${state}: ${why}`));
    await runUntil(clock, event(client, 'connect'));
    await runUntil(clock, client.close());
    expect(states).toEqual([
      'SYN-SENT: connect',
      'ESTABLISHED: SYN+ACK arrived',
      'FIN-WAIT-1: close',
      'FIN-WAIT-2: FIN acknowledged',
      'TIME-WAIT: FIN arrived',
    ]);
  });

  it('tells a listener only of what happens from then on', async () => {
    const { client, peer } = await connected();
    const states: string[] = [];
    peer.on('tcpstate', (state) => states.push(state));
    peer.on('end', () => peer.end()).resume();
    client.end();
    await event(peer, 'close');
    await peer.close();
    expect(states).toEqual(['CLOSE-WAIT', 'LAST-ACK', 'CLOSED']);
  });

  it('tells of a reset', async () => {
    const { client, peer } = await connected();
    const states: string[] = [];
    client.on('tcpstate', (state, why) => states.push(`${state}: ${why}`)).on('error', () => undefined);
    client.resume();
    peer.resetAndDestroy();
    await event(client, 'close');
    expect(states).toEqual(['CLOSED: peer reset']);
  });
});

describe('shutdown()', () => {
  it("'read' brings the end of the stream, and sends nothing", async () => {
    const { client, peer } = await connected({ allowHalfOpen: true });
    client.resume();
    client.shutdown('read');
    await event(client, 'end');
    expect([client.tcpState, client.writable]).toEqual(['ESTABLISHED', true]);
    client.end();
    peer.resume().end();
    expect((await client.close()).orderly).toBe(true);
  });

  it("'read' without allowHalfOpen ends our stream as well, so that a FIN goes out", async () => {
    const { client, peer } = await connected();
    client.resume().shutdown('read');
    await event(peer.resume(), 'end');
    expect(client.tcpState).toMatch(/^FIN-WAIT/);
    peer.end();
  });

  it("'read' before 'connect' does not give up the attempt", async () => {
    const listener = net.createServer((peer) => peer.end('x')).listen(0);
    await event(listener, 'listening');
    const { port } = listener.address() as { port: number };
    const client = net.connect(port, '127.0.0.1');
    client.shutdown('read').resume();
    await event(client, 'end');
    expect((await client.close()).states.map(({ to }) => to)).toContain('ESTABLISHED');
    listener.close();
  });
});

describe('arguments that are wrong', () => {
  it.each<[string, string, () => unknown]>([
    ['ERR_INVALID_ARG_TYPE', '"enabled"', () => new net.Socket().setLinger('yes' as never)],
    ['ERR_INVALID_ARG_TYPE', '"seconds"', () => new net.Socket().setLinger(true, '1' as never)],
    ['ERR_OUT_OF_RANGE', '"seconds"', () => new net.Socket().setLinger(true, -1)],
    ['ERR_OUT_OF_RANGE', '"seconds"', () => new net.Socket().setLinger(true, NaN)],
    ['ERR_INVALID_ARG_TYPE', '"options.linger"', () => new net.Socket({ linger: true as never })],
    ['ERR_INVALID_ARG_TYPE', '"seconds"', () => new net.Socket().setLinger(true, null as never)],
    ['ERR_OUT_OF_RANGE', '"seconds"', () => new net.Socket().setLinger(true, 2 ** 31)],
    ['ERR_INVALID_ARG_TYPE', '"options.linger"', () => new net.Socket({ linger: null as never })],
    ['ERR_OUT_OF_RANGE', '"options.linger"', () => new net.Socket({ linger: -1 })],
    ['ERR_OUT_OF_RANGE', '"options.linger"', () => net.createServer({ linger: -1 })],
    ['ERR_INVALID_ARG_TYPE', '"options.linger"', () => net.createServer({ linger: 'x' as never })],
    ['ERR_INVALID_ARG_VALUE', "'options.unread'", () => new net.Socket({ unread: 'no' as never })],
    ['ERR_INVALID_ARG_VALUE', "'options.unread'", () => net.createServer({ unread: true as never })],
    ['ERR_INVALID_ARG_VALUE', "'how'", () => new net.Socket().shutdown('none' as never)],
  ])('%s names %s', (code, name, call) => {
    const error = thrown(call);
    expect(error).toMatchObject({ fields: expect.arrayContaining([['code', code]]) as unknown });
    expect((error as { message: string }).message).toContain(name);
  });
});

describe('the close report', () => {
  it('is null before the end, also for a socket that never connected', async () => {
    const { client, peer } = await connected();
    expect([new net.Socket().closeReport, client.closeReport, peer.closeReport]).toEqual([null, null, null]);
    client.destroy();
    peer.resume().end();
  });

  it('is there when the error is told', async () => {
    const { client, peer } = await connected();
    client.resume();
    peer.resetAndDestroy();
    const [error] = await event(client, 'error');
    expect(shapeOf(error)).toMatchObject({ message: 'read ECONNRESET' });
    expect(client.closeReport).toMatchObject({ closedFirst: 'peer', receiving: 'reset' });
  });

  it('is printed in lines', async () => {
    const { client, peer } = await connected();
    peer.resume().end('x');
    client.resume();
    await event(client, 'end');
    const report = await client.close();
    expect(report).toBeInstanceOf(SocketCloseReport);
    const lines = inspect(report).split('\n');
    expect(lines.map((line) => line.slice(0, 14).trimEnd())).toEqual([
      'connection',
      'orderly',
      'closed first',
      'sending',
      'receiving',
      'lost',
      'FIN received',
      'FIN sent',
      'states',
    ]);
  });
});

it('data with a RST right behind it is told as data, then as ECONNRESET', async () => {
  const { client, peer } = await connected();
  const told: string[] = [];
  client.on('data', (data) => told.push(String(data))).on('end', () => told.push('end'));
  client.on('error', ({ code }: NodeJS.ErrnoException) => told.push(code ?? ''));
  peer.write('hello');
  peer.resetAndDestroy();
  await event(client, 'close');
  expect(told).toEqual(['hello', 'ECONNRESET']);
});
