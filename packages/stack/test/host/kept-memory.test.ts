import { Flag, LOOPBACK_IPV4 } from '@halfclose/codec';
import { heldMemory } from '@halfclose/test-support';
import { describe, expect, it } from 'vitest';
import type { HostedConnection } from '../../src/index.ts';
import { Bench, SETTINGS } from '../bench.ts';

const KIB = 1024;
const BLOCK = 64 * KIB;

/** Octets that are held after `act` beyond what was held before. What it returns is held as well. */
async function heldBy(act: () => unknown): Promise<number> {
  const before = await heldMemory();
  const result = act();
  const after = await heldMemory();
  expect(result).toBeDefined();
  return after - before;
}

/** Both ends of a connection over loopback. */
function loopback(bench: Bench): readonly [HostedConnection, HostedConnection] {
  const binding = bench.binding(bench.host.freePort(LOOPBACK_IPV4), { address: LOOPBACK_IPV4 });
  const listener = bench.host.listen(binding, 1, SETTINGS, { onAcceptable: () => undefined });
  const here = bench.host.connect({
    remoteAddress: LOOPBACK_IPV4,
    remotePort: binding.port,
    binding: null,
    localAddress: null,
    settings: SETTINGS,
  });
  bench.clock.runTasks();
  const there = bench.host.accept(listener);
  if (typeof here === 'string' || there === null) throw new Error('no connection');
  bench.host.closeListener(listener);
  return [here, there];
}

function write(bench: Bench, hosted: HostedConnection, octets: number): void {
  hosted.connection.send(new Uint8Array(octets));
  bench.host.wake(hosted);
  bench.clock.runTasks();
}

describe('an octet that stays', () => {
  it('unread does not keep the frame of 64 KiB that it came in', async () => {
    const held = await heldBy(() => {
      const bench = new Bench();
      const hosted = bench.connected();
      for (let i = 0; i < 3200; i++) {
        const frame = new Uint8Array(BLOCK);
        const ack = hosted.connection.sender.sndNxt;
        bench.reply(hosted, { flags: Flag.ACK, seq: 1 + i, ack, payload: frame.subarray(40, 41) });
      }
      expect(hosted.connection.readable).toBe(3200);
      return bench;
    });
    expect(held).toBeLessThan(2_500_000);
  });

  it('unread does not keep the block that it was written to among others', async () => {
    const held = await heldBy(() => {
      const bench = new Bench();
      const [from, to] = loopback(bench);
      const idle = Array.from({ length: 500 }, () => loopback(bench));
      for (const [one] of idle) {
        write(bench, one, 16);
        for (let i = 0; i < 4; i++) {
          write(bench, from, BLOCK / 4);
          to.connection.read(BLOCK, bench.clock.now());
        }
      }
      expect(idle.every(([, other]) => other.connection.readable === 16)).toBe(true);
      return bench;
    });
    expect(held).toBeLessThan(500 * 8 * KIB);
  });

  it('unacknowledged does not keep its block for longer than a timeout', async () => {
    const held = await heldBy(() => {
      const bench = new Bench();
      const [from, to] = loopback(bench);
      const waiting = Array.from({ length: 500 }, () => bench.connected());
      for (const one of waiting) {
        write(bench, one, 16);
        for (let i = 0; i < 4; i++) {
          write(bench, from, BLOCK / 4);
          to.connection.read(BLOCK, bench.clock.now());
        }
      }
      bench.clock.advanceBy(3000);
      bench.device.sent.length = 0;
      expect(waiting.every(({ connection }) => connection.sender.buffer.length === 16)).toBe(true);
      return bench;
    });
    expect(held).toBeLessThan(500 * 6 * KIB);
  });
});
