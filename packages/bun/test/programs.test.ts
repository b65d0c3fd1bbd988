import { readFileSync, writeFileSync } from 'node:fs';
import { connect, listen } from '@halfclose/bun';
import { describe, expect, it } from 'vitest';
import { runPrograms } from './programs.mjs';

// What the programs logged on Bun's own sockets. Where Bun runs this test (`npm run test:runtimes`), they are run there again;
// with HALFCLOSE_RECORD=1 they are recorded anew.
const file = new URL('expected.json', import.meta.url);
const expected = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string[]>;
const bun: unknown = Reflect.get(globalThis, 'Bun');
const runtimes: [string, unknown][] = [['ours', { connect, listen }]];
if (bun !== undefined) runtimes.push(['those of Bun', bun]);

describe.each(runtimes)("programs for Bun's sockets on %s", async (_name, api) => {
  const logs = await runPrograms(api);
  if (process.env['HALFCLOSE_RECORD'] === '1' && api === bun)
    writeFileSync(file, `${JSON.stringify(logs, null, 2)}\n`);

  it('run all of them', () => {
    expect(Object.keys(logs)).toEqual(Object.keys(expected));
  });

  it.each(Object.entries(expected))('%s', (program, lines) => {
    expect(logs[program]).toEqual(lines);
  });
});
