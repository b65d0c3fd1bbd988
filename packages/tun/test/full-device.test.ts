import { constants } from 'node:os';
import { collectGarbage } from '@halfclose/test-support';
import { describe, expect, test } from 'vitest';
import { Ready, type Native } from '../src/native.ts';
import { SendQueue } from '../src/send-queue.ts';
import { TunDevice } from '../src/tun-device.ts';

const EAGAIN = -constants.errno.EAGAIN;
const EINVAL = -constants.errno.EINVAL;
const HEADROOM = 10;

/** A kernel that takes frames when it wants to. */
class Kernel implements Native {
  /** How many more it takes. */
  room = 0;
  readonly taken: number[] = [];
  readonly armed: number[] = [];
  tries = 0;
  /** Whether it refuses to cut segments, with the error that some have for it. */
  refusesToCut = false;
  #ready: (events: number) => void = () => undefined;

  readonly open = (): number => 1;
  readonly attach = (): string => 'tun0';
  readonly features = (): number => 0;
  readonly set = (): number => 0;
  readonly read = (): number => EAGAIN;
  readonly hold = (): void => undefined;
  readonly close = (): void => undefined;
  readonly netlink = (): number => 0;
  readonly interfaceIndex = (): number => 1;

  write(_device: number, head: Uint8Array, headLength: number, body?: Uint8Array): number {
    this.tries++;
    if (this.refusesToCut && head[1] !== 0) return EINVAL;
    if (this.room === 0) return EAGAIN;
    this.room--;
    const bytes = new Uint8Array(headLength + (body?.length ?? 0));
    bytes.set(head.subarray(0, headLength));
    if (body !== undefined) bytes.set(body, headLength);
    this.taken.push(new DataView(bytes.buffer).getUint32(HEADROOM));
    return bytes.length;
  }

  watch(_device: number, callback: (events: number) => void): number {
    this.#ready = callback;
    return 0;
  }

  arm(_device: number, events: number): number {
    this.armed.push(events);
    return 0;
  }

  /** Says that it takes this many now. */
  becomeWritable(room: number): void {
    this.room = room;
    this.#ready(Ready.Writable);
  }
}

function deviceOn(kernel: Kernel, queueLength = 500): TunDevice {
  return new TunDevice({
    native: kernel,
    device: 1,
    name: 'tun0',
    index: 1,
    mtu: 1500,
    hasHeader: true,
    byThread: false,
    queueLength,
  });
}

/** A frame that is told by its first four bytes. */
function frame(number: number): Uint8Array {
  const bytes = new Uint8Array(40);
  new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
}

describe('a device that takes nothing', () => {
  test('is asked once, and has what does not fit its queue counted', () => {
    const kernel = new Kernel();
    const device = deviceOn(kernel, 500);
    for (let i = 0; i < 10_000; i++) device.send(frame(i));
    expect(kernel.tries).toBe(1);
    expect(kernel.armed.at(-1)).toBe(Ready.Writable);
    expect(device.counters).toMatchObject({ framesSent: 0, dropped: { 'queue-full': 9500 } });
    kernel.becomeWritable(Infinity);
    expect(kernel.taken).toEqual(Array.from({ length: 500 }, (_, i) => i));
    expect(kernel.armed.at(-1)).toBe(0);
    expect(device.counters.framesSent).toBe(500);
  });

  test('that says it would and then takes none is not asked without end', () => {
    const kernel = new Kernel();
    const device = deviceOn(kernel);
    for (let i = 0; i < 10; i++) device.send(frame(i));
    const before = kernel.tries;
    for (let i = 0; i < 1000; i++) kernel.becomeWritable(0);
    expect(kernel.tries - before).toBe(1000);
    expect([kernel.taken, device.counters.framesSent]).toEqual([[], 0]);
    kernel.becomeWritable(Infinity);
    expect(kernel.taken).toHaveLength(10);
  });

  test('and takes few at a time keeps their order, with those that come meanwhile behind them', () => {
    const kernel = new Kernel();
    const device = deviceOn(kernel, 50);
    const accepted: number[] = [];
    for (let i = 0; i < 20_000; i++) {
      const { 'queue-full': before } = device.counters.dropped;
      device.send(frame(i));
      if (device.counters.dropped['queue-full'] === before) accepted.push(i);
      if (i % 3 === 0) kernel.becomeWritable(i % 5 === 0 ? 2 : 1);
    }
    kernel.becomeWritable(Infinity);
    expect(kernel.taken).toEqual(accepted);
    expect(device.counters.framesSent + device.counters.dropped['queue-full']).toBe(20_000);
    expect(device.counters.dropped['queue-full']).toBeGreaterThan(1000);
  });

  test('counts what still waits when it is closed', () => {
    const kernel = new Kernel();
    const device = deviceOn(kernel);
    for (let i = 0; i < 7; i++) device.send(frame(i));
    device.close();
    device.send(frame(8));
    expect(device.counters.dropped.closed).toBe(8);
  });
});

test('a queue that never is empty lets go of what has left it', async () => {
  const queue = new SendQueue(10);
  const refs: WeakRef<Uint8Array>[] = [];
  for (let i = 0; i < 2000; i++) {
    queue.push(new Uint8Array(1000), 1000, undefined);
    const { first } = queue;
    if (first !== undefined && i % 100 === 0) refs.push(new WeakRef(first));
    if (queue.length > 5) queue.shift();
  }
  expect(queue.length).toBe(5);
  await collectGarbage();
  const kept = refs.filter((ref) => ref.deref() !== undefined).length;
  expect(kept).toBeLessThan(3);
});

test('a kernel that refuses to cut segments is asked once, and whoever asked is told each time', () => {
  const kernel = new Kernel();
  kernel.room = Infinity;
  kernel.refusesToCut = true;
  const device = deviceOn(kernel);
  const head = new Uint8Array(HEADROOM + 40);
  head[HEADROOM] = 0x45;
  const send = (bytes: number): boolean | undefined =>
    device.offload?.sendSegment(head, HEADROOM + 40, new Uint8Array(bytes), 1000);
  expect([send(3000), send(3000), send(1000), send(0)]).toEqual([false, false, true, true]);
  expect([kernel.tries, kernel.taken.length, device.counters.dropped.refused]).toEqual([3, 2, 0]);
});
