import { hasReceivedFin } from '../../src/control/connection-state.ts';
import type { Action, EndName, ProgramVerb } from './action.ts';
import type { End } from './end.ts';
import type { World } from './world.ts';

/** Every action that makes a difference now, within the bounds. */
export function choices(world: World): Action[] {
  const actions: Action[] = [];
  for (const end of world.ends) {
    for (const verb of programChoices(end, world)) actions.push(`${end.name} ${verb}`);
  }
  for (const name of ['a', 'b'] as const) addNetworkChoices(world, name, actions);
  for (const end of world.ends) {
    if (world.timerIsNext(end) && (world.inFlight === 0 || world.earlyTimers < world.bounds.earlyTimers)) {
      actions.push(`${end.name} timer`);
    }
    if (world.forgedResets < world.bounds.forgedResets && end.connection.state !== 'CLOSED') {
      actions.push(`${end.name} forge RST`, `${end.name} forge inexact RST`);
    }
  }
  return actions;
}

function programChoices(end: End, world: World): ProgramVerb[] {
  const { connection, closed } = end;
  const { state } = connection;
  if (closed) return closedChoices(end).filter((verb) => !world.bounds.without.includes(verb));
  const verbs: ProgramVerb[] = ['close'];
  if (connection.readable > 0) verbs.push('read');
  if (!end.ended) {
    if (end.writesLeft > 0 && !connection.sendShut) {
      for (const octets of world.bounds.octets) verbs.push(`send ${octets}`);
    }
    if (!connection.sendShut) verbs.push('shutdown WR');
    if (!end.readingShut && !hasReceivedFin(state)) verbs.push('shutdown RD');
    verbs.push('close linger 0', 'close linger t', 'abort');
  }
  return verbs.filter((verb) => !world.bounds.without.includes(verb));
}

/** What can still be done about a connection whose program has closed: layers above may give it up. */
function closedChoices({ connection, ended }: End): ProgramVerb[] {
  const verbs: ProgramVerb[] = connection.orphan ? [] : ['linger over'];
  if (!ended) verbs.push('abort');
  return verbs;
}

function addNetworkChoices(world: World, name: EndName, actions: Action[]): void {
  const { bounds } = world;
  const { length } = world.sentBy[name];
  if (length === 0) return;
  actions.push(`${name} deliver`);
  if (world.drops < bounds.drops) actions.push(`${name} drop`);
  if (world.duplicates < bounds.duplicates) actions.push(`${name} duplicate`);
  if (length > 1 && world.overtakings < bounds.overtakings) actions.push(`${name} overtake`);
}
