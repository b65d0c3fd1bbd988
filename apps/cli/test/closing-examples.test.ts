import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';

const EXAMPLES = '../../../examples';

/** Runs an example here, on the sources of `@halfclose/net`; returns what it prints. */
async function printed(name: string): Promise<string> {
  const print = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  await import(`${EXAMPLES}/${name}/main.js`);
  const lines = print.mock.calls.map(([text]) => `${String(text)}\n`);
  print.mockRestore();
  return lines.join('');
}

/** What its README says that it prints. */
function shown(name: string): string {
  const readme = readFileSync(new URL(`${EXAMPLES}/${name}/README.md`, import.meta.url), 'utf8');
  return /```text\n([^]*?)```/.exec(readme)?.[1] ?? '';
}

test.each(['half-close', 'relay'])('examples/%s prints what its README shows', async (name) => {
  expect(await printed(name)).toBe(shown(name));
});

test('examples/linger prints what its README shows, but for the times of a busy machine', async () => {
  const text = await printed('linger');
  const withoutTimes = (some: string): string => some.replace(/after [\d.]+ s$/gm, 'after a while');
  expect(withoutTimes(text)).toBe(withoutTimes(shown('linger')));
});
