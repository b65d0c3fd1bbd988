import { expect, it } from 'vitest';
import net, { type Server, type Socket } from '../../src/index.ts';
import { event, turnUntil } from '../compare.ts';

/** The relay of the examples, which has no types. */
const RELAY = '../../../../examples/relay/relay.js';
const { createRelay } = (await import(RELAY)) as {
  createRelay: (target: { port: number; host: string }) => Server;
};

/** A server of the network's loopback, once it listens, and its port. */
async function listening(server: Server): Promise<number> {
  await event(server.listen(0), 'listening');
  return (server.address() as { port: number }).port;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('a relay carries the reset of a client that has just ended its stream, and keeps no socket', async () => {
  const targets: Socket[] = [];
  const relayed: Socket[] = [];
  const target = net.createServer({ allowHalfOpen: true }, (socket) => {
    targets.push(socket.on('error', () => undefined).resume());
  });
  const relay = createRelay({ port: await listening(target), host: '127.0.0.1' });
  relay.on('connection', (socket: Socket) => relayed.push(socket));
  const port = await listening(relay);
  const clients = Array.from({ length: 100 }, () =>
    net.connect({ port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => undefined),
  );
  for (const client of clients) {
    client.on('connect', () => {
      client.end();
      setImmediate(() => client.resetAndDestroy());
    });
  }
  await Promise.all(clients.map((client) => event(client, 'close')));
  await turnUntil(() => relayed.length >= 100 && relayed.every(({ closed }) => closed), 'all are closed');
  await turnUntil(() => targets.every(({ tcpState }) => tcpState === 'CLOSED'), 'all are in CLOSED');
  expect(targets.map(({ closeReport }) => closeReport?.reason)).toEqual(targets.map(() => 'peer reset'));
  relay.close();
  target.close();
});

it('a relay resets its client when the target refuses', async () => {
  const target = net.createServer();
  const refused = await listening(target);
  target.close();
  const relay = createRelay({ port: refused, host: '127.0.0.1' });
  const client = net.connect(await listening(relay), '127.0.0.1').resume();
  const [error] = await event(client, 'error');
  expect(error).toMatchObject({ code: 'ECONNRESET' });
  relay.close();
});

it.each([
  ['the client', false],
  ['the server', true],
])('a relay brings over what was written before a reset of %s, and then the reset', async (_, byServer) => {
  const seen: string[] = [];
  const watch = (socket: Socket): Promise<unknown> => {
    socket.on('data', (data: Buffer) => seen.push(String(data)));
    return event(socket, 'error').then(([error]) => seen.push((error as NodeJS.ErrnoException).code ?? ''));
  };
  const writeAndReset = (socket: Socket): void => {
    socket.write('text');
    setImmediate(() => socket.resetAndDestroy());
  };
  let watched: Promise<unknown> | undefined;
  const target = net.createServer((socket) => {
    if (byServer) writeAndReset(socket);
    else watched = watch(socket);
  });
  const relay = createRelay({ port: await listening(target), host: '127.0.0.1' });
  const client = net.connect(await listening(relay), '127.0.0.1');
  if (byServer) watched = watch(client);
  else client.on('connect', () => writeAndReset(client));
  await turnUntil(() => watched !== undefined, 'there is a connection');
  await watched;
  expect(seen).toEqual(['text', 'ECONNRESET']);
  relay.close();
  target.close();
});

it('a relay brings a reset over to a side that reads nothing', async () => {
  const targets: Socket[] = [];
  const target = net.createServer({ pauseOnConnect: true }, (socket) => targets.push(socket));
  const relay = createRelay({ port: await listening(target), host: '127.0.0.1' });
  const client = net.connect(await listening(relay), '127.0.0.1').on('error', () => undefined);
  client.write(Buffer.alloc(50_000_000));
  await turnUntil(() => client.bytesWritten > 0 && targets.length > 0, 'text is on its way');
  for (let i = 0; i < 100; i++) await turn();
  client.resetAndDestroy();
  await turnUntil(() => targets.every(({ tcpState }) => tcpState === 'CLOSED'), 'all are in CLOSED');
  expect(targets.map(({ closeReport }) => closeReport?.reason)).toEqual(['peer reset']);
  for (const socket of targets) socket.destroy();
  relay.close();
  target.close();
});
