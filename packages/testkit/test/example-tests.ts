import assert from 'node:assert/strict';
import events from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { runExample } from '@halfclose/test-support';
import * as testkit from '../src/index.ts';

/** The tests that an example of a document makes, by name. The process has to be prepared for labs. */
export function testsOf(program: string, prelude = ''): Map<string, testkit.LabTest> {
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
