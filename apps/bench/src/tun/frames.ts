import { close, openSync, read } from 'node:fs';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { openTun } from '@halfclose/tun';
import type { Peer } from './peer.ts';

/** Datagrams that the peer sends: more than a queue of the kernel holds, so that who reads slower loses some. */
const COUNT = 300_000;
/** Of IP, UDP and what is in it. */
const FRAME = 1500;

/** Frames of 1500 bytes a second that arrive through the driver. */
export async function framesByDriver(peer: Peer): Promise<number> {
  const device = openTun({ addresses: ['10.97.0.1/24'] });
  let count = 0;
  device.onFrame((frame) => {
    if (frame.length === FRAME) count++;
  });
  const seconds = await peer.run('datagrams', '10.97.0.2', 9, COUNT);
  device.close();
  await once(device, 'close');
  return count / seconds;
}

/** The same read by fs.read, which is by the thread pool, into a buffer of its own for each frame. */
export async function framesByThreadPool(peer: Peer): Promise<number> {
  // The interface, with its address, is another's queue; this one gets the frames while that does not read.
  const name = 'bench0';
  const owner = openTun({ name, addresses: ['10.96.0.1/24'], persist: true, offload: false });
  owner.close();
  await once(owner, 'close');
  const fd = openSync('/dev/net/tun', 'r+');
  peer.attach(fd, name);
  let count = 0;
  let isOver = false;
  const next = (): void => {
    const buffer = Buffer.allocUnsafe(FRAME);
    read(fd, buffer, 0, FRAME, null, (error, length) => {
      if (error !== null || isOver) return;
      if (length === FRAME) count++;
      next();
    });
  };
  next();
  const seconds = await peer.run('datagrams', '10.96.0.2', 9, COUNT);
  const rate = count / seconds;
  isOver = true;
  // A read that waits in the thread pool ends with one more frame.
  await peer.run('datagrams', '10.96.0.2', 9, 1);
  await delay(50);
  close(fd);
  openTun({ name, persist: false, offload: false }).close();
  return rate;
}
