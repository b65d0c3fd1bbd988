import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { format } from 'node:util';
import { examplesOf } from '@halfclose/test-support';
import { expect, onTestFinished, test, vi } from 'vitest';

const folder = fileURLToPath(new URL('../out/guides', import.meta.url));

test('the example of the guide to tunnels prints what is below it', async () => {
  const [example, ...others] = examplesOf(new URL('../../../docs/guides/tunnels.md', import.meta.url));
  expect(others).toEqual([]);
  let printed = '';
  const log = vi.spyOn(console, 'log').mockImplementation((...values: unknown[]) => {
    printed += `${format(...values)}\n`;
  });
  onTestFinished(() => log.mockRestore());
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/tunnels.ts`, example?.program ?? '');
  await import(pathToFileURL(`${folder}/tunnels.ts`).href);
  expect(printed).toBe(example?.output);
});
