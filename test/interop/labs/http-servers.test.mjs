// What happens at the end of connections of node:http, and when they are slow.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { lab } from '@halfclose/testkit';

function post(agent) {
  return new Promise((resolve, reject) => {
    const request = http.request('http://server/', { method: 'POST', agent }, (response) => {
      response.resume().on('end', resolve).on('error', reject);
    });
    request.on('error', reject).end('x');
  });
}

for (const [pause, outcome] of [
  [5900, 'ok'],
  [5980, 'socket hang up'],
  [6100, 'ok'],
])
  test(
    `a request ${pause} ms after the last one, where the server closes after 6 s: ${outcome}`,
    lab({ link: { delay: 20, jitter: 0 } }, async (net) => {
      net.host('server', () => {
        const server = http.createServer((request, response) =>
          request.resume().on('end', () => response.end()),
        );
        server.keepAliveTimeout = 5000;
        server.listen(80);
      });
      const agent = new http.Agent({ keepAlive: true });
      await post(agent);
      await sleep(pause);
      assert.equal(
        await post(agent).then(
          () => 'ok',
          ({ message }) => message,
        ),
        outcome,
      );
      agent.destroy();
    }),
  );

test(
  'a client that sends its headers byte by byte is cut off after 90 s, not 60',
  lab(async (net) => {
    net.host('server', () => http.createServer().listen(80));
    const socket = connect(80, 'server');
    socket.write('GET / HTTP/1.1\r\n');
    const timer = setInterval(() => socket.write('x'), 1000);
    const [answer] = await once(socket, 'data');
    clearInterval(timer);
    assert.match(String(answer), /^HTTP\/1.1 408/);
    assert.equal(Math.round(net.now / 1000), 90);
  }),
);

test(
  'close() waits for a request under way, and then for the connection that is kept alive',
  lab(async (net) => {
    let server;
    const host = net.host('server', () => {
      server = http.createServer((_, response) => setTimeout(() => response.end('done'), 10_000)).listen(80);
    });
    const agent = new http.Agent({ keepAlive: true });
    const answered = post(agent);
    await sleep(1000);
    const closed = host.run(() => once(server.close(), 'close'));
    await answered;
    await closed;
    assert(net.now > 10_000 && net.now < 20_000);
    agent.destroy();
  }),
);
