import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { InstalledCli } from '../installed-cli.ts';
import { endAll, Running, start } from './running-cli.ts';

let cli: InstalledCli;
beforeAll(async () => {
  cli = await InstalledCli.build('kernel-nc');
});
afterEach(endAll);

const data = randomBytes(1_000_000);
const question = randomBytes(300_000);

async function pause(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20));
}

async function listening(port: number): Promise<void> {
  while (!execFileSync('ss', ['-tlnH', 'sport', `:${port}`], { encoding: 'utf8' }).includes('LISTEN'))
    await pause();
}

test('nc -l takes what the nc of the kernel sends, and answers after its FIN', async () => {
  const ours = start(cli, 'nc', '-v', '-l', '--tun', '10.95.1.2/24', '9000');
  await ours.says('listening on all addresses port 9000');
  const kernel = new Running('nc', ['-N', '10.95.1.2', '9000']).end(question);
  await ours.says('connection from 10.95.1.1');
  while (ours.stdout.length < question.length) await pause();
  ours.end(data);
  expect(await kernel.ended()).toBe(0);
  expect(await ours.ended()).toBe(0);
  expect(ours.stdout.equals(question)).toBe(true);
  expect(kernel.stdout.equals(data)).toBe(true);
  expect(ours.stderr).toMatch(/orderly +yes/);
});

test('nc goes on to send after the FIN of the nc of the kernel', async () => {
  const listener = new Running('nc', ['-6', '-l', '-N', '9001']).end(data);
  await listening(9001);
  const ours = start(
    ...[cli, 'nc', '--tun', 'fd95:3::2/64', '--linger', '5', '--profile', 'rfc9293', '--congestion', 'reno'],
    ...['fd95:3::1', '9001'],
  );
  while (ours.stdout.length < data.length) await pause();
  ours.end(question);
  expect(await ours.ended()).toBe(0);
  expect(ours.stderr).toBe('');
  expect(ours.stdout.equals(data)).toBe(true);
  expect(await listener.ended()).toBe(0);
  expect(listener.stdout.equals(question)).toBe(true);
});

/** Accepts one connection, and does with it what is said. */
function python(port: number, then: string): Running {
  const script = `
import hashlib, socket, struct, time
s = socket.create_server(('0.0.0.0', ${port}))
print('ready', flush=True)
c, _ = s.accept()
${then}`;
  return new Running('python3', ['-c', script]);
}

test('nc sends a FIN at the end of its input, and goes on to read', async () => {
  const answer = `
asked = b''
while data := c.recv(65536): asked += data
time.sleep(0.1)
c.sendall(hashlib.sha256(asked).hexdigest().encode())`;
  await python(9006, answer).says('ready');
  const ours = start(cli, 'nc', '--tun', '10.95.7.2/24', '10.95.7.1', '9006').end(question);
  expect(await ours.ended()).toBe(0);
  expect(ours.stdout.toString()).toBe(createHash('sha256').update(question).digest('hex'));
});

test('where nobody listens it says so, with status 1, though its input is open', async () => {
  const ours = start(cli, 'nc', '--tun', 'fd95:2::2/64', 'fd95:2::1', '9005');
  expect(await ours.ended()).toBe(1);
  expect(ours.stderr).toBe('halfclose: connect ECONNREFUSED fd95:2::1:9005 (connection refused)\n');
});

test('SIGINT ends a connection that the peer leaves open by a FIN, then by a reset', async () => {
  await python(9002, 'time.sleep(60)').says('ready');
  const args = ['--tun', '10.95.4.2/24', '--tun-name', 'nc4', '-v', '10.95.4.1', '9002'];
  const ours = await start(cli, 'nc', ...args).says('connected to 10.95.4.1 port 9002');
  ours.child.kill('SIGINT');
  expect(await ours.ended()).toBe(130);
  expect(ours.stderr).toMatch(/FIN sent[^]*RST sent/);
  expect('nc4' in networkInterfaces()).toBe(false);
});

test('with --linger 0, SIGINT resets the connection', async () => {
  await python(9007, 'time.sleep(60)').says('ready');
  const args = ['--tun', '10.95.8.2/24', '--linger', '0', '-v', '10.95.8.1', '9007'];
  const ours = await start(cli, 'nc', ...args).says('connected to');
  ours.child.kill('SIGINT');
  expect(await ours.ended()).toBe(130);
  expect(ours.stderr).toContain('RST sent');
  expect(ours.stderr).not.toContain('FIN sent');
});

test('what the peer resets is an error, with status 1 and its reason', async () => {
  const reset = "c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))\nc.close()";
  await python(9003, reset).says('ready');
  const ours = start(cli, 'nc', '--tun', '10.95.5.2/24', '10.95.5.1', '9003');
  expect(await ours.ended()).toBe(1);
  expect(ours.stderr).toBe('halfclose: read ECONNRESET (peer reset)\n');
});

test('whoever reads no more of standard output has the connection ended, with status 1', async () => {
  const listener = new Running('nc', ['-l', '-N', '9004']);
  await listening(9004);
  const ours = start(cli, 'nc', '-v', '--tun', '10.95.6.2/24', '10.95.6.1', '9004');
  await ours.says('connected');
  ours.child.stdout?.destroy();
  listener.end(data);
  expect(await ours.ended()).toBe(1);
  expect(ours.stderr).toContain('halfclose: write EPIPE\n');
});

test('a process that is stopped while a peer sends goes on where it was', async () => {
  const big = randomBytes(20_000_000);
  const ours = start(cli, 'nc', '-l', '--tun', '10.95.8.2/24', '--tun-name', 'nc8', '9008');
  while (!('nc8' in networkInterfaces())) await pause();
  const script = `
import hashlib, socket, sys, time
while True:
    try: c = socket.create_connection(('10.95.8.2', 9008)); break
    except OSError: time.sleep(0.05)
data = sys.stdin.buffer.read()
print('connected', flush=True)
c.sendall(data)
c.shutdown(socket.SHUT_WR)
print(c.recv(1) == b'', flush=True)`;
  const peer = new Running('python3', ['-c', script]).end(big);
  await peer.says('connected');
  for (let i = 0; i < 3; i++) {
    ours.child.kill('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 700));
    ours.child.kill('SIGCONT');
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  ours.end('');
  expect(await ours.ended()).toBe(0);
  expect(ours.stdout.equals(big)).toBe(true);
  expect(await peer.ended()).toBe(0);
  expect(peer.stdout.toString()).toBe('connected\nTrue\n');
});
