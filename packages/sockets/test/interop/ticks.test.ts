import { Host, LOOPBACK_IPV4 } from '@halfclose/stack';
import { hostTimers } from '@halfclose/timers/host';
import { expect, it } from 'vitest';
import { AF_INET, TcpSocket } from '../../src/index.ts';

it('an owner is told in a task of the event loop, and what it queues runs before another is told', async () => {
  const timers = hostTimers();
  const release = timers.hold();
  const host = new Host({ timers, secret: Uint32Array.of(1, 2, 3, 4) });
  const listener = new TcpSocket(host, AF_INET);
  listener.bind(LOOPBACK_IPV4, 80);
  listener.listen(5);
  let busy = 0;
  let most = 0;
  let told = 0;
  const onReadiness = (): void => {
    told++;
    most = Math.max(most, ++busy);
    process.nextTick(() => void Promise.resolve().then(() => busy--));
  };
  const clients = Array.from({ length: 5 }, () => {
    const client = new TcpSocket(host, AF_INET);
    client.owner = { onReadiness };
    client.connect(LOOPBACK_IPV4, 80);
    return client;
  });
  await new Promise<void>((resolve) => {
    process.nextTick(() => {
      process.nextTick(resolve);
    });
  });
  // The stack has shaken hands, and no program has been told.
  expect([told, clients[0]?.connection?.state]).toEqual([0, 'ESTABLISHED']);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect([told >= 5, most, busy]).toEqual([true, 1, 0]);
  for (const client of clients) client.close();
  listener.close();
  release();
});
