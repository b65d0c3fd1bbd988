import { fileURLToPath } from 'node:url';
import { linux } from '@halfclose/stack';
import { describe, expect, it } from 'vitest';
import { compare } from '../src/compare.ts';
import { scenarioOfSeed } from '../src/differential.ts';
import { playOurs } from '../src/play-ours.ts';
import type { Recording } from '../src/player.ts';
import type { Scenario } from '../src/scenario.ts';
import { readScript } from '../src/script-scenario.ts';
import { scriptText } from '../src/script-text.ts';

const RULES = fileURLToPath(new URL('../../../packages/packetdrill/scripts/linux-rules/', import.meta.url));
const never = (): boolean => false;

/** Plays it without a kernel, each step as soon as the one before allows. */
function played(scenario: Scenario, profile = linux): Recording {
  let at = 0;
  const steps = scenario.steps.map(({ after }) => {
    at += after;
    return { at, result: '', state: '', seen: new Map(), numbers: null };
  });
  return playOurs(scenario, profile, { steps, packets: [], closedAt: null });
}

function script(name: string): Scenario {
  const read = readScript(`${RULES}${name}`);
  if (typeof read === 'string') throw new Error(read);
  return read.scenario;
}

describe('a scenario', () => {
  it('comes from a script, and shows the same again as one', () => {
    const scenario = script('x22_write_fills_small_buffer.pkt');
    expect(scriptText(scenario, played(scenario))).toContain('send(4, ..., 100000, 0) = 26000');
  });

  it('of a seed is always the same', () => {
    expect(scenarioOfSeed(7)).toEqual(scenarioOfSeed(7));
    expect(scenarioOfSeed(7)).not.toEqual(scenarioOfSeed(8));
  });

  it('differs in nothing from itself', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const once = played(scenarioOfSeed(seed));
      expect(compare(once, playOurs(scenarioOfSeed(seed), linux, once), never), `seed ${seed}`).toEqual([]);
    }
  });
});

describe('a difference', () => {
  const scenario = script('x22_write_fills_small_buffer.pkt');
  const usual = played(scenario);

  it('in what is sent is found', () => {
    const other = playOurs(scenario, { ...linux, sack: false }, usual);
    const [packet] = compare(usual, other, never);
    expect(packet).toMatchObject({ kind: 'packet: S. there, S. here' });
    expect(packet?.kernel).toContain('sackOK');
    expect(packet?.ours).not.toContain('sackOK');
  });

  it('in how long a close() takes is found', () => {
    const found = compare({ ...usual, closedAt: 1000 }, { ...usual, closedAt: null }, never);
    expect(found).toMatchObject([{ kind: 'return of close()', kernel: '1000.0 ms', ours: 'not yet' }]);
  });

  it('in a call, a state or readiness is found, and one that stands is not', () => {
    const [first, ...others] = usual.steps;
    if (first === undefined) throw new Error('no steps');
    const other = { ...usual, steps: [{ ...first, result: '-11', state: 'LISTEN' }, ...others] };
    expect(compare(usual, other, never).map(({ kind }) => kind)).toEqual(['result of a call', 'state']);
    expect(compare(usual, other, ({ kind }) => kind === 'state')).toMatchObject([{ ours: 'EAGAIN' }]);
  });
});
