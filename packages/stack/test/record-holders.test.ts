import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { RecordHolders } from '../src/record-holders.ts';

interface Held {
  readonly owner: object | null;
}

/** Collects all garbage, once nothing of this turn holds it any more. */
async function collectGarbage(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  setFlagsFromString('--expose-gc');
  runInNewContext('gc()');
}

it('whose socket nobody holds are forgotten as others come; who waits, or holds the socket, is not', async () => {
  const holders = new RecordHolders<Held>();
  for (let i = 0; i < 1000; i++) holders.add(i, { owner: null });
  for (let i = 1000; i < 1100; i++) holders.add(i, { owner: {} });
  const mine = Array.from({ length: 100 }, (): Held => ({ owner: null }));
  mine.forEach((held, i) => {
    holders.add(1100 + i, held);
  });
  expect(holders.size).toBe(1200);
  await collectGarbage();
  for (let i = 0; i < 1000; i++) {
    holders.add(2000 + i, { owner: null });
    holders.take(2000 + i);
  }
  expect(holders.size).toBe(200);
  const found = Array.from({ length: 1200 }, (_, i) => i).filter((i) => holders.get(i) !== null);
  expect([found.length, found[0], holders.get(1150) === mine[50]]).toEqual([200, 1000, true]);
});
