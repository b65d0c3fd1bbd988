import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { InstalledCli } from './installed-cli.ts';

const CAPTURES = fileURLToPath(
  new URL('../../../packages/explain/test/captures/linux-6.18/', import.meta.url),
);
const FILE = join(CAPTURES, 'half-close.pcap');
const directory = mkdtempSync(join(tmpdir(), 'halfclose-pictures-'));

let cli: InstalledCli;
beforeAll(async () => {
  cli = await InstalledCli.build('pictures');
}, 60_000);

test('the tour draws its closings', () => {
  const pictures = join(directory, 'tour');
  const pcapng = join(directory, 'tour.pcapng');
  const args = ['tour', '--only', 'unread-data', 'time-wait', '--svg', pictures, '--pcapng', pcapng];
  expect(cli.run(args).status).toBe(0);
  expect(readdirSync(pictures)).toEqual(['time-wait.svg', 'unread-data.svg']);
  expect(readFileSync(join(pictures, 'unread-data.svg'), 'utf8')).toContain('Close with unread data</title>');
});

describe('one connection of a capture', () => {
  test('as a ladder, with the states that both ends must have had', () => {
    const { status, stdout, stderr } = cli.run(['ladder', FILE]);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/FIN-WAIT-1 .*FIN ACK 16:16\(0\) ack 1 win \d+ -+> CLOSE-WAIT/);
    expect(stdout).toContain('TIME-WAIT');
  });

  test('as a timeline of states', () => {
    expect(cli.run(['timeline', FILE]).stdout).toMatch(/FIN-WAIT-2 +1500\.\d+ .*\| FIN acknowledged/);
  });

  test.each([
    ['ladder', 'Ladder of 127.0.0.1'],
    ['timeline', 'FIN-WAIT-2 from'],
    ['sequence', 'Time-sequence graph of what 127.0.0.1'],
    ['states', 'went LISTEN, SYN-RECEIVED, ESTABLISHED, CLOSE-WAIT, LAST-ACK, CLOSED'],
  ])('%s as an SVG, in a file and on the standard output', (command, description) => {
    const file = join(directory, `${command}.svg`);
    expect(cli.run([command, FILE, '--svg', file, '--title', 'A & B'])).toMatchObject({
      status: 0,
      stdout: '',
    });
    const drawn = readFileSync(file, 'utf8');
    expect(drawn).toContain('<title id="title">A &amp; B</title>');
    expect(drawn).toContain(description);
    expect(cli.run([command, FILE, '--svg', '-', '--title', 'A & B']).stdout).toBe(drawn);
  });

  test('which one is chosen as explain counts them', () => {
    const file = join(CAPTURES, 'listener-closed.pcap');
    expect(cli.run(['ladder', file, '--connection', '5']).stdout).toContain('RST ACK 0:0(0) ack 1');
    expect(cli.run(['ladder', file, '--connection', '6'])).toMatchObject({
      status: 1,
      stdout: '',
      stderr: `halfclose: ${file}: no connection is as --connection, --port and --host say; halfclose explain lists all\n`,
    });
  });

  test('what is left out is said', () => {
    const { status, stderr } = cli.run(['ladder', FILE, '--packets', '3']);
    expect([status, stderr]).toEqual([
      0,
      'halfclose: 11 more packets of it are left out; --packets shows more\n',
    ]);
  });

  test.each([
    [['ladder', FILE, '--theme', 'pink'], 'Allowed choices are auto, light, dark.'],
    [['sequence', FILE, '--sender', 'me'], 'Allowed choices are client, server.'],
    [['ladder', FILE, '--packets', '0'], 'It must be a whole number of 1'],
    [['ladder', FILE, '--svg', join(directory, 'nowhere/x.svg')], 'There is no directory'],
    [['ladder', FILE, '--svg', directory], 'It is a directory.'],
    [['ladder', FILE, '--svg', join(FILE, 'x.svg')], 'ENOTDIR'],
  ])('%j: one sentence, and status 2', (args, message) => {
    const { status, stdout, stderr } = cli.run(args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });
});
