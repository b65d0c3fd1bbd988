import { ipv4 } from '@halfclose/codec';
import { Link, type LinkOptions } from '@halfclose/netem';
import { Host, type Profile } from '@halfclose/stack';
import { patience } from '@halfclose/test-support';
import { VirtualClock } from '@halfclose/timers';
import { createNet, type Net } from '../../src/index.ts';

/** Two copies of the API, each on a host of its own. */
export interface Setting {
  readonly clock: VirtualClock;
  readonly link: Link;
  readonly near: Net;
  readonly far: Net;
}

/** Two hosts with 10 ms between them, in virtual time: 10.0.0.1 and 10.0.0.2. */
export function twoHosts(options: LinkOptions = {}, profile?: Profile): Setting {
  const clock = new VirtualClock();
  const link = new Link(clock, { delay: 10, ...options });
  const [near, far] = [link.a, link.b].map((device, index) => {
    const host = new Host({
      timers: clock,
      secret: Uint32Array.of(index, 2, 3, 4),
      ...(profile && { profile }),
    });
    host.addInterface(device, [{ address: ipv4(10, 0, 0, index + 1), prefixLength: 24 }]);
    return createNet(host);
  }) as [Net, Net];
  return { clock, link, near, far };
}

/**
 * Lets the programs react, and moves time on while they have nothing to do, until `done`. What a program throws comes out
 * of the clock, and is an uncaught exception, as it would be in real time.
 */
export async function runUntil<T>(clock: VirtualClock, done: Promise<T>): Promise<T> {
  let isDone = false;
  void done.finally(() => (isDone = true));
  // A turn of the event loop each, so many more than it takes.
  for (const turn = patience('it is not done', 1_000_000); !isDone; turn()) {
    uncaught(() => {
      clock.runTasks({ untilCall: true });
    });
    await new Promise((resolve) => setImmediate(resolve));
    if (clock.hasWork || isDone) continue;
    uncaught(() => {
      clock.step({ untilCall: true });
    });
  }
  return done;
}

/** What `call` throws is an uncaught exception. */
export function uncaught(call: () => void): void {
  try {
    call();
  } catch (error) {
    process.nextTick(() => {
      throw error;
    });
  }
}
