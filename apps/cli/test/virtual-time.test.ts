import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';

const EXAMPLE = '../../../examples/virtual-time';
const README = fileURLToPath(new URL(`${EXAMPLE}/README.md`, import.meta.url));

test('examples/virtual-time prints what its README shows: all arrives, the same seed gives the same run', async () => {
  const print = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  await import(`${EXAMPLE}/main.js`);
  const lines = print.mock.calls.map(([text]) => String(text));
  print.mockRestore();
  expect(lines[0]).toMatch(/^100000 of 100000 octets arrived after .* lost [1-9]\d* of \d+ packets\.$/);
  expect(lines[1]).toBe('Again with the same seed: the same.');
  expect(lines[2]).toMatch(/^With another seed: 100000 octets/);
  expect(timesOf(lines[2])).not.toEqual(timesOf(lines[0]));
  // The numbers change with the stack: `vitest -u` writes them.
  const shown = readFileSync(README, 'utf8').replace(/(?<=```text\n)[^]*?(?=```)/, `${lines.join('\n')}\n`);
  await expect(shown).toMatchFileSnapshot(README);
});

function timesOf(line = ''): string[] {
  return line.match(/[\d.]+ s\b/g) ?? [];
}
