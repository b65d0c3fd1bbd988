import { ladder } from '@halfclose/trace';
import { expect, it } from 'vitest';
import { WORLDS } from '../src/scenarios/worlds.ts';
import { parseScript } from '../src/world/parse-script.ts';
import { playWorld } from '../src/world/world.ts';

it.each(WORLDS)('$name plays', ({ name, script }) => {
  const t = performance.now();
  const recording = playWorld(parseScript(script));
  console.log(
    name,
    recording.events.length,
    recording.duration,
    recording.cut,
    (performance.now() - t).toFixed(0),
    'ms',
    recording.ends
      .map((e) => `${e.host} ${e.localPort} ${e.blocks.at(-1)?.block.state} ${e.blocks.length}`)
      .join('; '),
  );
  if (process.env['SHOW']?.split(',').includes(name)) console.log(ladder(recording.events, { width: 120 }));
  expect(recording.events.length).toBeGreaterThan(0);
});
