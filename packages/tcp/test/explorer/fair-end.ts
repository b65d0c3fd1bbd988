import { checkState, isDisturbed, mayGiveUp, type Sound, type Violation, violated } from './checks.ts';
import type { Action } from './action.ts';
import type { End } from './end.ts';
import type { World } from './world.ts';

/** Steps within which any connection of this size is over. */
const PATIENCE = 300;

/**
 * Goes on from `world` with programs that want to be done and a network that loses nothing more: each end must reach
 * CLOSED or TIME-WAIT, and TIME-WAIT must end. If nothing has disturbed the connection so far, the programs end it
 * politely, and everything written must be read. Returns what went wrong; `world` is used up.
 */
export function checkFairEnd(world: World, sound: Sound): Violation | null {
  const polite = !isDisturbed(world) && !(world.a.readingShut && world.b.readingShut);
  world.fair = true;
  let steps = 0;
  for (let action = next(world, polite); action !== null; action = next(world, polite)) {
    if (++steps > PATIENCE) break;
    world.take(action);
  }
  const violation = checkState(world, sound);
  if (violation !== null) return violation;
  for (const end of world.ends) {
    if (!end.ended) return violated('no stuck state', end, `${steps} fair steps and no end`);
    if (end.deadline !== Infinity)
      return violated('no stuck state', end, `a timer after ${steps} fair steps`);
  }
  return polite ? checkPoliteEnd(world) : null;
}

/** Programs first, then the network, then timers; `null`: nothing can happen any more. */
function next(world: World, polite: boolean): Action | null {
  for (const end of world.ends) {
    const action = polite ? politely(end) : atOnce(end);
    if (action !== null) return action;
  }
  if (world.sentBy.a.length > 0) return 'a deliver';
  if (world.sentBy.b.length > 0) return 'b deliver';
  for (const end of world.ends) if (world.timerIsNext(end)) return `${end.name} timer`;
  for (const end of world.ends) if (end.closed && !end.connection.orphan) return `${end.name} linger over`;
  // Nobody tells a program whose peer has given up (half-open): it must lose its own patience.
  const isHalfOpen = world.ends.some((end) => end.endedBecause === 'retransmissions exhausted');
  for (const end of world.ends) if (isHalfOpen && !end.closed) return `${end.name} close`;
  return null;
}

/**
 * Says all, hears the other out, closes. Who has shut down reading waits for the other to end first: a FIN of its own
 * would turn text that still comes into a reset (docs/linux/closing.md, b11).
 */
function politely(end: End): Action | null {
  const { connection, name } = end;
  const heardAll = connection.receiver.finReceived;
  if (end.closed) return null;
  if (connection.readable > 0) return `${name} read`;
  if (!end.ended && !connection.sendShut && (heardAll || !end.readingShut)) return `${name} shutdown WR`;
  return heardAll || end.ended ? `${name} close` : null;
}

function atOnce(end: End): Action | null {
  if (!end.closed) return `${end.name} close`;
  return end.connection.orphan ? null : `${end.name} linger over`;
}

function checkPoliteEnd(world: World): Violation | null {
  if (mayGiveUp(world)) return null;
  for (const end of world.ends) {
    const peer = end === world.a ? world.b : world.a;
    if (!end.report.orderly || end.read !== peer.written) {
      const what = `read ${end.read} of ${peer.written} octets, ended by ${end.endedBecause ?? 'TIME-WAIT'}`;
      return violated('a fair network delivers everything', end, what);
    }
  }
  return null;
}
