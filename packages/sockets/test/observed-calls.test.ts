import { Host, LOOPBACK_IPV4, type StackCallEvent } from '@halfclose/stack';
import { VirtualClock } from '@halfclose/timers';
import { expect, test } from 'vitest';
import { AF_INET, SHUT_WR, TcpSocket } from '../src/index.ts';

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

test('an observer is told what every other call returns, too: what worked, what failed, and why', () => {
  const host = new Host({ timers: new VirtualClock(), secret: Uint32Array.of(1, 2, 3, 4) });
  const calls: string[] = [];
  host.observe((event) => {
    if (event.type === 'call') calls.push(textOf(event));
  });
  const listener = new TcpSocket(host, AF_INET);
  listener.bind(LOOPBACK_IPV4, PORT);
  listener.bind(LOOPBACK_IPV4, PORT);
  listener.setsockopt('TCP_LINGER2', 5);
  listener.setsockopt('TCP_MAXSEG', 1);
  listener.listen(1);
  listener.accept();
  listener.connect(LOOPBACK_IPV4, PORT);
  const socket = new TcpSocket(host, AF_INET);
  socket.shutdown(SHUT_WR);
  socket.shutdown(9);
  socket.accept();
  socket.getsockopt('TCP_LINGER2');
  socket.getsockopt('TCP_INFO');
  socket.connect(LOOPBACK_IPV4, PORT);
  socket.connect(LOOPBACK_IPV4, PORT);
  socket.disconnect();
  socket.close();
  socket.close();
  expect(calls).toEqual([
    'bind = 0',
    'bind = -1 EINVAL',
    'setsockopt(TCP_LINGER2) = 0',
    'setsockopt(TCP_MAXSEG) = -1 EINVAL',
    'listen = 0',
    'connect = -1 EISCONN',
    'shutdown(SHUT_WR) = -1 ENOTCONN',
    'shutdown(9) = -1 EINVAL',
    'accept = -1 EINVAL',
    'getsockopt(TCP_LINGER2) = 0',
    'getsockopt(TCP_INFO) = 0',
    'connect = -1 EINPROGRESS',
    'connect = -1 EALREADY',
    'disconnect = 0',
    'close = 0',
    'close = -1 EBADF',
  ]);
});
