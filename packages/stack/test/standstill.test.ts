import { Flag } from '@halfclose/codec';
import { expect, it } from 'vitest';
import type { Caller } from '../src/index.ts';
import { Target } from './target.ts';

/** A victim whose owner counts how often it is told. */
function owned() {
  const target = new Target();
  const hosted = target.victim();
  let told = 0;
  const caller: Caller = {
    queued: false,
    step: () => {
      told++;
      return 'nothing';
    },
  };
  hosted.owner = {
    takesSteps: true,
    onConnectionEvents: () => {
      target.host.call(caller);
    },
  };
  target.clock.runTasks();
  told = 0;
  return { target, hosted, told: () => told };
}

const TEXT = { flags: Flag.ACK | Flag.PSH, payload: new Uint8Array(100) };

it('frozen, a host acknowledges, and tells its programs when it is thawed', () => {
  const { target, hosted, told } = owned();
  target.host.freeze();
  target.reply(hosted, { ...TEXT, seq: 1, ack: hosted.connection.sender.sndNxt });
  target.clock.advanceBy(1000);
  expect([told(), target.host.isFrozen, hosted.connection.readable]).toEqual([0, true, 100]);
  expect(target.device.sent.some((packet) => packet.kind === 'tcp' && packet.segment.ack === 101)).toBe(true);
  target.host.thaw();
  target.clock.runTasks();
  expect(told()).toBeGreaterThan(0);
});

it('stopped, it is silent for ever, and calls nobody', () => {
  const { target, hosted, told } = owned();
  hosted.connection.send(new Uint8Array(10));
  target.host.wake(hosted);
  target.clock.runTasks();
  const sent = target.device.sent.length;
  target.host.stop();
  target.reply(hosted, { ...TEXT, seq: 1, ack: hosted.connection.sender.sndNxt });
  target.clock.advanceBy(100_000);
  expect([told(), target.host.isStopped, target.device.sent.length - sent]).toEqual([0, true, 0]);
});

it('with an accept queue that counts as full, leaves SYNs unanswered', () => {
  const target = new Target();
  const listener = target.listen(80);
  listener.isFilled = true;
  target.receive({ seq: 1000, flags: Flag.SYN });
  target.clock.runTasks();
  expect(target.sent().length).toBe(0);
  listener.isFilled = false;
  target.receive({ seq: 1000, flags: Flag.SYN });
  target.clock.runTasks();
  expect(target.sent().length).toBe(1);
});
