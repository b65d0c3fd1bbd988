import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodePacket, readPcapng } from '@halfclose/codec';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { InstalledCli } from '../installed-cli.ts';
import { endAll, Running, start } from './running-cli.ts';

let cli: InstalledCli;
const folder = mkdtempSync(join(tmpdir(), 'halfclose-serve-'));
const file = randomBytes(2_000_000);

beforeAll(async () => {
  cli = await InstalledCli.build('kernel-serve');
  mkdirSync(join(folder, 'site/more'), { recursive: true });
  writeFileSync(join(folder, 'site/file.bin'), file);
  writeFileSync(join(folder, 'site/more/index.html'), '<p>more</p>');
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(endAll);

function curl(...args: string[]): Buffer {
  return execFileSync('curl', ['--silent', '--globoff', ...args], { maxBuffer: 1e8 });
}

function isThere(name: string): boolean {
  return name in networkInterfaces();
}

test('serve has curl list a directory, and get a file or a range of it, over IPv4 and IPv6', async () => {
  const served = start(
    ...[cli, 'serve', '--tun', '10.96.1.2/24', '--tun', 'fd96:1::2/64', '--tun-name', 'serve1'],
    ...['--port', '8081', join(folder, 'site')],
  );
  await served.says('[fd96:1::2]:8081');
  expect(served.stdout.toString()).toBe(
    'http://10.96.1.2:8081/ on serve1, where the kernel is 10.96.1.1\n' +
      'http://[fd96:1::2]:8081/ on serve1, where the kernel is fd96:1::1\n',
  );
  for (const host of ['10.96.1.2', '[fd96:1::2]']) {
    const url = `http://${host}:8081/`;
    expect(curl(`${url}file.bin`).equals(file)).toBe(true);
    expect(curl('--range', '1000-1999', `${url}file.bin`).equals(file.subarray(1000, 2000))).toBe(true);
    expect(curl(url).toString()).toContain('<a href="./file.bin">file.bin</a>');
    expect(curl('--location', `${url}more`).toString()).toBe('<p>more</p>');
  }
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s ends serve and its connections, and leaves no interface', async (signal, status) => {
  const address = `10.96.${status}.2`;
  const served = start(
    ...[cli, 'serve', '--tun', `${address}/24`, '--tun-name', 'serve2', '--mtu', '1400', '-v'],
    join(folder, 'site'),
  );
  await served.says('http://');
  expect(isThere('serve2')).toBe(true);
  const slow = new Running('curl', [
    ...['--silent', '--show-error', '--limit-rate', '100k', '--output', '/dev/null'],
    `http://${address}:8080/file.bin`,
  ]);
  // Until there is more in its buffer than it may read.
  while (!/ESTAB +[1-9]\d{4}/.test(execFileSync('ss', ['-tnH', 'dst', address], { encoding: 'utf8' })))
    await new Promise((resolve) => setTimeout(resolve, 20));
  served.child.kill(signal);
  expect(await served.ended()).toBe(status);
  expect(isThere('serve2')).toBe(false);
  expect(await slow.ended()).not.toBe(0);
  expect(served.stderr).toContain(`10.96.${status}.1 GET /file.bin 200, not all of it\n`);
  expect(served.stderr).toMatch(/connection +10\.96\.\d+\.2:8080 - 10\.96\.\d+\.1:\d+/);
});

test('--capture writes the packets of the port, with changes of state, and --kernel-address is what it says', async () => {
  const capture = join(folder, 'capture.pcapng');
  const served = start(
    ...[cli, 'serve', '--tun', '10.96.3.2/24', '--capture', capture, '--capture-port', '8080'],
    ...['--kernel-address', '10.96.3.77', join(folder, 'site')],
  );
  await served.says('the kernel is 10.96.3.77');
  expect(() => curl('http://10.96.3.2:8081/')).toThrow();
  curl('http://10.96.3.2:8080/more/');
  served.child.kill('SIGINT');
  expect(await served.ended()).toBe(130);
  const read = readPcapng(readFileSync(capture));
  if (typeof read === 'string') throw new Error(read);
  const packets = read.packets.map(({ bytes }) => decodePacket(bytes, { verifyChecksums: false }));
  const ports = packets.map((packet) =>
    typeof packet === 'object' && packet.kind === 'tcp'
      ? [packet.segment.sourcePort, packet.segment.destinationPort]
      : [],
  );
  expect(ports.length).toBeGreaterThanOrEqual(8);
  expect(ports.every((pair) => pair.includes(8080))).toBe(true);
  expect(read.packets.some(({ comment }) => comment?.includes('SYN-RECEIVED -> ESTABLISHED'))).toBe(true);
});

test('serve fails at once where the interface is removed, though a connection is open', async () => {
  const served = start(cli, 'serve', '--tun', '10.96.6.2/24', '--tun-name', 'serve6', join(folder, 'site'));
  await served.says('http://');
  const idle = new Running('nc', ['10.96.6.2', '8080']);
  while (!execFileSync('ss', ['-tnH', 'dst', '10.96.6.2']).includes('ESTAB'))
    await new Promise((resolve) => setTimeout(resolve, 20));
  execFileSync('ip', ['link', 'delete', 'serve6']);
  expect(await served.ended()).toBe(1);
  expect(served.stderr).toMatch(/^halfclose: .* EBADFD serve6: the interface has been removed\n$/);
  idle.child.kill();
});

test('a name that is taken, a lack of privileges and a missing directory are told in one line', async () => {
  const served = start(cli, 'serve', '--tun', '10.96.4.2/24', '--tun-name', 'serve4', folder);
  await served.says('http://');
  const second = start(cli, 'serve', '--tun', '10.96.5.2/24', '--tun-name', 'serve4', folder);
  expect(await second.ended()).toBe(1);
  expect(second.stderr).toBe(
    'halfclose: TUNSETIFF EBUSY serve4: another process uses it; several may where all open it with multiQueue\n',
  );
  const lost = start(cli, 'serve', '--tun', '10.96.5.2/24', join(folder, 'nowhere'));
  expect(await lost.ended()).toBe(2);
  expect(lost.stderr).toMatch(/^halfclose: .*nowhere is no directory\n$/);
  const main = join(cli.directory, 'dist/main.js');
  const powerless = new Running('setpriv', [
    ...['--bounding-set', '-all', '--inh-caps', '-all', process.execPath, main],
    ...['serve', '--tun', '10.96.5.2/24', folder],
  ]);
  expect(await powerless.ended()).toBe(1);
  expect(powerless.stderr).toMatch(/^halfclose: TUNSETIFF EPERM .*CAP_NET_ADMIN.*\n$/);
});

test('connections and capture look into serve while it runs', async () => {
  const served = start(
    ...[
      cli,
      'serve',
      '--tun',
      '10.96.9.2/24',
      '--tun-name',
      'serve9',
      '--port',
      '8081',
      join(folder, 'site'),
    ],
  );
  await served.says('http://');
  const pid = String(served.child.pid);
  const capture = join(folder, 'looked.pcapng');
  const writing = start(cli, 'capture', '--pid', pid, '--write', capture, '--port', '8081');
  while (!existsSync(capture)) await new Promise((resolve) => setTimeout(resolve, 20));
  const open = connect(8081, '10.96.9.2');
  await once(open, 'connect');
  curl('http://10.96.9.2:8081/file.bin');
  const { stdout } = cli.run(['connections', '--pid', pid]);
  expect(stdout).toContain('(serve9 10.96.9.2)\n');
  expect(stdout).toMatch(/^LISTEN .*:8081/m);
  expect(stdout).toMatch(/^ESTABLISHED +0 +0 +10\.96\.9\.2:8081 +10\.96\.9\.1:\d+ +socket/m);
  writing.child.kill('SIGINT');
  expect(await writing.ended()).toBe(0);
  const read = readPcapng(readFileSync(capture));
  expect(typeof read !== 'string' && read.packets.length > 20).toBe(true);
  open.destroy();
  served.child.kill('SIGINT');
  await served.ended();
  expect(cli.run(['connections', '--pid', pid]).stderr).toContain(`process ${pid} does not let`);
});
