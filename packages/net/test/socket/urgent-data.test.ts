import { LOOPBACK_IPV4, Host } from '@halfclose/stack';
import { AF_INET, MSG_OOB, SHUT_WR, TcpSocket } from '@halfclose/sockets';
import { VirtualClock } from '@halfclose/timers';
import { expect, it } from 'vitest';
import { createNet, type Socket } from '../../src/index.ts';
import { event } from '../compare.ts';
import { runUntil } from '../network/two-hosts.ts';

// Node has no urgent data: it takes no notice of the octet out of band (node:net on Linux 6.18, from a peer that sends
// the same with MSG_OOB).
it('leaves urgent octets out of the text, as node:net does, and ends a chunk at each', async () => {
  const clock = new VirtualClock();
  const host = new Host({ timers: clock, secret: Uint32Array.of(1, 2, 3, 4) });
  const server = createNet(host).createServer().listen(80);
  const peer = new TcpSocket(host, AF_INET);
  peer.connect(LOOPBACK_IPV4, 80);
  const [socket] = (await runUntil(clock, event(server, 'connection'))) as [Socket];
  const chunks: string[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(String(chunk)));
  peer.setsockopt('TCP_NODELAY', 1);
  const say = async (text: string, flags = 0): Promise<void> => {
    peer.send(Buffer.from(text), flags);
    const later = clock.now() + 200;
    while (clock.now() < later) {
      clock.advanceBy(10);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  peer.send(Buffer.from('abc'));
  peer.send(Buffer.from('!'), MSG_OOB);
  await say('def');
  await say('?', MSG_OOB);
  await say('XYZ', MSG_OOB);
  await say('tail');
  await say('#', MSG_OOB);
  peer.shutdown(SHUT_WR);
  await runUntil(clock, event(socket, 'close'));
  expect(chunks).toEqual(['abc', 'def', 'XY', 'tail']);
  expect(socket.bytesRead).toBe(12);
  server.close();
});
