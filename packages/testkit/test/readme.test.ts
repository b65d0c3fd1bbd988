import assert from 'node:assert/strict';
import events from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { examplesOf, runExample } from '@halfclose/test-support';
import { expect, it } from 'vitest';
import * as testkit from '../src/index.ts';

// As the entry ./register: the examples take functions out of node:net when they are loaded.
testkit.register();

const [first, second] = examplesOf(new URL('../README.md', import.meta.url));

/** The tests that an example makes, by name. */
function testsOf(program: string, prelude = ''): Map<string, testkit.LabTest> {
  const tests = new Map<string, testkit.LabTest>();
  const modules = {
    'node:assert/strict': { default: assert },
    'node:events': events,
    'node:http': { default: http },
    'node:net': net,
    'node:test': { test: (name: string, test: testkit.LabTest) => tests.set(name, test) },
    '@halfclose/testkit': testkit,
  };
  runExample(prelude + program, modules);
  return tests;
}

it('the first example of the README passes', async () => {
  const [[name, test] = []] = testsOf(first?.program ?? '');
  expect(name).toBe('the second FIN is lost');
  await expect(test?.()).resolves.toBeUndefined();
});

it('the second one fails by orders that are placed twice', async () => {
  const place = `async function placeTenOrders() {
    for (let i = 0; i < 10; i++) for (;;) {
      try {
        await (await fetch('http://shop/', { method: 'POST', signal: AbortSignal.timeout(1000) })).text();
        break;
      } catch {}
    }
  }
`;
  const [[, test] = []] = testsOf((second?.program ?? '').replace('seeds: 200', 'seeds: 10'), place);
  await expect(test?.()).rejects.toThrow(/of 10 seeds failed/);
});
