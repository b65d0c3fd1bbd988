import { once } from 'node:events';
import Redis from 'ioredis';
import { digest, MEGABYTE, octets, report, unusedPort } from './support/index.mjs';

const options = { host: '127.0.0.1', port: Number(process.env.SERVER_PORT), retryStrategy: () => 20 };
const redis = new Redis(options);
const saw = {};

await redis.flushall();
saw.set = [await redis.set('text', 'a value'), await redis.get('text'), await redis.get('absent')];
const big = octets(8 * MEGABYTE);
await redis.set('big', big);
saw.big = digest(await redis.getBuffer('big'));
const pipeline = redis.pipeline();
for (let i = 0; i < 2000; i++) pipeline.set(`key ${i}`, octets(i, i + 1)).strlen(`key ${i}`);
saw.pipeline = (await pipeline.exec()).reduce((sum, [, answer]) => sum + (Number(answer) || 0), 0);
saw.multi = await redis
  .multi()
  .incr('count')
  .incrby('count', 41)
  .lpush('text', 'no list')
  .exec()
  .then((answers) => answers.map(([error, answer]) => error?.message ?? answer));
saw.scanned = 0;
for await (const keys of redis.scanStream({ match: 'key *', count: 200 })) saw.scanned += keys.length;
saw.error = await redis.call('frobnicate').catch(({ name, message }) => [name, message.slice(0, 24)]);

const subscriber = new Redis(options);
const heard = [];
const all = new Promise((resolve) => {
  subscriber.on('message', (channel, message) => {
    if (heard.push([channel, message]) === 50) resolve();
  });
});
await subscriber.subscribe('news');
for (let i = 0; i < 50; i++) await redis.publish('news', `number ${i}`);
await all;
saw.heard = heard;

const waiting = redis.duplicate();
const popped = waiting.blpop('queue', 5);
setTimeout(() => void redis.rpush('queue', 'at last'), 50);
saw.popped = await popped;

// The server cuts the connection; what is asked then is asked again over the next one.
const id = await waiting.client('ID');
const reconnected = once(waiting, 'ready');
const cut = once(waiting, 'close');
await redis.client('KILL', 'ID', id);
await cut;
await reconnected;
saw.afterKill = [await waiting.get('text'), (await waiting.client('ID')) !== id];
await Promise.all([redis.quit(), subscriber.quit(), waiting.quit()]);

const lost = new Redis({
  host: '127.0.0.1',
  port: await unusedPort(),
  retryStrategy: () => null,
  lazyConnect: true,
});
lost.on('error', ({ code, syscall }) => (saw.lost = [code, syscall]));
saw.refused = await lost.connect().catch(({ message }) => message);
report(saw);
