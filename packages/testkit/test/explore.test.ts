import http from 'node:http';
import { expect, it } from 'vitest';
import { lab, type LabNet } from '../src/index.ts';
import { failureOf, sleep } from './failure-of.ts';

/** A shop that counts an order twice whose answer got lost, unless it knows it by its key. */
async function placeOrders(lan: LabNet, isIdempotent: boolean): Promise<void> {
  const orders: string[] = [];
  const shop = lan.host('shop', () => {
    http
      .createServer((request, response) => {
        const key = request.headers['idempotency-key'];
        if (!isIdempotent || !orders.includes(String(key))) orders.push(String(key));
        request.resume().on('end', () => response.end('ok'));
      })
      .listen(80);
  });
  for (let i = 0; i < 5; i++) while (!(await placeOrder(String(i)))) await sleep(1000);
  expect(shop.run(() => orders.length)).toBe(5);
}

function placeOrder(key: string): Promise<boolean> {
  return new Promise((resolve) => {
    const options = { method: 'POST', headers: { 'idempotency-key': key }, timeout: 5000 };
    const request = http.request('http://shop/', options, (response) => {
      response
        .resume()
        .on('end', () => resolve(true))
        .on('error', () => resolve(false));
    });
    request
      .on('timeout', () => request.destroy())
      .on('error', () => resolve(false))
      .end('order');
  });
}

it('finds seeds that fail, and the fewest and roundest faults that do it', async () => {
  const error = await failureOf(
    lab.explore({ seeds: 30, faults: ['reset', 'crash', 'unplug', 'loss'] }, (lan) =>
      placeOrders(lan, false),
    ),
  );
  expect(error.message).toMatch(/^\d+ of 30 seeds failed: \d+/);
  const [, code = ''] = /seed \d+ that do it:\n((?: {2}net\.at.*\n)+)/.exec(error.message) ?? [];
  expect(code.trim().split('\n').length).toBeLessThanOrEqual(2);
  expect(code).toMatch(/^ {2}net\.at\(\d+(\.\d)?, \(\) => shop\.(reset|crash|unplug)\(\d*\)\);/);
  expect(error.message).toMatch(/expected \d to be 5/);
});

it('passes what stands all of them', async () => {
  await expect(lab.explore({ seeds: 30 }, (lan) => placeOrders(lan, true))()).resolves.toBeUndefined();
});

it('fails at once what fails without faults', async () => {
  let runs = 0;
  const test = lab.explore({ seeds: 30 }, () => {
    runs++;
    throw new Error('oh no');
  });
  expect((await failureOf(test)).message).toMatch(/^oh no/);
  expect(runs).toBe(2);
});
