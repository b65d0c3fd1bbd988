import diagnostics from 'node:diagnostics_channel';
import { expect, it } from 'vitest';
import { event, expectSame, listening, ours, shapeOf } from '../compare.ts';

it('publishes sockets and listening servers on the channels of Node', async () => {
  await expectSame(async (net, log) => {
    const own = new Set<unknown>();
    const seen: string[] = [];
    const names = [
      'net.client.socket',
      'net.server.socket',
      ...['asyncStart', 'asyncEnd', 'error'].map((each) => `tracing:net.server.listen:${each}`),
    ];
    const subscriptions = names.map((name) => {
      const subscriber = (message: unknown) => {
        seen.push(name);
        for (const value of Object.values(message as object)) own.add(value);
      };
      diagnostics.subscribe(name, subscriber);
      return () => diagnostics.unsubscribe(name, subscriber);
    });
    const server = net.createServer((socket) => socket.end());
    const port = await listening(server);
    const client = net.connect(port, '127.0.0.1');
    client.resume();
    await event(client, 'close');
    server.close();
    const failing = net.createServer();
    failing.listen(1, '192.0.2.1');
    const [error] = await event(failing, 'error');
    for (const end of subscriptions) end();
    log.push(
      own.has(client),
      own.has(server),
      own.has(error),
      names.every((name) => seen.includes(name)),
    );
  });
});

it('blocks addresses at both ends', async () => {
  const blockList = new ours.BlockList();
  blockList.addAddress('127.0.0.9');
  const server = ours.createServer({ blockList } as never).listen(0);
  const { port } = server.address() as { port: number };
  const blocked = ours.connect({ port, host: '127.0.0.9', blockList } as never);
  const [error] = await event(blocked, 'error');
  expect(shapeOf(error)).toMatchObject({ fields: [['code', 'ERR_IP_BLOCKED']] });
  const refused = ours.connect({ port, host: '127.0.0.1', localAddress: '127.0.0.9' });
  refused.resume();
  await event(refused, 'close');
  const welcome = ours.connect({ port, host: '127.0.0.1', blockList } as never);
  const [peer] = (await event(server, 'connection')) as [typeof welcome];
  expect(peer.remotePort).toBe(welcome.localPort);
  welcome.destroy();
  peer.destroy();
  server.close();
  expect(() => new ours.Socket({ blockList: [] } as never)).toThrow(TypeError);
});
