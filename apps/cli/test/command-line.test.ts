import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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
      -v, --version                          output the version number
      -h, --help                             display help for command

    Commands:
      tour [options]                         show programs on Halfclose, and each
                                             way to close a connection
      connections|ss [options] [chapter...]  show the connections of running
                                             processes, or of both hosts in a
                                             chapter of the tour
      capture [options]                      write the packets of a running process
                                             as pcapng, until it ends or is
                                             interrupted
      drill [options] <file|folder...>       run packetdrill scripts in virtual time
      explain [options] <file...>            tell of each connection of a capture
                                             who closed first, how it ended, and
                                             what each RST was
      ladder [options] <file>                show one connection of a capture as a
                                             ladder, with the states that both ends
                                             must have had
      timeline [options] <file>              show in which states both ends of a
                                             connection of a capture were, and how
                                             long
      sequence [options] <file>              draw what one end sent as a
                                             time-sequence graph, with
                                             acknowledgments, window, and bytes in
                                             flight
      states [options] <file>                draw the state diagram of RFC 9293 with
                                             the paths that both ends took
      serve [options] [directory]            serve files over HTTP from a host of
                                             ours, until it is interrupted
      nc [options] <host and port...>        connect standard input and output to a
                                             TCP connection of a host of ours
      ping [options] <host>                  send ICMP echo requests from a host of
                                             ours, and time the replies
      completion <shell>                     Generate shell completion scripts
      help [command]                         display help for command
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
  [['connections', 'echo-net'], 'Allowed choices are orderly-close, half-close'],
  [['connections', 'orderly-close', '--at', 'soon'], 'It must be a number of milliseconds, 0 or more.'],
  [['tour', '--only', 'orderly-close', '--pcapng', '/nonexistent/x.pcapng'], 'no directory /nonexistent.'],
  [['tour', '--only', 'orderly-close', '--pcapng', '-'], '--pcapng needs a file'],
  [['tour', '--svg', '/dev/null/x'], 'It cannot be looked at (ENOTDIR).'],
  [['tour', '--svg', '/dev/null'], '/dev/null is no directory.'],
])('%j fails with status 2 and says why', (args, reason) => {
  const { status, stderr } = cli.run(args);
  expect(stderr).toContain(reason);
  expect(status).toBe(2);
});

test('without a command it says what there is, and fails', () => {
  expect(cli.run([])).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringContaining('Usage:') as string,
  });
});

test('connections shows what both hosts hold, when it is told to', () => {
  const { status, stdout, stderr } = cli.run(['ss', 'time-wait', 'unread-data', '--at', '90', '90000']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatchInlineSnapshot(`
    "
    Close with unread data
    ----------------------
    after 90 ms
      client: nothing
      server: nothing

    after 90000 ms
      client: nothing
      server: nothing


    TIME-WAIT and its end
    ---------------------
    after 90 ms
      client
        State      Recv-Q  Send-Q  Local address   Peer address  Owner   Timers
        TIME-WAIT       0       0  10.0.0.1:40001  10.0.0.2:80   record  timewait, 59.98 s
      server
        State     Recv-Q  Send-Q  Local address  Peer address    Owner   Timers
        LAST-ACK       0       0  10.0.0.2:80    10.0.0.1:40001  orphan  on, 0.19 s

    after 90000 ms
      client: nothing
      server: nothing

    "
  `);
});

test('drill runs scripts, and fails with status 1 if one failed and 2 if there is none', () => {
  const scripts = fileURLToPath(
    new URL('../../../packages/packetdrill/scripts/linux-closing', import.meta.url),
  );
  const good = cli.run(['drill', join(scripts, 'a01_close_unread.pkt')]);
  expect(good).toEqual({ status: 0, stdout: '1 passed, 0 failed, 0 skipped\n', stderr: '' });
  const wrong = join(cli.directory, 'wrong.pkt');
  writeFileSync(
    wrong,
    '0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 listen(3, 5) = -1 EPIPE (Broken pipe)\n',
  );
  const bad = cli.run(['drill', wrong]);
  expect(bad).toMatchObject({ status: 1, stderr: '' });
  expect(bad.stdout).toContain('listen() returned');
  expect(bad.stdout).toMatch(/\n0 passed, 1 failed, 0 skipped\n$/);
  const none = cli.run(['drill', '/nonexistent.pkt']);
  expect(none).toMatchObject({
    status: 2,
    stdout: '',
    stderr: 'error: no such file or folder: /nonexistent.pkt\n',
  });
  expect(cli.run(['drill', '--nope', wrong]).status).toBe(2);
});

test('tour shows every chapter as plain text of at most 100 columns in a pipe, and leaves no file', () => {
  const temporary = join(cli.directory, 'temporary');
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary);
  const { status, stdout, stderr } = cli.run(['tour'], { TMPDIR: temporary });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  for (const [index, { title }] of chapters.entries()) expect(stdout).toContain(`\n${index + 1}. ${title}\n`);
  for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  expect(stdout).not.toContain('\u001b');
  expect(stdout).toContain('Halfclose opened 2 connections');
  expect(readdirSync(temporary)).toEqual([]);
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
  expect(readFileSync(pcapng).readUInt32BE(0)).toBe(0x0a0d0d0a);
  expect(readFileSync(pcapng).length).toBeGreaterThan(1000);
});

test('tour --json is a line for each chapter', () => {
  const { status, stdout } = cli.run(['tour', '--json', '--only', 'echo-net', 'unread-data']);
  expect(status).toBe(0);
  const [example, closing, ...others] = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  expect(others).toEqual([]);
  expect(example).toMatchObject({ chapter: 'echo-net', connections: 1 });
  expect(closing).toMatchObject({
    chapter: 'unread-data',
    client: {
      states: ['SYN-SENT', 'ESTABLISHED', 'CLOSED'],
      report: { closedFirst: 'peer', orderly: false },
    },
    server: { resets: 1 },
  });
});

test('connections --json has the moments of chapters', () => {
  const { status, stdout } = cli.run(['ss', 'time-wait', '--json', '--at', '90', '90000']);
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject([
    {
      chapter: 'time-wait',
      snapshots: [
        { time: 90, client: [{ state: 'TIME-WAIT' }], server: [{ state: 'LAST-ACK' }] },
        { time: 90000, client: [], server: [] },
      ],
    },
  ]);
});

test.each(['bash', 'zsh', 'fish'])('completion prints a script for %s', (shell) => {
  const { status, stdout, stderr } = cli.run(['completion', shell]);
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toContain('halfclose complete --');
});

test('what is typed so far is completed: commands, options, choices', () => {
  const complete = (...words: string[]) => cli.run(['complete', '--', ...words]).stdout;
  expect(complete('ex')).toMatch(/^explain\b/m);
  expect(complete('tour', '--pc')).toMatch(/^--pcapng\b/m);
  expect(complete('tour', '--only', '')).toMatch(/^unread-data\b/m);
});
