import type { Action } from './action.ts';
import type { Bounds } from './bounds.ts';
import { checkState, type Sound, type Violation } from './checks.ts';
import { choices } from './choices.ts';
import type { Mutation } from './end.ts';
import { checkFairEnd } from './fair-end.ts';
import { stateKey } from './state-key.ts';
import { World } from './world.ts';

/** A state found: how it was reached first, which is by a shortest path. */
interface Found {
  readonly parent: Found | null;
  readonly action: Action | null;
}

/** What an exploration saw. */
export interface Exploration {
  readonly bounds: Bounds;
  readonly states: number;
  readonly edges: number;
  /** The length of the longest shortest path. */
  readonly depth: number;
  /** Every pair of states of the two ends, as `CLOSING/LAST-ACK`. */
  readonly pairs: ReadonlySet<string>;
  readonly failure: Failure | null;
}

/** A broken rule, and the shortest path there. */
export interface Failure extends Violation {
  readonly path: readonly Action[];
}

/** Breadth first from ESTABLISHED to the fixpoint, or to the first rule that does not hold. */
export function explore(bounds: Bounds, mutation: Mutation | null = null): Exploration {
  const seen = new Set<string>();
  const sound: Sound = new Set();
  const pairs = new Set<string>();
  let edges = 0;
  let depth = 0;
  const result = (failure: Failure | null): Exploration => ({
    bounds,
    states: seen.size,
    edges,
    depth,
    pairs,
    failure,
  });
  const origin: Found = { parent: null, action: null };
  const start = new World(bounds, mutation);
  seen.add(stateKey(start));
  let layer: Found[] = [origin];
  while (layer.length > 0) {
    const nextLayer: Found[] = [];
    for (const found of layer) {
      const path = pathTo(found);
      for (const action of choices(replay(bounds, path, mutation))) {
        edges++;
        const { world, violation } = step(bounds, path, action, mutation);
        if (violation !== null) return result({ ...violation, path: [...path, action] });
        const key = stateKey(world);
        if (seen.has(key)) continue;
        seen.add(key);
        pairs.add(`${world.a.connection.state}/${world.b.connection.state}`);
        nextLayer.push({ parent: found, action });
        const failed = check(world, sound);
        if (failed !== null) return result({ ...failed, path: [...path, action] });
      }
    }
    if (nextLayer.length > 0) depth++;
    layer = nextLayer;
  }
  return result(null);
}

/** Connections cannot be copied, but they are functions of the path: a state is made again by walking there. */
export function replay(
  bounds: Bounds,
  path: readonly Action[],
  mutation: Mutation | null = null,
  trace: string[] | null = null,
): World {
  const world = new World(bounds, mutation, trace);
  for (const action of path) world.take(action);
  return world;
}

/** Every check of a state, those that use it up last. */
export function check(world: World, sound: Sound = new Set()): Violation | null {
  const violation = checkState(world, sound);
  if (violation !== null) return violation;
  try {
    return checkFairEnd(world, sound);
  } catch (error) {
    return { check: 'no exception', message: `on the way to a fair end: ${String(error)}` };
  }
}

function step(
  bounds: Bounds,
  path: readonly Action[],
  action: Action,
  mutation: Mutation | null,
): { world: World; violation: Violation | null } {
  const world = replay(bounds, path, mutation);
  try {
    world.take(action);
    return { world, violation: null };
  } catch (error) {
    return { world, violation: { check: 'no exception', message: String(error) } };
  }
}

function pathTo(found: Found): Action[] {
  const path: Action[] = [];
  for (let at: Found | null = found; at?.action; at = at.parent) path.push(at.action);
  return path.reverse();
}
