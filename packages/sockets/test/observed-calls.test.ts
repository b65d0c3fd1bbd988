import { Host, LOOPBACK_IPV4, type StackCallEvent } from '@halfclose/stack';
import { VirtualClock } from '@halfclose/timers';
import { expect, test } from 'vitest';
import { AF_INET, TcpSocket } from '../src/index.ts';

const PORT = 80;

test('an observer is told what reads and writes return, errors and the end of the stream too, but not EAGAIN', () => {
  const clock = new VirtualClock();
  const host = new Host({ timers: clock, secret: Uint32Array.of(1, 2, 3, 4) });
  const listener = new TcpSocket(host, AF_INET);
  listener.bind(LOOPBACK_IPV4, PORT);
  listener.listen(1);
  const client = new TcpSocket(host, AF_INET);
  client.connect(LOOPBACK_IPV4, PORT);
  clock.runTasks();
  const server = listener.accept();
  if (typeof server === 'number') throw new Error(`accept returned ${server}`);
  const calls: string[] = [];
  host.observe((event) => {
    if (event.type === 'call') calls.push(textOf(event));
  });
  client.read(100);
  client.send(new Uint8Array(3));
  clock.runTasks();
  server.read(100);
  server.close();
  clock.runTasks();
  client.recv(new Uint8Array(100));
  client.close();
  client.send(new Uint8Array(3));
  expect(calls).toEqual([
    'send(3) = 3',
    'recv(100) = 3',
    'close = 0',
    'recv(100) = 0',
    'close = 0',
    'send(3) = -1 EBADF',
  ]);
});

function textOf({ call, result }: StackCallEvent): string {
  return `${call} = ${result}`;
}
