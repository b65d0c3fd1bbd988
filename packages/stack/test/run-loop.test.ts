import { VirtualClock, Timer } from '@halfclose/timers';
import { expect, it } from 'vitest';
import { LoopbackDevice } from '../src/loopback-device.ts';
import { RunLoop } from '../src/run-loop.ts';
import type { Packet } from '@halfclose/codec';

const PACKET = {} as Packet;

it('lets timers go first although a program answers each packet from a task of its own', () => {
  const clock = new VirtualClock();
  const device = new LoopbackDevice();
  let packets = 0;
  let packetsBeforeTimer = -1;
  const loop = new RunLoop(
    clock,
    () => {
      packets++;
      if (packetsBeforeTimer < 0) {
        clock.defer(() => {
          loop.receive(PACKET, device);
        });
      }
    },
    () => 0,
  );
  const timer = new Timer(() => {
    packetsBeforeTimer = packets;
  });
  loop.receive(PACKET, device);
  clock.arm(timer, clock.now());
  clock.runTasks({ limit: 100_000 });
  expect(packetsBeforeTimer).toBe(512);
  expect(packets).toBe(513);
});
