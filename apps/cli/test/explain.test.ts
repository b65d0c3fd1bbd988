import { copyFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { InstalledCli } from './installed-cli.ts';

const CAPTURES = fileURLToPath(
  new URL('../../../packages/explain/test/captures/linux-6.18/', import.meta.url),
);
const capture = (name: string) => join(CAPTURES, `${name}.pcap`);
const directory = mkdtempSync(join(tmpdir(), 'halfclose-explain-'));

let cli: InstalledCli;
beforeAll(async () => {
  cli = await InstalledCli.build('explain');
}, 60_000);

function explain(...args: string[]) {
  return cli.run(['explain', ...args]);
}

describe('explain', () => {
  test('tells of a connection in full', () => {
    const { status, stdout, stderr } = explain(capture('half-close'));
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('orderly; the client closed first');
    expect(stdout).toContain('ended first  client, FIN in packet 6');
    expect(stdout).toMatch(/half-closed {2}for 1\.5\d s, by the client in packet 6, until packet 13/);
  });

  test('tells of a RST what it was, why, and what would show it', () => {
    const { stdout } = explain(capture('unread-server'));
    for (const part of [
      'Either because its program closed the socket with bytes unread',
      '[linger 0]',
      'rule unread-fresh',
      'TcpExtTCPAbortOnClose',
    ])
      expect(stdout).toContain(part);
  });

  test('tells what the guide shows', () => {
    const guide = readFileSync(new URL('../../../docs/guides/capture.md', import.meta.url), 'utf8');
    const [, told = ''] = explain(capture('unread-server')).stdout.split(/^-+\n/m);
    expect(told).toContain('reset by the server');
    expect(guide).toContain(told.trimEnd());
  });

  test('has filters, and an exit status for what is not there', () => {
    const file = capture('listener-closed');
    expect(explain(file, '--only', 'refused').stdout).toContain('1 of 5 connections');
    expect(explain(file, '--only', 'orderly')).toMatchObject({ status: 4, stderr: '' });
    expect(explain(file, '--connection', '2', '3', '--summary').stdout).toContain('2 of 5 connections');
    expect(explain(file, '--host', '127.0.0.1').status).toBe(0);
    expect(explain(file, '--host', '::1').status).toBe(4);
    expect(explain(file, '--port', '1').status).toBe(4);
    expect(explain(capture('half-close'), '--find', 'fig\\x0aap').stdout).toMatch(/found +in packet 4/);
    expect(explain(capture('half-close'), '--find', 'plum').status).toBe(4);
    expect(explain(file, '--fail-on', 'reset').status).toBe(3);
    expect(explain(file, '--fail-on', 'orderly').status).toBe(0);
  });

  test('is JSON, line by line', () => {
    const lines = explain(capture('listener-closed'), '--json').stdout.trimEnd().split('\n');
    const parsed = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(parsed.slice(0, -1).map(({ number, outcome }) => [number, outcome])).toEqual([
      [1, 'reset'],
      [2, 'reset'],
      [3, 'reset'],
      [4, 'reset'],
      [5, 'refused'],
    ]);
    expect(parsed.at(-1)?.summary).toMatchObject({ connections: 5, outcomes: { reset: 4, refused: 1 } });
  });

  test('unpacks what is gzipped, tells of a file that is cut off, and reads the standard input', () => {
    const bytes = readFileSync(capture('half-close'));
    const packed = join(directory, 'packed.pcap.gz');
    const cut = join(directory, 'cut.pcap');
    const packedCut = join(directory, 'cut.pcap.gz');
    writeFileSync(packed, gzipSync(bytes));
    writeFileSync(cut, bytes.subarray(0, -10));
    writeFileSync(packedCut, gzipSync(bytes).subarray(0, -40));
    expect(explain(packed).stdout).toContain('orderly; the client closed first');
    for (const file of [cut, packedCut])
      expect(explain(file)).toMatchObject({
        status: 0,
        stdout: expect.stringContaining('1 connection') as string,
        stderr: `halfclose: ${file}: the file ends within a packet; what came before was read\n`,
      });
  });

  test('finds one connection in two captures', () => {
    const other = join(directory, 'other.pcap');
    copyFileSync(capture('half-close'), other);
    expect(explain(capture('half-close'), other).stdout).toContain('1. 127.0.0.1:');
    expect(explain(capture('half-close'), other).stdout).toContain('1 matched');
  });

  test.each([
    [['nosuch.pcap'], 1, 'halfclose: nosuch.pcap: there is no such file\n'],
    [[CAPTURES], 1, `halfclose: ${CAPTURES} is a directory, and no capture\n`],
    [[fileURLToPath(import.meta.url)], 1, 'this is no pcap or pcapng file'],
    [[capture('half-close'), '--port', '70000'], 2, 'It must be a whole number of 0 to 65535.'],
    [[capture('half-close'), '--host', 'here'], 2, 'It must be an address, IPv4 or IPv6.'],
    [[capture('half-close'), '--only', 'broken'], 2, 'Allowed choices are orderly, half-closed, reset'],
    [[capture('half-close'), '--find', '\\q'], 2, 'A backslash must be followed by'],
    [[], 2, "missing required argument 'file'"],
  ])('%j: one sentence, and status %i', (args, wanted, message) => {
    const { status, stdout, stderr } = explain(...args);
    expect([status, stdout]).toEqual([wanted, '']);
    expect(stderr).toContain(message);
  });
});
