import { formatPath } from './action.ts';
import type { Bounds } from './bounds.ts';
import type { Mutation } from './end.ts';
import { check, type Exploration, type Failure, replay } from './search.ts';

/** One line: how much was seen. */
export function formatExploration({ bounds, states, edges, depth, pairs }: Exploration): string {
  const size = `${states} states, ${edges} edges, paths of up to ${depth} actions`;
  return `explorer, ${bounds.name}: ${size}, ${pairs.size} pairs of TCP states`;
}

/** The rule, the shortest path that breaks it, how to walk it again, and the segments on the way. */
export function formatFailure(failure: Failure, bounds: Bounds, mutation: Mutation | null = null): string {
  const path = formatPath(failure.path);
  return [
    `"${failure.check}" does not hold: ${failure.message}`,
    `after ${failure.path.length} actions; to walk there again:`,
    `HALFCLOSE_EXPLORE_PATH='${bounds.name}: ${path}' npx vitest run packages/tcp/test/explorer/explorer.test.ts`,
    ...traceOf(bounds, failure.path, mutation),
  ].join('\n');
}

/** Every action and segment of a path, and of the fair end that is tried after it. */
export function traceOf(bounds: Bounds, path: Failure['path'], mutation: Mutation | null = null): string[] {
  const trace: string[] = [];
  try {
    const world = replay(bounds, path, mutation, trace);
    trace.push('== from here on the network is fair');
    const violation = check(world);
    trace.push(violation === null ? '== all checks hold' : `== ${violation.check}: ${violation.message}`);
  } catch (error) {
    trace.push(`== ${String(error)}`);
  }
  return trace;
}
