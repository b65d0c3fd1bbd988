import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { formatFailure } from '../src/index.ts';
import { findScripts, readKnownFailures, runFile } from '../src/node.ts';

const folder = fileURLToPath(new URL('../scripts', import.meta.url));
const known = readKnownFailures(join(folder, 'known-failures.txt'));
const topics = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());

describe.each(topics.map(({ name }) => name))('the scripts of %s', (topic) => {
  it.each(findScripts([join(folder, topic)]).map((file) => file.slice(folder.length + 1)))('%s', (file) => {
    const path = resolve(folder, file);
    const result = runFile(path);
    if (known.has(path)) expect(result.outcome, `${file} is listed as a known failure`).toBe('failed');
    else expect(formatFailure(result)).toBe('');
  });
});

it('there are scripts for each topic', () => {
  expect(topics.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      ...['handshake', 'closing', 'half-close', 'linger', 'reset', 'time-wait', 'retransmission'],
      ...['sack', 'windows', 'keepalive', 'errors', 'linux-closing', 'linux-rules'],
    ]),
  );
});

it.each(['ipv6', 'mapped'] as const)('scripts that say nothing of IP pass in mode %s, too', (mode) => {
  const others = findScripts([folder]).filter(
    (file) => !/icmp|ipv4|_ip_|too_big/.test(file) && !known.has(file),
  );
  const failed = others.map((file) => runFile(file, { mode })).filter(({ outcome }) => outcome !== 'passed');
  expect(failed.map(formatFailure)).toEqual([]);
});
