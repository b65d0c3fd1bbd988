import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import tls from 'node:tls';
import { Aedes } from 'aedes';
import mqtt from 'mqtt';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { cert, closed, digest, key, listen, MEGABYTE, octets, report, unusedPort } from './support/index.mjs';

const saw = {};
const broker = await Aedes.createBroker({
  heartbeatInterval: 300,
  authenticate: (_client, _user, password, done) => done(null, String(password ?? '') !== 'wrong'),
});
const accepted = new Set();
const accept = (socket) => {
  accepted.add(socket);
  broker.handle(socket);
};
const plain = net.createServer(accept);
const secure = tls.createServer({ key, cert }, broker.handle);
const web = http.createServer();
const webSockets = new WebSocketServer({ server: web });
webSockets.on('connection', (socket, request) => broker.handle(createWebSocketStream(socket), request));
const port = await listen(plain);
const urls = [
  `mqtt://localhost:${port}`,
  `mqtts://localhost:${await listen(secure)}`,
  `ws://localhost:${await listen(web)}`,
];

function connect(url, options) {
  return mqtt.connectAsync(url, { ca: cert, reconnectPeriod: 50, ...options });
}

/** Resolves with the next `count` messages. */
function messages(client, count) {
  const got = [];
  return new Promise((resolve) => {
    client.on('message', function hear(topic, payload, { qos, retain }) {
      if (got.push([topic, digest(payload), qos, retain]) < count) return;
      client.off('message', hear);
      resolve(got);
    });
  });
}

for (const url of urls) {
  const name = new URL(url).protocol;
  const [subscriber, publisher] = [await connect(url), await connect(url)];
  await subscriber.subscribeAsync({ [`${name}/+/value`]: { qos: 2 }, [`${name}/#`]: { qos: 0 } });
  for (const qos of [0, 1, 2]) {
    const heard = messages(subscriber, 20);
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        publisher.publishAsync(`${name}/${i}/value`, octets(i * 500, i + 1), { qos }),
      ),
    );
    saw[`${name} qos ${qos}`] = (await heard).sort().length;
  }
  const heard = messages(subscriber, 1);
  await publisher.publishAsync(`${name}/big/value`, octets(4 * MEGABYTE), { qos: 1, retain: true });
  saw[`${name} big`] = await heard;
  const late = await connect(url);
  const retained = messages(late, 1);
  await late.subscribeAsync(`${name}/big/value`);
  saw[`${name} retained`] = await retained;
  await Promise.all([subscriber, publisher, late].map((each) => each.endAsync()));
}

// A will is told when the connection breaks, not when it ends as it should.
const watcher = await connect(urls[0]);
await watcher.subscribeAsync('wills/#');
const will = { topic: 'wills/heard', payload: 'gone', qos: 1, retain: false };
const polite = await connect(urls[0], { will: { ...will, topic: 'wills/unheard' } });
await polite.endAsync();
const told = messages(watcher, 1);
const rude = await connect(urls[0], { will, reconnectPeriod: 0 });
rude.stream.destroy();
saw.will = await told;
await rude.endAsync(true);

// Persistent sessions get what they missed.
const session = { clientId: 'keeper', clean: false };
const keeper = await connect(urls[0], session);
await keeper.subscribeAsync('kept', { qos: 1 });
await keeper.endAsync();
await watcher.publishAsync('kept', 'while you were away', { qos: 1 });
const again = mqtt.connect(urls[0], session);
const missed = messages(again, 1);
saw.present = (await once(again, 'connect'))[0].sessionPresent;
saw.missed = await missed;

// All connections are cut, and come back. The answer to this says that the broker has the acknowledgement of what was missed.
await again.publishAsync('other', 'x', { qos: 1 });
const back = [watcher, again].map((each) => new Promise((resolve) => each.once('connect', resolve)));
const broken = [watcher, again].map((each) => new Promise((resolve) => each.once('close', resolve)));
// Whether a ping was on its way then decides whether they see a reset.
for (const each of [watcher, again]) each.on('error', () => undefined);
for (const socket of accepted) socket.destroy();
await Promise.all(broken);
await Promise.all(back);
const after = messages(again, 1);
await watcher.publishAsync('kept', 'after the cut', { qos: 1 });
saw.after = await after;

// Longer than the keep-alive, so that pings keep it open.
const idle = await connect(urls[0], { keepalive: 1 });
await new Promise((resolve) => setTimeout(resolve, 2200));
saw.idle = idle.connected;
await Promise.all([watcher, again, idle].map((each) => each.endAsync()));

saw.denied = await mqtt.connectAsync(urls[0], { password: 'wrong', username: 'x', reconnectPeriod: 0 }).then(
  () => 'connected',
  ({ code, message }) => [code, message],
);
const refused = mqtt.connect(`mqtt://127.0.0.1:${await unusedPort()}`, { reconnectPeriod: 20 });
const refusals = [];
await new Promise((resolve) => {
  refused.on('error', ({ code, errors }) => {
    if (refusals.push(code ?? errors?.[0]?.code) === 3) resolve();
  });
});
saw.refused = refusals;
await refused.endAsync(true);
await new Promise((resolve) => broker.close(resolve));
await Promise.all([plain, secure, webSockets, web].map(closed));
report(saw);
