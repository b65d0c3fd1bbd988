import { formatFailure, runText } from '@halfclose/packetdrill';
import { expect, it } from 'vitest';
import { packetdrillOf } from '../src/export/packetdrill.ts';
import { WORLDS } from '../src/scenarios/worlds.ts';
import { parseScript } from '../src/world/parse-script.ts';
import { playWorld } from '../src/world/world.ts';

it.each(WORLDS)('$name', ({ name, script }) => {
  const setup = parseScript(script);
  const recording = playWorld(setup);
  for (const host of ['client', 'server'] as const) {
    let text = '';
    try {
      text = packetdrillOf(recording, setup, host);
    } catch (e) {
      console.log(name, host, 'REFUSED', (e as Error).message);
      continue;
    }
    const result = runText(text);
    console.log(name, host, result.outcome, result.failure?.reason, result.reason);
    if (process.env['SHOW'] === `${name}.${host}`)
      console.log(text, result.outcome === 'passed' ? '' : formatFailure(result));
  }
  expect(1).toBe(1);
});
