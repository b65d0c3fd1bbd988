import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { InstalledCli } from '../installed-cli.ts';
import { start } from './running-cli.ts';

let cli: InstalledCli;
beforeAll(async () => {
  cli = await InstalledCli.build('kernel-ping');
});

test.each([
  ['10.94.1.2/24', '10.94.1.1'],
  ['fd94:1::2/64', 'fd94:1::1'],
])('ping has the kernel reply to %s', (ours, kernel) => {
  const args = [join(cli.directory, 'dist/main.js'), 'ping', '-c', '3', '-i', '0.05', '--tun', ours, kernel];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const lines = stdout.split('\n');
  expect(lines[0]).toBe(`PING ${kernel} from ${ours.split('/')[0] ?? ''}: 56 bytes of data`);
  for (const sequence of [1, 2, 3]) {
    const line = `64 bytes from ${kernel}: icmp_seq=${sequence} ttl=64 time=`;
    expect(lines[sequence]?.startsWith(line)).toBe(true);
  }
  expect(stdout).toMatch(/\n3 packets transmitted, 3 received, 0% packet loss\nrtt .* ms\n$/);
});

test('an interface that was made for the user needs no privileges', () => {
  execFileSync('ip', ['tuntap', 'add', 'ping5', 'mode', 'tun', 'user', '0']);
  execFileSync('ip', ['address', 'add', '10.94.5.1/24', 'dev', 'ping5']);
  execFileSync('ip', ['link', 'set', 'ping5', 'up']);
  const ping = ['ping', '-c', '1', '--tun', '10.94.5.2/24', '--tun-name', 'ping5', '10.94.5.1'];
  const { status, stdout, stderr } = spawnSync(
    'setpriv',
    [
      '--bounding-set',
      '-all',
      '--inh-caps',
      '-all',
      process.execPath,
      join(cli.directory, 'dist/main.js'),
      ...ping,
    ],
    { encoding: 'utf8' },
  );
  expect(stderr).toBe('');
  expect(stdout).toContain('1 packets transmitted, 1 received');
  expect(status).toBe(0);
});

test('ping fails with status 1 where nobody replies, and an interrupted one sums up', async () => {
  const args = ['--tun', '10.94.2.2/24', '-i', '0.05', '10.94.2.99'];
  const silent = start(cli, 'ping', '-c', '2', ...args);
  expect(await silent.ended()).toBe(1);
  expect(silent.stdout.toString()).toContain('2 packets transmitted, 0 received, 100% packet loss\n');
  const endless = await start(cli, 'ping', '--tun', '10.94.3.2/24', '10.94.3.1').says('icmp_seq=1');
  endless.child.kill('SIGINT');
  expect(await endless.ended()).toBe(130);
  expect(endless.stdout.toString()).toContain('0% packet loss\n');
});

test.each([
  [['--tun', '10.94.4.2/24', '10.94.4.2'], 'is our own address'],
  [['--tun', '10.94.4.2/24', 'fd94::1'], 'has no address of a family'],
  [['--tun', '10.94.4.2/24', '-s', '1473', '10.94.4.1'], '1472'],
])('ping %j is refused', (args, why) => {
  const { status, stderr } = cli.run(['ping', ...args]);
  expect(stderr).toContain(why);
  expect(status).toBe(1);
});
