import { BODY } from '../hosts/body.ts';
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
    if (world.failure === null) await settle(world);
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

/** Lets what was closed be told of. */
async function settle(world: World): Promise<void> {
  await new Driver(world).run(() => true);
}
