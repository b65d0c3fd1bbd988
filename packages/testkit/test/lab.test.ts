import http from 'node:http';
import net from 'node:net';
import { expect, it } from 'vitest';
import { all, bytes, fin, from, lab, nth } from '../src/index.ts';
import { failureOf, sleep } from './failure-of.ts';

function download(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    http
      .get(url, (response) => {
        let text = '';
        response
          .on('data', (chunk) => (text += String(chunk)))
          .on('end', () => resolve(text))
          .on('error', reject);
      })
      .on('error', reject);
  });
}

function serve(text: string): () => void {
  return () => http.createServer((_request, response) => response.end(text)).listen(80);
}

it(
  'runs a server and a client as they are',
  lab(async (lan) => {
    lan.host('cdn', serve('x'.repeat(100_000)));
    expect(await download('http://cdn/')).toHaveLength(100_000);
    expect(await (await fetch('http://cdn/')).text()).toHaveLength(100_000);
    expect(lan.now).toBeLessThan(100);
  }),
);

it(
  'resets in mid-response',
  lab(async (lan) => {
    lan.host('cdn', serve('x'.repeat(1_000_000)));
    lan.reset(nth(1, bytes(20_000, 20_001)));
    await expect(download('http://cdn/f')).rejects.toMatchObject({ code: 'ECONNRESET' });
  }),
);

it(
  'lets an hour pass',
  lab(async (lan) => {
    const begun = Date.now();
    await sleep(3_000_000);
    expect([lan.now, Date.now() - begun]).toEqual([3_000_000, 3_000_000]);
  }),
);

it(
  'loses the second FIN, which comes again',
  lab(async (lan) => {
    lan.host('server', () => net.createServer((socket) => socket.end('bye')).listen(7));
    const lost = lan.drop(nth(2, fin()));
    const socket = net.connect(7, 'server').resume();
    await new Promise((resolve) => socket.on('close', resolve));
    await sleep(1000);
    expect(lost.count).toBe(1);
    expect(lan.ladder()).toMatch(/FIN ACK 1:1\(0\) ack 5 win 64512 ---x dropped by the test/);
    expect(lan.ladder()).toMatch(/FIN ACK 1:1\(0\) ack 5 win 64512 again/);
  }),
);

it(
  'names hosts in matches, and links between two of them',
  lab(async (lan) => {
    const answer = (text: string) => () => net.createServer((socket) => socket.end(text)).listen(7);
    lan.host('near', answer('near'));
    lan.host('far', answer('far'));
    lan.link('far').set({ delay: 100 });
    const rule = lan.delay(all(fin(), from('near')), 5000);
    const end = (host: string) =>
      new Promise<number>((resolve) =>
        net
          .connect(7, host)
          .resume()
          .on('end', () => resolve(lan.now)),
      );
    expect(await end('near')).toBeGreaterThan(5000);
    const begun = lan.now;
    expect((await end('far')) - begun).toBeCloseTo(400, -1);
    expect(rule.count).toBeGreaterThan(1);
  }),
);

it(
  'is quiet when nothing is on its way',
  lab(async (lan) => {
    lan.host('server', () => net.createServer((socket) => socket.resume()).listen(7));
    const socket = net.connect(7, 'server');
    socket.write(Buffer.alloc(500_000));
    await lan.quiet();
    expect([socket.writableLength, socket.bytesWritten]).toEqual([0, 500_000]);
    expect(lan.now).toBeLessThan(1000);
  }),
);

it('is outside of the lab what was outside before', async () => {
  const timer = setTimeout;
  await lab(() => undefined)();
  expect(setTimeout).toBe(timer);
  const begun = performance.now();
  await sleep(20);
  expect(performance.now() - begun).toBeGreaterThan(15);
  const server = http.createServer((_request, response) => response.end('real')).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.on('listening', resolve));
  const { port } = server.address() as net.AddressInfo;
  expect(await download(`http://127.0.0.1:${port}/`)).toBe('real');
  server.close();
});

it(
  'leaves the lab, and holds its time, where it is asked to',
  lab(async (lan) => {
    const begun = lan.now;
    const elapsed = await lab.outside(async () => {
      const start = Date.now();
      await sleep(30);
      return Date.now() - start;
    });
    expect(elapsed).toBeGreaterThanOrEqual(29);
    expect(lan.now).toBe(begun);
    expect(lab.outside(() => 7)).toBe(7);
  }),
);

it('runs one lab at a time, each from the beginning', async () => {
  const order: string[] = [];
  const test = (name: string) =>
    lab(async (lan) => {
      order.push(`${name} begins at ${lan.now}`);
      await sleep(1000);
      order.push(`${name} ends`);
    })();
  await Promise.all([test('a'), test('b')]);
  expect(order).toEqual(['a begins at 0', 'a ends', 'b begins at 0', 'b ends']);
});

it('refuses a lab within a lab', async () => {
  expect(await failureOf(lab(() => lab(() => undefined)()))).toMatchObject({ code: 'ERR_LAB_NESTED' });
});

it('runs by the seeds that the environment names', async () => {
  const seeds: number[] = [];
  const test = lab((lan) => seeds.push(lan.seed));
  try {
    process.env['HALFCLOSE_SEED'] = '7';
    await test();
    delete process.env['HALFCLOSE_SEED'];
    process.env['HALFCLOSE_SEEDS'] = '3';
    await test();
    process.env['HALFCLOSE_SEEDS'] = 'many';
    expect((await failureOf(test)).message).toContain('HALFCLOSE_SEEDS must be a whole number');
  } finally {
    delete process.env['HALFCLOSE_SEED'];
    delete process.env['HALFCLOSE_SEEDS'];
  }
  expect(seeds).toEqual([7, 1, 2, 3]);
});
