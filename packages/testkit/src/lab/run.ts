import { BODY } from '../hosts/body.ts';
import { destroySockets } from '../hosts/close-sockets.ts';
import { runIn } from '../hosts/places.ts';
import { Driver } from './driver.ts';
import { LabNet } from './lab-net.ts';
import type { Settings } from './options.ts';
import { closeGlobals } from '../register/globals.ts';
import { watchActivity } from '../time/activity.ts';
import { native } from '../time/native-timers.ts';
import { World } from './world.ts';

/** What a test does in a lab. */
export type LabBody = (net: LabNet) => unknown;

/**
 * Milliseconds that modules have to set their own things right after a test: undici forgets timers at the second tick of a
 * clock of its own, 499 ms each, and if it has some it does not begin again for the next test.
 */
const WIND_DOWN = 1500;

/** Runs the body once, in a world of its own, and returns that: it tells how it went. */
export async function runOnce(
  settings: Settings,
  body: LabBody,
  isExplaining = false,
  prepare: (world: World) => void = () => undefined,
): Promise<World> {
  const stop = watchActivity();
  const world = new World(settings, isExplaining);
  const driver = new Driver(world);
  const host = world.hosts.add(BODY, null);
  const net = new LabNet(world, driver, host);
  const { process } = host;
  let isDone = false;
  prepare(world);
  runIn(process, () => {
    Promise.resolve()
      .then(() => body(net))
      .then(
        () => {
          isDone = true;
        },
        (error: unknown) => {
          world.fail(error, process);
          isDone = true;
        },
      );
  });
  try {
    await driver.run(() => isDone);
    const { unused } = world.rules;
    if (unused !== null) world.fail(unused, null);
    world.finish();
    closeGlobals(world);
    for (const each of world.hosts.values()) destroySockets(each);
    await new Driver(world).windDown(WIND_DOWN);
  } finally {
    world.end();
    // What a program has set off by then is called once more, and comes to nothing.
    await nextTurn();
    stop();
  }
  return world;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    runIn(null, () => native.setImmediate(() => native.setImmediate(resolve)));
  });
}
