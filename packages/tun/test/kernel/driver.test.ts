import { spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { openTun, type TunDevice, type TunError, type TunOptions } from '../../src/index.ts';
import { interfaces, ip, ipJson } from './ip.ts';
import { bundleTun } from './bundle.ts';

const UDP = 17;

let opened: TunDevice[] = [];

function open(options: TunOptions): TunDevice {
  const device = openTun(options);
  opened.push(device);
  return device;
}

afterEach(async () => {
  const closing = opened.filter((device) => !device.closed);
  opened = [];
  for (const device of closing) device.close();
  await Promise.all(closing.map(async (device) => once(device, 'close')));
});

function failure(options: TunOptions): TunError {
  try {
    open(options);
  } catch (error) {
    return error as TunError;
  }
  throw new Error('it did not fail');
}

/** Sends a UDP datagram to where the kernel routes it into the device. */
async function sendDatagram(address: string, text: string): Promise<void> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  await new Promise<void>((resolve, reject) => {
    socket.send(text, 9, address, (error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
  socket.close();
}

/** The first frame that ends with `text`. */
async function frameWith(device: TunDevice, text: string): Promise<Uint8Array> {
  return new Promise((resolve) => {
    device.onFrame((frame) => {
      if (Buffer.from(frame).toString('latin1').endsWith(text)) resolve(frame);
    });
  });
}

test('an interface has the name, MTU, addresses, routes and state that were asked for', () => {
  const device = open({
    name: 'hc7',
    mtu: 1400,
    addresses: ['10.77.0.1/24', 'fd77::1/64'],
    routes: ['10.78.5.5/16', 'fd78::/48'],
  });
  const [link] = ipJson('addr', 'show', 'dev', 'hc7');
  expect(link).toMatchObject({ ifname: 'hc7', ifindex: device.index, mtu: 1400 });
  expect(link?.['flags']).toContain('UP');
  const addresses = link?.['addr_info'] as { local: string; prefixlen: number; tentative?: boolean }[];
  expect(addresses.map(({ local, prefixlen }) => `${local}/${prefixlen}`)).toEqual(
    expect.arrayContaining(['10.77.0.1/24', 'fd77::1/64']),
  );
  expect(addresses.some(({ tentative }) => tentative === true)).toBe(false);
  const routes = [...ipJson('route', 'show', 'dev', 'hc7'), ...ipJson('-6', 'route', 'show', 'dev', 'hc7')];
  expect(routes.map(({ dst }) => dst)).toEqual(expect.arrayContaining(['10.78.0.0/16', 'fd78::/48']));
  expect([device.name, device.mtu]).toEqual(['hc7', 1400]);
});

test('names are chosen, and several devices are open at once', () => {
  const [first, second] = [open({ name: 'many%d' }), open({ name: 'many%d' })];
  expect([first.name, second.name]).toEqual(['many0', 'many1']);
  expect(first.mtu).toBe(1500);
});

test.each([
  ['10.79.0.1/24', '10.79.0.9'],
  ['fd79::1/64', 'fd79::9'],
])('frames of %s arrive, with and without offload', async (prefix, address) => {
  for (const offload of [true, false]) {
    const device = open({ addresses: [prefix], offload });
    expect(device.offload === undefined).toBe(!offload);
    const text = `offload ${String(offload)}`;
    const arrival = frameWith(device, text);
    await sendDatagram(address, text);
    const frame = await arrival;
    expect((frame[0] as number) >> 4).toBe(address.includes(':') ? 6 : 4);
    expect(device.counters.framesReceived).toBeGreaterThan(0);
    device.close();
    await once(device, 'close');
  }
});

test('where the event loop is none of libuv, a thread tells of frames', async () => {
  vi.stubGlobal('Deno', {});
  const device = open({ addresses: ['10.84.0.1/24'] });
  vi.unstubAllGlobals();
  let count = 0;
  const all = new Promise<void>((resolve) => {
    device.onFrame((frame) => {
      if (frame[9] === UDP && ++count === 20) resolve();
    });
  });
  for (let left = 20; left > 0; left--) {
    await sendDatagram('10.84.0.9', 'one of many');
    if (left % 5 === 0) await nextTurn();
  }
  await all;
  device.unref().ref();
  const failed = once(device, 'error');
  ip('link', 'delete', device.name);
  expect(await failed).toMatchObject([{ code: 'EBADFD' }]);
});

test('frames that are sent reach the kernel', async () => {
  const device = open({ addresses: ['10.80.0.1/24'] });
  const socket = createSocket('udp4');
  socket.bind(5000, '10.80.0.1');
  await once(socket, 'listening');
  const payload = Buffer.from('from afar');
  // IPv4 and UDP without checksums but the header's own, from 10.80.0.2 port 7 to 10.80.0.1 port 5000.
  const frame = Buffer.concat([
    Buffer.from('4500000000004000401100000a5000020a500001', 'hex'),
    Buffer.from('0007138800000000', 'hex'),
    payload,
  ]);
  frame.writeUInt16BE(frame.length, 2);
  frame.writeUInt16BE(8 + payload.length, 24);
  let sum = 0;
  for (let offset = 0; offset < 20; offset += 2) sum += frame.readUInt16BE(offset);
  frame.writeUInt16BE(~((sum & 0xffff) + (sum >> 16)) & 0xffff, 10);
  const arrival = once(socket, 'message');
  device.send(frame);
  const [message, from] = (await arrival) as [Buffer, { address: string; port: number }];
  expect([message.toString(), from.address, from.port]).toEqual(['from afar', '10.80.0.2', 7]);
  expect(device.counters).toMatchObject({ framesSent: 1, bytesSent: frame.length });
  socket.close();
});

test('a frame that is no IP packet is refused by the kernel and counted', () => {
  const device = open({});
  device.send(Uint8Array.of(0, 1, 2, 3));
  expect(device.counters).toMatchObject({ framesSent: 0, dropped: { refused: 1 } });
});

test('what is sent while the interface is down is counted', () => {
  const device = open({ up: false });
  device.send(new Uint8Array(40).fill(0x45));
  expect(device.counters.dropped.down).toBe(1);
});

test('an interface that is removed is an error, then the end; what is sent after it is counted', async () => {
  const device = open({ addresses: ['10.81.0.1/24'] });
  device.onFrame(() => undefined);
  const events: string[] = [];
  device.on('error', () => events.push('error')).on('close', () => events.push('close'));
  const failed = once(device, 'error');
  ip('link', 'delete', device.name);
  const [error] = (await failed) as [TunError];
  await nextTurn();
  expect(events).toEqual(['error', 'close']);
  expect(error).toMatchObject({ code: 'EBADFD', syscall: 'read' });
  expect(error.message).toContain('has been removed');
  device.send(new Uint8Array(20));
  expect([device.closed, device.counters.dropped.closed]).toEqual([true, 1]);
});

test('an interface that is removed is noticed by who only sends', () => {
  const device = open({ name: 'gone%d' });
  const failed = once(device, 'error');
  ip('link', 'delete', device.name);
  device.send(new Uint8Array(40).fill(0x45));
  return expect(failed).resolves.toMatchObject([{ code: 'EBADFD', syscall: 'write' }]);
});

test('close removes the interface, and twice is harmless', async () => {
  const device = open({ name: 'brief%d' });
  expect(interfaces()).toContain(device.name);
  let closed = 0;
  device.on('close', () => closed++);
  device.close();
  device.close();
  expect(interfaces()).not.toContain(device.name);
  await once(device, 'close');
  expect(closed).toBe(1);
});

test('a persistent interface stays, and is attached to as it is', async () => {
  const first = open({ name: 'stays', persist: true, mtu: 1300 });
  first.close();
  await once(first, 'close');
  expect(interfaces()).toContain('stays');
  const second = open({ name: 'stays' });
  expect(second.mtu).toBe(1300);
  second.close();
  const third = open({ name: 'stays', persist: false });
  third.close();
  expect(interfaces()).not.toContain('stays');
});

test('several queues are several devices of one interface', () => {
  const first = open({ name: 'wide', multiQueue: true });
  const second = open({ name: 'wide', multiQueue: true });
  expect(second.index).toBe(first.index);
});

test('errors say what to do', () => {
  open({ name: 'taken' });
  expect(failure({ name: 'taken' })).toMatchObject({ code: 'EBUSY', syscall: 'TUNSETIFF', errno: -16 });
  expect(failure({ name: 'lo' })).toMatchObject({ code: 'EINVAL' });
  expect(failure({ name: 'taken' }).message).toContain('multiQueue');
  const small = failure({ name: 'small', mtu: 1000, addresses: ['fd82::1/64'] });
  expect(small.syscall).toBe('netlink');
  // What failed half-way leaves nothing.
  expect(interfaces()).not.toContain('small');
});

test('an interface that is as it should be takes no privileges', async () => {
  const owned = { name: 'owned', mtu: 1400, addresses: ['10.85.0.1/24', 'fd85::1/64'] };
  const first = open({ ...owned, persist: true, owner: 0 });
  first.close();
  await once(first, 'close');
  const tun = await bundleTun();
  const script = `import { openTun } from ${JSON.stringify(tun)};
    for (const more of [{}, { addresses: ['10.86.0.1/24'] }, { mtu: 1300 }]) {
      try {
        const device = openTun({ ...${JSON.stringify(owned)}, ...more });
        console.log(device.mtu);
        device.close();
      } catch ({ code, syscall }) { console.log(code, syscall); }
    }`;
  const args = ['--bounding-set=-all', process.execPath, '--input-type=module', '--eval', script];
  const { stdout, stderr } = spawnSync('setpriv', args, { encoding: 'utf8' });
  open({ name: 'owned', persist: false }).close();
  expect([stdout, stderr]).toEqual(['1400\nEPERM netlink\nEPERM netlink\n', '']);
});

test('privileges that are missing are an error that names them', async () => {
  const tun = await bundleTun();
  const script = `import { openTun } from ${JSON.stringify(tun)};
    try { openTun({ name: 'never' }); } catch ({ code, message }) { console.log(code, message); }`;
  const args = ['--bounding-set=-all', process.execPath, '--input-type=module', '--eval', script];
  const { stdout, stderr } = spawnSync('setpriv', args, { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^EPERM .*CAP_NET_ADMIN.*unshare --user --map-root-user --net/);
});

test.each(['exit', 'throw', 'SIGKILL'])('a process that ends by %s leaves no interface', async (way) => {
  const tun = await bundleTun();
  const script = `import { openTun } from ${JSON.stringify(tun)};
    const device = openTun({ name: 'ends', addresses: ['10.83.0.1/24'] });
    device.onFrame(() => undefined);
    console.log('open');
    process.stdin.once('data', () => {
      if (${JSON.stringify(way)} === 'exit') process.exit();
      throw new Error('as it is to be');
    });`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  await once(child.stdout, 'data');
  expect(interfaces()).toContain('ends');
  if (way === 'SIGKILL') child.kill('SIGKILL');
  else child.stdin.write('end');
  await once(child, 'exit');
  expect(interfaces()).not.toContain('ends');
});

test('a device holds the process, unless it is told not to', async () => {
  const tun = await bundleTun();
  const run = (statement: string): unknown => {
    const script = `import { openTun } from ${JSON.stringify(tun)};
      const device = openTun({});
      device.onFrame(() => undefined);
      ${statement}`;
    const options = { timeout: 3000, encoding: 'utf8' } as const;
    const args = ['--input-type=module', '--eval', script];
    const { status, stderr } = spawnSync(process.execPath, args, options);
    return status ?? stderr;
  };
  expect(run('device.unref();')).toBe(0);
  expect(run('setTimeout(() => device.close(), 100);')).toBe(0);
  expect(run('device.unref().ref();')).toBe('');
});

test.each(['', 'globalThis.Deno = {};'])(
  'a worker that is terminated gives its device back: %j',
  async (before) => {
    const tun = await bundleTun();
    const script = `const { Worker } = require('node:worker_threads');
    const { execFileSync } = require('node:child_process');
    const { readdirSync } = require('node:fs');
    const worker = new Worker(
      ${JSON.stringify(before)} + "import(" + JSON.stringify(${JSON.stringify(tun)}) + ").then(({ openTun }) => {" +
      "openTun({ name: 'worker' }).onFrame(() => undefined); require('node:worker_threads').parentPort.postMessage(0); })",
      { eval: true },
    );
    const names = () => execFileSync('ip', ['-o', 'link'], { encoding: 'utf8' }).includes('worker');
    worker.once('message', async () => {
      const before = names();
      await worker.terminate();
      console.log(before, names());
    });`;
    const child = spawn(process.execPath, ['--eval', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.on('data', (text) => (out += String(text)));
    const [status] = (await once(child, 'close')) as [number];
    expect([status, out]).toEqual([0, 'true false\n']);
  },
);
