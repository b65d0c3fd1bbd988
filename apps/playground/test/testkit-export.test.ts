import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { testkitTestOf } from '../src/export/testkit-test.ts';
import { WORLDS } from '../src/scenarios/worlds.ts';
import { parseScript } from '../src/world/parse-script.ts';
import { playWorld } from '../src/world/world.ts';

const dir = fileURLToPath(new URL('../out/testkit', import.meta.url));
it('writes', () => {
  mkdirSync(dir, { recursive: true });
  for (const { name, script } of WORLDS) {
    const setup = parseScript(script);
    try {
      writeFileSync(`${dir}/${name}.test.mjs`, testkitTestOf(playWorld(setup), setup, name));
    } catch (e) {
      console.log(name, (e as Error).message);
    }
  }
  expect(1).toBe(1);
});
