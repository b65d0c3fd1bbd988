import { rmSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { InstalledCli } from './installed-cli.ts';

let cli: InstalledCli;
beforeAll(async () => {
  cli = await InstalledCli.build('tun-commands');
  // What a mistake lets pass fails at the device, wherever these tests run.
  rmSync(`${cli.directory}/prebuilds`);
});

const TUN = ['--tun', '10.99.0.2/24'];

test.each([
  ['serve', []],
  ['nc', ['10.99.0.1', '80']],
  ['ping', ['10.99.0.1']],
])('%s cannot do without --tun', (command, args) => {
  expect(cli.run([command, ...args])).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringContaining("required option '--tun <address/prefix>' not specified") as string,
  });
});

test.each([
  [
    ['--tun', 'here'],
    "option '--tun <address/prefix>' argument 'here' is invalid. It must be an address with",
  ],
  [['--tun', '10.99.0.2'], "argument '10.99.0.2' is invalid. It must be an address with its prefix"],
  [['--tun', '10.99.0.2/33'], 'It must be an address with its prefix'],
  [['--tun', '10.99.0.2/32'], 'Its prefix has one address only'],
  [['--tun', '10.99.0.0/24'], 'It must be the address of a host'],
  [
    [...TUN, '--kernel-address', '10.99.0.1/24'],
    "option '--kernel-address <address>' argument '10.99.0.1/24' is",
  ],
  [
    [...TUN, '--kernel-address', '10.98.0.1'],
    "argument '10.98.0.1' is invalid. It must lie in a prefix of --tun.",
  ],
  [[...TUN, '--tun-name', 'a/b'], "option '--tun-name <name>' argument 'a/b' is invalid."],
  [[...TUN, '--tun-name', 'x'.repeat(16)], 'It must have 1 to 15 bytes'],
  [[...TUN, '--tun-name', '%s'], "one '%d' at most"],
  [
    [...TUN, '--mtu', '67'],
    "option '--mtu <bytes>' argument '67' is invalid. It must be a whole number of 68",
  ],
  [[...TUN, '--mtu', '1e3'], 'It must be a whole number of 68 to 65535.'],
  [['--tun', 'fd99::2/64', '--mtu', '1279'], 'IPv6 needs 1280 bytes at least.'],
  [
    [...TUN, '--profile', 'beos'],
    "option '--profile <name>' argument 'beos' is invalid. Allowed choices are linux",
  ],
  [[...TUN, '--congestion', 'vegas'], "option '--congestion <name>' argument 'vegas' is invalid."],
  [[...TUN, '--linger', '-1'], 'It must be a whole number of 0 to 2147483647.'],
  [[...TUN, '--capture-port', '0'], "option '--capture-port <port>' argument '0' is invalid."],
  [[...TUN, '--port', '65536'], 'It must be a whole number of 1 to 65535.'],
  [
    [...TUN, '--capture', '/nonexistent/x.pcapng'],
    "option '--capture <file>' argument '/nonexistent/x.pcapng' is invalid. There is no directory /nonexistent.",
  ],
])('serve %j is refused, in the words of the option', (args, reason) => {
  const { status, stdout, stderr } = cli.run(['serve', ...args]);
  expect(stderr).toContain(reason);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
});

test.each([
  [['80'], 'error: a host and a port must be given'],
  [['10.99.0.1', '80', '81'], 'error: a host and a port must be given'],
  [['-l', '10.99.0.2', '80', '81'], 'error: a port, or one of our addresses and a port must be given'],
  [['10.99.0.1', 'http'], "error: the port must be a whole number of 1 to 65535, not 'http'"],
  [['-l', '0'], "error: the port must be a whole number of 1 to 65535, not '0'"],
])('nc %j is refused', (args, reason) => {
  expect(cli.run(['nc', ...TUN, ...args])).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringContaining(reason) as string,
  });
});

test.each([
  [['-c', '0'], "option '-c, --count <number>' argument '0' is invalid."],
  [['-i', '0'], 'It must be a number of seconds, 0.001 to 86400.'],
  [['-s', '65508'], 'It must be a whole number of 0 to 65507.'],
])('ping %j is refused', (args, reason) => {
  const { status, stderr } = cli.run(['ping', ...TUN, ...args, '10.99.0.1']);
  expect(stderr).toContain(reason);
  expect(status).toBe(2);
});

test('without an addon it says in one line what is missing', () => {
  expect(cli.run(['serve', ...TUN])).toMatchObject({
    status: 1,
    stdout: '',
    stderr: expect.stringMatching(
      /^halfclose: (no addon for|TUN devices are supported on Linux).*\n$/,
    ) as string,
  });
});
