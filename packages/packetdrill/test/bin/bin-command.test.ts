import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { drillCommand } from '../../src/node.ts';

const GOOD = '0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n';
const BAD = `${GOOD}+0 listen(3, 1) = -1 EPIPE (Broken pipe)\n`;
const BEYOND = `${GOOD}+0 \`iptables -A INPUT -j DROP\`\n`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'halfclose-drill-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function script(name: string, text: string): string {
  const file = join(folder, name);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
  return file;
}

/** What the command prints, and its exit status. */
function run(...args: string[]): { status: number; output: string[]; errors: string } {
  const output: string[] = [];
  const errors: string[] = [];
  const exit = new Error('exit');
  let status: number | null = null;
  const before = process.exitCode;
  process.exitCode = undefined;
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => output.push(String(text)) > 0),
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => errors.push(String(text)) > 0),
    vi.spyOn(process, 'exit').mockImplementation((code) => {
      status ??= Number(code);
      throw exit;
    }),
  ];
  try {
    drillCommand('drill').parse(args, { from: 'user' });
  } catch (error) {
    if (error !== exit) throw error;
  } finally {
    status ??= Number(process.exitCode ?? 0);
    process.exitCode = before;
    for (const spy of spies) spy.mockRestore();
  }
  return { status, output: output.join('').split('\n').slice(0, -1), errors: errors.join('') };
}

test('a script that passes prints no more than the counts, and ends with 0', () => {
  expect(run(script('good.pkt', GOOD))).toEqual({
    status: 0,
    output: ['1 passed, 0 failed, 0 skipped'],
    errors: '',
  });
});

test('a folder is searched through, in the order of names, and what is unsupported counts as skipped', () => {
  script('b/bad.pkt', BAD);
  script('a/deep/good.pkt', GOOD);
  script('c.pkt', BEYOND);
  script('notes.txt', BAD);
  const { status, output } = run(folder);
  expect(status).toBe(1);
  expect(output[0]).toBe(`FAIL ${folder}/b/bad.pkt:2: listen() returned 0, expected -1 EPIPE`);
  expect(output).toContain(
    `SKIP ${folder}/c.pkt: unsupported: line 2: the command iptables: iptables -A INPUT -j DROP`,
  );
  expect(output.at(-1)).toBe('1 passed, 1 failed, 1 skipped');
});

test('a script that does not parse has failed, with its line and the reason', () => {
  const { status, output } = run(script('wrong.pkt', `${GOOD}+0 > S. 0:1(0)\n`));
  expect(status).toBe(1);
  expect(output[0]).toMatch(/^FAIL .*wrong\.pkt:2: 0:1\(0\) does not add up/);
  expect(output.at(-1)).toBe('0 passed, 1 failed, 0 skipped');
});

test.each([
  [['/nonexistent/x.pkt'], 'no such file or folder: /nonexistent/x.pkt'],
  [['--nope', 'x.pkt'], "unknown option '--nope'"],
  [['--mode', 'ipx', 'x.pkt'], 'Allowed choices are ipv4, ipv6, mapped'],
  [['--profile', 'xnu', 'x.pkt'], 'Allowed choices are linux, rfc9293'],
  [['-D', 'A', 'x.pkt'], 'NAME=VALUE'],
  [[], "missing required argument 'file|folder'"],
  [['--known-failures', '/nonexistent', '.'], 'no such file: /nonexistent'],
])('%j is wrong use: status 2, and why', (args, reason) => {
  const { status, output, errors } = run(...args);
  expect(errors).toContain(reason);
  expect([status, output]).toEqual([2, []]);
});

test('what cannot be read fails alone, and a folder with the name of a script is searched through', () => {
  script('named.pkt/good.pkt', GOOD);
  symlinkSync(join(folder, 'nowhere'), join(folder, 'broken.pkt'));
  const { status, output } = run(folder);
  expect(status).toBe(1);
  expect(output[0]).toContain(`FAIL ${folder}/broken.pkt:1: ENOENT`);
  expect(output.at(-1)).toBe('1 passed, 1 failed, 0 skipped');
});

test('a report that cannot be written, and a list that cannot be read, are wrong use', () => {
  const file = script('good.pkt', GOOD);
  const { status, errors } = run(file, '--json', folder);
  expect([status, errors.split(':', 3).join(':')]).toEqual([
    2,
    'error: the results cannot be written: EISDIR',
  ]);
  expect(run(file, '--known-failures', folder)).toMatchObject({
    status: 2,
    errors: `error: no such file: ${folder}\n`,
  });
});

