import { type Place, PLACES } from './diagram-layout.ts';

/** What a state is drawn as, in the units of {@link PLACES}. */
export const BOX = { width: 118, height: 30 };

/** From the edge of one state to that of another. */
export interface Line {
  readonly start: Place;
  readonly end: Place;
}

/** A connection that a listener made began in its LISTEN, which the listener itself stays in. */
export function begunBy(from: string, to: string): string {
  return from === 'CLOSED' && to === 'SYN-RECEIVED' ? 'LISTEN' : from;
}

/** A line between two states: where it begins and ends, at the edges of their boxes, and how far it bends. */
export function lineOf([from, to]: readonly [string, string]): Line {
  const a = PLACES[from] ?? { x: 0, y: 0 };
  const b = PLACES[to === 'CLOSED' ? 'CLOSED.' : to] ?? { x: 0, y: 0 };
  return { start: atEdge(a, b), end: atEdge(b, a) };
}

function atEdge(from: Place, to: Place): Place {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const scale = Math.min(
    (BOX.width / 2 + 3) / Math.max(Math.abs(dx), 0.001),
    (BOX.height / 2 + 3) / Math.max(Math.abs(dy), 0.001),
  );
  return { x: from.x + dx * scale, y: from.y + dy * scale };
}
