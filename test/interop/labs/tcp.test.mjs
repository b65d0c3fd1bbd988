// Down to the segment.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fin, first, lab, nth, syn } from '@halfclose/testkit';

test(
  'a SYN is lost: the second one comes after a second',
  lab(async (net) => {
    net.host('server', () => createServer().listen(7));
    net.drop(first(1, syn()));
    await once(connect(7, 'server'), 'connect');
    assert.equal(Math.round(net.now / 1000), 1);
  }),
);

test(
  'the second FIN is lost: nobody notices but TCP',
  lab(async (net) => {
    net.host('server', () => createServer((socket) => socket.end('bye')).listen(7));
    const lost = net.drop(nth(2, fin()));
    await once(connect(7, 'server').resume(), 'close');
    assert(net.now < 10);
    await sleep(1000);
    assert.match(net.ladder(), /FIN ACK .* again/);
    assert.equal(lost.count, 1);
  }),
);

test(
  'the accept queue is full for three seconds',
  lab(async (net) => {
    const server = net.host('server', () => createServer().listen(7));
    server.fill(7);
    net.at(3000, () => server.drain(7));
    await once(connect(7, 'server'), 'connect');
    assert(net.now > 3000 && net.now < 8000);
  }),
);

test(
  'a window of zero for ten minutes loses nothing',
  lab(async (net) => {
    let received = 0;
    const server = net.host('server', () => {
      createServer((socket) => socket.on('data', ({ length }) => (received += length))).listen(7);
    });
    const socket = connect(7, 'server');
    await once(socket, 'connect');
    server.freeze();
    socket.end(Buffer.alloc(8_000_000));
    net.at(600_000, () => server.thaw());
    await once(socket, 'close');
    assert(net.now > 600_000 && net.now < 800_000);
    assert.equal(received, 8_000_000);
  }),
);
