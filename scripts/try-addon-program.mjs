// Run by try-addon.mjs under each runtime, in a network namespace: sends datagrams from the kernel to a device, which sends them
// back, and ends with status 0 once all have come.
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { pathToFileURL } from 'node:url';

const COUNT = 100;
const [KERNEL, OURS] = ['10.88.0.1', '10.88.0.2'];
const PATIENCE = 10_000;

const { openTun } = await import(pathToFileURL(process.argv[2]).href);
const device = openTun({ name: 'addon%d', addresses: [`${KERNEL}/24`], offload: false });
device.onFrame((frame) => {
  // UDP over IPv4 to us: addresses and ports change places, and no checksum is that of neither side.
  if (frame[0] !== 0x45 || frame[9] !== 17 || frame[19] !== 2) return;
  const back = frame.slice();
  back.set(frame.subarray(16, 20), 12);
  back.set(frame.subarray(12, 16), 16);
  back.set(frame.subarray(22, 24), 20);
  back.set(frame.subarray(20, 22), 22);
  device.send(back);
});

const socket = createSocket('udp4');
const came = new Set();
const done = new Promise((resolve, reject) => {
  setTimeout(() => reject(new Error(`${came.size} of ${COUNT} datagrams came back`)), PATIENCE);
  socket.on('error', reject);
  socket.on('message', (message) => {
    came.add(String(message));
    if (came.size === COUNT) resolve();
  });
});
await new Promise((resolve) => socket.bind(0, KERNEL, resolve));
for (let i = 0; i < COUNT; i++) {
  socket.send(`datagram ${i}`, 9, OURS);
  // So that some come together, and others alone.
  if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
}
await done;
assert(device.counters.framesReceived >= COUNT && device.counters.framesSent >= COUNT);
const closed = new Promise((resolve) => device.once('close', resolve));
device.close();
await closed;
socket.close();
assert.throws(() => openTun({ name: 'lo' }), { code: 'EINVAL' });
const { bun, deno, node } = process.versions;
const runtime = bun !== undefined ? `Bun ${bun}` : deno !== undefined ? `Deno ${deno}` : `Node ${node}`;
console.log(`the addon of tun carries packets under ${runtime}`);
process.exit(0);
