import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { InstalledCli } from '../installed-cli.ts';

const TSHARK = process.env['TSHARK'] ?? 'tshark';
const hasTshark = spawnSync(TSHARK, ['--version']).status === 0;

let cli: InstalledCli;
beforeAll(async () => {
  cli = await InstalledCli.build('tshark');
});

test("Wireshark reads the tour's packets, and finds nothing malformed and no wrong checksum", (context) => {
  context.skip(!hasTshark, 'there is no tshark on this machine');
  const file = join(cli.directory, 'tour.pcapng');
  expect(cli.run(['tour', '--pcapng', file]).status).toBe(0);
  expect(tshark(file, 'tcp && ip').length).toBeGreaterThan(100);
  expect(tshark(file, '_ws.malformed || _ws.expert.severity == "Error"')).toEqual([]);
  expect(tshark(file, 'ip.checksum.status == "Bad" || tcp.checksum.status == "Bad"')).toEqual([]);
  expect(tshark(file, 'tcp.checksum.status == "Good"').length).toBe(tshark(file, 'tcp').length);
  expect(tshark(file, 'http.request').length).toBe(6);
});

/** The numbers of the packets that a filter finds. */
function tshark(file: string, filter: string): string[] {
  const settings = ['-o', 'tcp.check_checksum:TRUE', '-o', 'ip.check_checksum:TRUE'];
  const args = ['-r', file, ...settings, '-Y', filter, '-T', 'fields', '-e', 'frame.number'];
  const { status, stdout, stderr } = spawnSync(TSHARK, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout.split('\n').filter((line) => line !== '');
}