test('a folder without scripts is wrong use', () => {
  expect(run(folder)).toMatchObject({ status: 2, errors: `error: no script found: ${folder}\n` });
});

test('the mode and the profile are what scripts see, unless they say otherwise', () => {
  const open = `${GOOD}+0 fcntl(3, F_SETFL, O_NONBLOCK) = 0\n+0 connect(3, ..., ...) = -1 EINPROGRESS\n`;
  const six = script('six.pkt', `${open}+0 > S 0:0(0) <mss 1440,...>\n`.replace('<mss 1440,...>', '<...>'));
  expect(run(six, '--mode', 'ipv6', '--json', join(folder, 'six.json')).status).toBe(0);
  const own = script(
    'own.pkt',
    `--ip_version=ipv4\n${GOOD}+0 bind(3, ..., ...) = 0\n+0 getsockname(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("0.0.0.0")}, [16]) = 0\n`,
  );
  expect(run(own, '--mode', 'ipv6').output).toEqual(['1 passed, 0 failed, 0 skipped']);
  const slow = script('slow.pkt', `${open}+0 > S 0:0(0) <...>\n+1 > S 0:0(0) <...>\n+1 > S 0:0(0) <...>\n`);
  expect([run(slow).status, run(slow, '--profile', 'rfc9293').status]).toEqual([0, 1]);
});

test('words are defined by -D, and the shell scripts of the folder are found', () => {
  script(
    'common.sh',
    '#!/bin/sh\nsysctl -q net.ipv4.tcp_timestamps=0 net.ipv4.tcp_sack=0 net.ipv4.tcp_window_scaling=0\n',
  );
  const file = script(
    'sub/words.pkt',
    '`../common.sh`\n' +
      `${GOOD}+0 fcntl(3, F_SETFL, O_NONBLOCK) = 0\n+0 connect(3, ..., ...) = -1 EINPROGRESS\n+0 > S 0:0(0) <mss 1460>\n+0 close(3) = RESULT\n`,
  );
  expect(run(file, '-D', 'RESULT=0').output).toEqual(['1 passed, 0 failed, 0 skipped']);
  expect(run(file, '-D', 'RESULT=1').status).toBe(1);
});

test('--verbose tells what passed, and once what was ignored', () => {
  const text = `\`sysctl -q net.ipv4.tcp_fack=1\`\n${GOOD}`;
  const files = [script('a.pkt', text), script('b.pkt', text)];
  expect(run('--verbose', ...files).output).toEqual([
    `PASS ${files[0]}`,
    `PASS ${files[1]}`,
    'ignored: net.ipv4.tcp_fack: nothing here that it sets',
    '2 passed, 0 failed, 0 skipped',
  ]);
});

test('a known failure is skipped with its reason; one that passes has failed', () => {
  script('bad.pkt', BAD);
  script('good.pkt', GOOD);
  const list = script('known.txt', '# a comment\nbad.pkt: no EPIPE yet\n');
  expect(run(folder, '--known-failures', list)).toMatchObject({
    status: 0,
    output: [`SKIP ${folder}/bad.pkt: known to fail: no EPIPE yet`, '1 passed, 0 failed, 1 skipped'],
  });
  writeFileSync(list, 'bad.pkt: no EPIPE yet\ngood.pkt: a mistake\n');
  const { status, output } = run(folder, '--known-failures', list);
  expect(output).toContain(`FAIL ${folder}/good.pkt: passes, and is listed as a known failure: a mistake`);
  expect([status, output.at(-1)]).toEqual([1, '0 passed, 1 failed, 1 skipped']);
  writeFileSync(list, 'gone.pkt: it was here\n');
  expect(run(folder, '--known-failures', list)).toMatchObject({ status: 2 });
});

test('--json says the same to programs', () => {
  const bad = script('bad.pkt', BAD);
  const json = join(folder, 'results.json');
  run(bad, script('beyond.pkt', BEYOND), '--json', json);
  expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({
    mode: 'ipv4',
    profile: 'linux',
    passed: 0,
    failed: 1,
    skipped: 1,
    results: [
      {
        file: bad,
        outcome: 'failed',
        verdict: 'failed',
        failure: { line: 2, at: 0, reason: 'listen() returned 0, expected -1 EPIPE', differences: [] },
      },
      { outcome: 'unsupported', verdict: 'skipped' },
    ],
  });
});
