import { data, drop, nth } from '@halfclose/netem';
import { describe, expect, it } from 'vitest';
import net, { type Socket } from '../../src/index.ts';
import { event, quiet } from '../compare.ts';
import { runUntil, twoHosts } from '../network/two-hosts.ts';

function eventsOf(socket: Socket): string[] {
  const log: string[] = [];
  for (const name of ['connect', 'peerend', 'data', 'end', 'error', 'close'])
    socket.on(name, () => {
      log.push(name);
    });
  return log;
}

/** A server that answers each connection with `act`, and the client of it on the loopback. */
async function served(act: (peer: Socket) => unknown, options: object = {}): Promise<Socket> {
  const listener = net.createServer({ allowHalfOpen: true }, (peer) => {
    listener.close();
    peer.on('error', () => undefined);
    act(peer);
  });
  listener.listen(0, '127.0.0.1');
  await event(listener, 'listening');
  const { port } = listener.address() as { port: number };
  return net.connect({ port, host: '127.0.0.1', ...options });
}

describe.each([true, false])("'peerend' with allowHalfOpen: %s", (allowHalfOpen) => {
  it('tells the end of the peer to who does not read, and then, read, brings data and end', async () => {
    const client = await served((peer) => peer.end('goodbye'), { allowHalfOpen });
    client.pause();
    const log = eventsOf(client);
    await event(client, 'peerend');
    await quiet();
    expect(log).toEqual(['connect', 'peerend']);
    expect(client.tcpState).toBe('CLOSE-WAIT');
    client.resume();
    await event(client, 'end');
    expect(log).toEqual(['connect', 'peerend', 'data', 'end']);
    client.destroy();
  });

  it('comes before data and end to who reads', async () => {
    const client = await served((peer) => peer.end('goodbye'), { allowHalfOpen });
    const log = eventsOf(client);
    await event(client, 'end');
    expect(log).toEqual(['connect', 'peerend', 'data', 'end']);
    client.end();
    await event(client, 'close');
    expect(log.filter((name) => name === 'peerend')).toHaveLength(1);
  });

  it('comes when all of the peer is here, whatever the order on the way', async () => {
    // The first segment with data is lost, and comes 200 ms after the FIN.
    const { clock, near, far, link } = twoHosts({ bToA: { rules: [drop(nth(1, data()))] } });
    const listener = far.createServer((peer) => peer.end(Buffer.alloc(4000))).listen(80);
    const client = near.connect({ port: 80, host: '10.0.0.2', allowHalfOpen });
    client.pause();
    await runUntil(clock, event(client, 'peerend'));
    expect(link.bToA.counters.droppedTotal).toBe(1);
    client.read(0);
    let octets = 0;
    client.on('data', (chunk: Buffer) => (octets += chunk.length));
    const end = event(client, 'end');
    client.resume();
    await runUntil(clock, end);
    expect(octets).toBe(4000);
    client.destroy();
    listener.close();
  });

  it('is told to who listens only after the end has come, once', async () => {
    const client = await served((peer) => peer.end('goodbye'), { allowHalfOpen });
    client.pause();
    await event(client, 'connect');
    await quiet();
    expect(client.tcpState).toBe('CLOSE-WAIT');
    const log = eventsOf(client);
    await event(client, 'peerend');
    client.on('peerend', () => log.push('again'));
    await quiet();
    expect(log).toEqual(['peerend']);
    client.destroy();
  });
});

it("comes after 'connect', also where the end was there before that", async () => {
  const listener = net.createServer((peer) => peer.end()).listen(0, '127.0.0.1');
  await event(listener, 'listening');
  const { port } = listener.address() as { port: number };
  const logs = Array.from({ length: 50 }, async () => {
    const client = net.connect(port, '127.0.0.1').pause();
    const log = eventsOf(client);
    await event(client, 'peerend');
    client.destroy();
    return log;
  });
  for (const log of await Promise.all(logs)) expect(log.slice(0, 2)).toEqual(['connect', 'peerend']);
  listener.close();
});

it("does not come for a reset, nor for an end that comes after 'close'", async () => {
  const reset = await served((peer) => peer.resetAndDestroy());
  reset.resume();
  const resetLog = eventsOf(reset);
  await event(reset, 'close');
  expect(resetLog).toContain('error');
  expect(resetLog).not.toContain('peerend');
  let peer: Socket | undefined;
  const client = await served((accepted) => (peer = accepted));
  const log = eventsOf(client);
  await event(client, 'connect');
  client.destroy();
  await event(client, 'close');
  peer?.end();
  await client.whenReported();
  expect(log).toEqual(['connect', 'close']);
});

it('is told of each connection of a socket', async () => {
  const client = await served((peer) => peer.end());
  client.resume();
  const log = eventsOf(client);
  await event(client, 'close');
  const { remotePort } = await served((peer) => peer.end());
  expect(remotePort).toBeUndefined();
  const again = net.createServer((peer) => peer.end()).listen(0, '127.0.0.1');
  await event(again, 'listening');
  client.connect(again.address() as { port: number }).resume();
  await event(client, 'close');
  again.close();
  expect(log.filter((name) => name === 'peerend')).toHaveLength(2);
});

it('comes with the end of what the kernel serves', async () => {
  const nodeNet = process.getBuiltinModule('node:net');
  const path = `\0halfclose-peer-end-${process.pid}`;
  const server = nodeNet.createServer((peer) => peer.end('x')).listen(path);
  await event(server, 'listening');
  const client = new net.Socket().connect(path);
  const log = eventsOf(client);
  await event(client, 'close');
  expect(log).toEqual(['connect', 'data', 'peerend', 'end', 'close']);
  server.close();
});
