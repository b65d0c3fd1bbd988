import { readFileSync } from 'node:fs';
import net from '@halfclose/net';
import { connect } from '@halfclose/web';
import { describe, expect, it } from 'vitest';
import { differences } from './workerd/differences.mjs';
import { runScenarios } from './workerd/scenarios.mjs';
import { startServers } from './workerd/servers.mjs';

// What workerd logged of the same scenarios against the kernel. `npm run test:runtimes` runs it again and compares.
const file = new URL('workerd/expected.json', import.meta.url);
const expected = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string[]>;

const BASE = 1000;

describe('connect() leaves the same log as in workerd', async () => {
  const stop = await startServers(net, BASE);
  const logs = await runScenarios(connect, BASE);
  stop();

  it('of the same scenarios', () => {
    expect(Object.keys(logs)).toEqual(Object.keys(expected));
  });

  it.each(Object.entries(expected))('%s', (name, lines) => {
    const used = new Set<string>();
    const ours = lines.map((line) => {
      const step = line.slice(0, line.indexOf(': '));
      const difference = differences[name]?.[step];
      if (difference === undefined) return line;
      used.add(step);
      return `${step}: ${difference.ours}`;
    });
    expect(logs[name]).toEqual(ours);
    // A difference that is none any more has to go.
    expect([...used]).toEqual(Object.keys(differences[name] ?? {}));
    if (used.size > 0) expect(logs[name]).not.toEqual(lines);
  });
});
