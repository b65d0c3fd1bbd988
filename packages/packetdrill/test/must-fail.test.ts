import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { drill, runText } from '../src/index.ts';
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

describe('arguments that no call can have fail the script at their line', () => {
  it.each([
    ['write(4, ..., -5) = -1 EFAULT (Bad address)', 'the length of a buffer is not from 0 to 2147483647: -5'],
    ['read(4, ..., 99999999999) = 0', 'the length of a buffer is not from 0 to 2147483647: 99999999999'],
    ['recv(4, ..., -7, MSG_WAITALL) = 5', 'the length of a buffer is not from 0 to 2147483647: -7'],
    ['writev(4, [{..., -10}, {..., 20}], 2) = 10', 'the length of a buffer is not from 0 to 2147483647: -10'],
    [
      'readv(4, [{..., 2147483647}, {..., 1}], 2) = 0',
      'the length of a buffer is not from 0 to 2147483647: 2147483648',
    ],
    ['writev(4, [{..., 10}, {..., 20}], 3) = 30', 'iovcnt is 3, and the list has 2'],
    ['readv(4, [{..., 10}], 2) = 10', 'iovcnt is 2, and the list has 1'],
    [
      'sendmsg(4, {msg_name(...)=..., msg_iov(2)=[{..., 10}], msg_flags=0}, 0) = 10',
      'msg_iovlen is 2, and the list has 1',
    ],
    ['setsockopt(4, SOL_SOCKET, SO_SNDBUF, [99999999999], 4) = 0', '99999999999 does not fit into 32 bits'],
    ['shutdown(4, 99999999999) = 0', '99999999999 does not fit into 32 bits'],
    [
      'bind(4, {sa_family=AF_INET, sin_port=htons(65536), sin_addr=inet_addr("192.168.0.1")}, 16) = 0',
      'the port is not from 0 to 65535: 65536',
    ],
  ])('%s', (call, reason) => {
    const { outcome, failure } = runText(`${OPEN}+0 ${call}`);
    expect(outcome).toBe('failed');
    expect(failure).toMatchObject({ reason, position: { line: 9 } });
  });
});

describe('arguments on the edge of what a call can have are taken', () => {
  it.each([
    ['writev(4, [{..., 10}, {..., 20}], 2) = 30', '+0 > P. 1:31(30) ack 1'],
    ['sendmsg(4, {msg_name(...)=..., msg_iov(2)=[{..., 10}, {..., 20}], msg_flags=0}, 0) = 30', ''],
    ['sendmsg(4, {msg_name(...)=..., msg_iov(...)=[{..., 10}, {..., 20}], msg_flags=0}, 0) = 30', ''],
    ['write(4, ..., 0) = 0', ''],
    ['epoll_create(1) = 5', '+0 epoll_wait(5, ..., 0, 0) = -1 EINVAL (Invalid argument)'],
  ])('%s', (call, next) => {
    expect(runText(`${OPEN}+0 ${call}\n${next}`)).toMatchObject({ outcome: 'passed' });
  });
});
