import { expect, it } from 'vitest';
import { drillRows, rowNames } from '../rows.mjs';
import { WORLDS } from '../src/scenarios/worlds.ts';
import { playDrill } from '../src/world/drill-recording.ts';

it('every row of docs/CLOSING.md by name is a scenario', () => {
  const scenarios = new Set([...drillRows(), ...WORLDS].map(({ name }) => name));
  expect(rowNames().length).toBeGreaterThan(180);
  expect(rowNames().filter((name) => !scenarios.has(name))).toEqual([]);
});

it.each(drillRows())(
  '$name: $title: its script passes, and the host under test is recorded',
  ({ name, script }) => {
    const recording = playDrill(script, `${name}.pkt`);
    expect(recording.script?.failure).toBe('');
    expect(recording.events.length).toBeGreaterThan(0);
    expect(recording.script?.lines.length).toBeGreaterThan(1);
  },
);
