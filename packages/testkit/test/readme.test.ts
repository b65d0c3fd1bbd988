import { examplesOf } from '@halfclose/test-support';
import { expect, it } from 'vitest';
import { register } from '../src/index.ts';
import { testsOf } from './example-tests.ts';

// As the entry ./register: the examples take functions out of node:net when they are loaded.
register();

const [first, second] = examplesOf(new URL('../README.md', import.meta.url));

it('the first example of the README passes', async () => {
  const [[name, test] = []] = testsOf(first?.program ?? '');
  expect(name).toBe('the second FIN is lost');
  await expect(test?.()).resolves.toBeUndefined();
});

it('the second one fails by orders that are placed twice', async () => {
  const place = `async function placeTenOrders() {
    for (let i = 0; i < 10; i++) for (;;) {
      try {
        await (await fetch('http://shop/', { method: 'POST', signal: AbortSignal.timeout(1000) })).text();
        break;
      } catch {}
    }
  }
`;
  const [[, test] = []] = testsOf((second?.program ?? '').replace('seeds: 200', 'seeds: 10'), place);
  await expect(test?.()).rejects.toThrow(/of 10 seeds failed/);
});
