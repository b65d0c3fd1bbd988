import { VirtualClock, Timer } from '@halfclose/timers';
import { expect, it } from 'vitest';
import { LoopbackDevice } from '../../src/devices/loopback-device.ts';
import { type Caller, type Next, RunLoop } from '../../src/host/run-loop.ts';
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

/** Callers that note their names at each step, and answer what they are given, then nothing. */
function called(clock: VirtualClock, answers: Readonly<Record<string, readonly Next[]>>): string[] {
  const loop = new RunLoop(
    clock,
    () => undefined,
    () => 0,
  );
  const names: string[] = [];
  for (const [name, given] of Object.entries(answers)) {
    const left = [...given];
    const caller: Caller = {
      queued: false,
      step: () => {
        names.push(name);
        return left.shift() ?? 'nothing';
      },
    };
    loop.call(caller);
  }
  clock.runTasks({ limit: 1000 });
  return names;
}

it('one who has more goes on before others, and one who gives way behind those who wait', () => {
  const clock = new VirtualClock();
  expect(called(clock, { a: ['more', 'more'], b: [] })).toEqual(['a', 'a', 'a', 'b']);
  expect(called(clock, { a: ['more after others', 'more'], b: [], c: [] })).toEqual([
    'a',
    'b',
    'c',
    'a',
    'a',
  ]);
  expect(called(clock, { a: ['more this turn'], b: ['more'], c: [] })).toEqual(['a', 'b', 'b', 'c', 'a']);
});

it('whoever gives way without more is called before a turn ends in which the time is over, and nobody else', () => {
  const clock = new VirtualClock();
  let now = 0;
  // Each call takes longer than a turn.
  clock.now = () => now;
  const turns: string[][] = [[]];
  clock.yield = (task) => {
    clock.defer(() => {
      turns.push([]);
      task();
    });
  };
  const loop = new RunLoop(
    clock,
    () => undefined,
    () => 0,
  );
  const caller = (name: string, answers: Next[], act?: () => void): Caller => ({
    queued: false,
    step: () => {
      now += 1;
      turns.at(-1)?.push(name);
      act?.();
      act = undefined;
      return answers.shift() ?? 'nothing';
    },
  });
  const late = caller(
    'late',
    Array.from({ length: 20 }, () => 'more after others'),
  );
  const early = caller('early', ['more this turn'], () => {
    loop.call(late);
  });
  loop.call(early);
  clock.runTasks({ limit: 1000 });
  expect(turns[0]).toEqual(['early', 'late', 'early']);
  expect(turns.flat().length).toBeGreaterThan(8);
});
