import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';

const EXAMPLE = '../../../examples/virtual-time';

test('examples/virtual-time: everything arrives, the same seed gives the same run, another one another', async () => {
  const print = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  await import(`${EXAMPLE}/main.js`);
  const lines = print.mock.calls.map(([text]) => String(text));
  print.mockRestore();
  expect(lines[0]).toMatch(/^100000 of 100000 octets arrived after .* lost [1-9]\d* of \d+ packets\.$/);
  expect(lines[1]).toBe('Again with the same seed: the same.');
  expect(lines[2]).toMatch(/^With another seed: 100000 octets/);
  expect(timesOf(lines[2])).not.toEqual(timesOf(lines[0]));
  // The README says that numbers change with the stack.
  const readme = readFileSync(new URL(`${EXAMPLE}/README.md`, import.meta.url), 'utf8');
  const shown = /```text\n([^]*?)```/.exec(readme)?.[1] ?? '';
  expect(withoutNumbers(shown)).toBe(withoutNumbers(`${lines.join('\n')}\n`));
});

function timesOf(line = ''): string[] {
  return line.match(/[\d.]+ s\b/g) ?? [];
}

function withoutNumbers(text: string): string {
  return text.replace(/[\d.]+(?= s\b| of \d+ packets| packets)/g, 'N');
}
