import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { chapters } from '../src/tour/chapters.ts';
import { InstalledCli } from './installed-cli.ts';

let cli: InstalledCli;
beforeAll(async () => {
  cli = await InstalledCli.build('command-line');
});

test('--help lists the commands, and --version says which one it is', () => {
  expect(cli.run(['--help']).stdout).toMatchInlineSnapshot(`
    "Usage: halfclose [options] [command]

    TCP in user space, shown at work.

    Options:
      -v, --version   output the version number
      -h, --help      display help for command

    Commands:
      tour [options]  show programs on Halfclose, and each way to close a connection
      help [command]  display help for command
    "
  `);
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  expect(cli.run(['--version'])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
});

test('tour --list lists the chapters', () => {
  const { stdout } = cli.run(['tour', '--list']);
  expect(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ')[0]),
  ).toEqual(chapters.map(({ name }) => name));
});

test.each([
  [['nope'], "unknown command 'nope'"],
  [['tour', '--nope'], "unknown option '--nope'"],
  [['tour', '--only', 'nope'], 'Allowed choices are echo-net, http-hello, orderly-close'],
  [['tour', 'nope'], 'too many arguments'],
  [['tour', '--only', 'orderly-close', '--pcapng', '/nonexistent/x.pcapng'], 'ENOENT'],
])('%j fails with status 1 and says why', (args, reason) => {
  const { status, stderr } = cli.run(args);
  expect(stderr).toContain(reason);
  expect(status).toBe(1);
});

test('without a command it says what there is, and fails', () => {
  expect(cli.run([])).toMatchObject({
    status: 1,
    stdout: '',
    stderr: expect.stringContaining('Usage:') as string,
  });
});

test('tour shows every chapter as plain text of at most 100 columns in a pipe, and leaves a pcapng', () => {
  const { status, stdout, stderr } = cli.run(['tour']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  for (const [index, { title }] of chapters.entries()) expect(stdout).toContain(`\n${index + 1}. ${title}\n`);
  for (const line of stdout.split('\n').slice(0, -2)) expect(line.length).toBeLessThanOrEqual(100);
  expect(stdout).not.toContain('\u001b');
  expect(stdout).toContain('Halfclose opened 2 connections');
  const file = /^All packets, for Wireshark: (.*)$/m.exec(stdout)?.[1] ?? '';
  expect(readFileSync(file).readUInt32BE(0)).toBe(0x0a0d0d0a);
  rmSync(dirname(file), { recursive: true });
});

test('tour --only shows what is asked for, and writes where it is told', () => {
  const pcapng = join(cli.directory, 'tour.pcapng');
  const args = ['tour', '--only', 'orderly-close', 'time-wait', '--pcapng', pcapng];
  const { stdout } = cli.run(args, { FORCE_COLOR: '1' });
  expect(stdout).toMatch(/1\. Orderly close[^]*2\. TIME-WAIT and its end/);
  expect(stdout).not.toContain('Simultaneous');
  expect(stdout).toContain(
    '\u001b[36mclient saw:\u001b[39m sent 5 octets, read 5 octets, close returned 0\n',
  );
  expect(readFileSync(pcapng).length).toBeGreaterThan(1000);
});
