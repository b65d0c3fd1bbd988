import { formatFailure, runText } from '@halfclose/packetdrill';
import { it } from 'vitest';
import { packetdrillOf } from '../src/export/packetdrill.ts';
import { WORLDS } from '../src/scenarios/worlds.ts';
import { parseScript } from '../src/world/parse-script.ts';
import { playWorld } from '../src/world/world.ts';
it('x', () => {
  for (const s of (process.env['SHOW'] ?? '').split(',')) {
    const [name, host] = s.split('.');
    const setup = parseScript(WORLDS.find((w) => w.name === name)!.script);
    const text = packetdrillOf(playWorld(setup), setup, host as 'client');
    const r = runText(text);
    console.log('=====', s, r.outcome);
    if (r.outcome !== 'failed') continue;
    const line = r.failure!.position.line;
    console.log(
      text
        .split('\n')
        .slice(Math.max(0, line - 12), line + 3)
        .join('\n'),
    );
    console.log(formatFailure(r).split('\n').slice(0, 9).join('\n'));
  }
});
