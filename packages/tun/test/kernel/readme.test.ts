import { execFile } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import { promisify } from 'node:util';
import * as net from '@halfclose/net';
import { examplesOf, runExample } from '@halfclose/test-support';
import { expect, test } from 'vitest';
import * as tun from '../../src/index.ts';

test('the example of the README answers curl', async () => {
  const [example] = examplesOf(new URL('../../README.md', import.meta.url));
  const modules = { 'node:http': { default: http }, '@halfclose/net': net, '@halfclose/tun': tun };
  const device = runExample(example?.program ?? '', modules, 'device').result as tun.TunDevice;
  const { stdout } = await promisify(execFile)('curl', ['--silent', 'http://10.99.0.2/']);
  expect(stdout).toBe('hello\n');
  device.close();
  await once(device, 'close');
});
