import { expect, it } from 'vitest';
import net from '../../src/index.ts';
import { event, listening } from '../compare.ts';

/** What is listed now and was not before. */
function since(before: readonly string[]): string[] {
  const left = [...before];
  return process.getActiveResourcesInfo().filter((name) => {
    const place = left.indexOf(name);
    if (place >= 0) left.splice(place, 1);
    return place < 0;
  });
}

it('lists a timeout of the runtime for what holds the process, and no socket', async () => {
  const before = process.getActiveResourcesInfo();
  const server = net.createServer((socket) => socket.resume());
  const port = await listening(server);
  const clients = [net.connect(port, '127.0.0.1'), net.connect(port, '127.0.0.1')];
  await Promise.all(clients.map((client) => event(client, 'connect')));
  expect(since(before).filter((name) => name.includes('TCP'))).toEqual([]);
  // The runner has timers of its own, which come and go.
  expect(process.getActiveResourcesInfo()).toContain('Timeout');
  for (const client of clients) client.destroy();
  server.close();
  await event(server, 'close');
});
