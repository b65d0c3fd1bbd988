import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { drill } from '../src/index.ts';
import { runFile } from '../src/node.ts';

const folder = fileURLToPath(new URL('must-fail/', import.meta.url));
const names = readdirSync(folder).filter((name) => name.endsWith('.pkt'));

describe('a script that must fail', () => {
  it.each(names)('%s fails at its line and for its reason', (name) => {
    const text = readFileSync(folder + name, 'utf8');
    const [, reason = ''] = /^\/\/ fails with: (.+)$/m.exec(text) ?? [];
    const line = text.split('\n').findIndex((each) => each.endsWith('// here')) + 1;
    const { outcome, failure } = runFile(folder + name);
    expect(outcome).toBe('failed');
    const fields = failure?.differences.map(({ field }) => field).join(', ') ?? '';
    expect(`${failure?.reason ?? ''}: ${fields}`).toContain(reason);
    expect(failure?.position.line).toBe(line);
  });
});

const OPEN = `
0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 bind(3, ..., ...) = 0
+0 listen(3, 1) = 0
+0 < S 0:0(0) win 32792 <mss 1000,nop,nop,sackOK>
+0 > S. 0:0(0) ack 1 <...>
+.01 < . 1:1(0) ack 1 win 32792
+0 accept(3, ..., ...) = 4
`;
const PROBED = `
+0 setsockopt(4, SOL_TCP, TCP_KEEPIDLE, [1], 4) = 0
+0 setsockopt(4, SOL_SOCKET, SO_KEEPALIVE, [1], 4) = 0
`;

describe('a script that is a microsecond better than one that must fail passes', () => {
  it.each([
    ['time_early', `${OPEN}+0 close(4) = 0\n+.004 > F. 1:1(0) ack 1`],
    ['time_range_early', `${OPEN}+0 close(4) = 0\n+.004~+.1 > F. 1:1(0) ack 1`],
    ['time_late', `--tolerance_percent=0\n${OPEN}${PROBED}+.996 > . 0:0(0) ack 1`],
    ['time_range_late', `--tolerance_percent=0\n${OPEN}${PROBED}+.5~+.996 > . 0:0(0) ack 1`],
    ['time_percent', `${OPEN}${PROBED}+1.142857 > . 0:0(0) ack 1`],
  ])('%s', (_name, text) => {
    expect(drill(text).outcome).toBe('passed');
  });
});
