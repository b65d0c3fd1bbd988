import { stateDiagramModel } from '@halfclose/pictures';
import type { Side } from '@halfclose/trace';
import { colorOf, type EndView, lastAt, stateAt } from '../model/end-view.ts';
import { cursor } from '../state/store.ts';

const WIDTH = 300;
const HEIGHT = 214;
const BOX = { width: 78, height: 19 };

const MODEL = stateDiagramModel();
const SCALE = { x: (WIDTH - BOX.width - 4) / 540, y: (HEIGHT - BOX.height - 4) / 530 };

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Everything moves up and left, and closer together: the boxes keep their size. */
const PLACES = new Map(
  MODEL.states.map(({ name, x, y }): [string, Place] => [
    name,
    { x: (x - 150) * SCALE.x + BOX.width / 2 + 2, y: (y - 70) * SCALE.y + BOX.height / 2 + 2 },
  ]),
);

const EDGES = MODEL.transitions.filter(({ cause }) => cause !== '').map(({ from, to }) => edgeOf(from, to));

function edgeOf(from: string, to: string) {
  const a = PLACES.get(from) ?? { x: 0, y: 0 };
  const b = PLACES.get(to === 'CLOSED' ? 'CLOSED.' : to) ?? { x: 0, y: 0 };
  return { from, to, start: atBox(a, b, 1), end: atBox(b, a, 5) };
}

/** Where the line from the middle of one box to that of another leaves it. */
function atBox(from: Place, to: Place, gap: number): Place {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const scale = Math.min(
    (BOX.width / 2 + gap) / Math.max(Math.abs(dx), 0.001),
    (BOX.height / 2 + gap) / Math.max(Math.abs(dy), 0.001),
  );
  return { x: from.x + dx * scale, y: from.y + dy * scale };
}

interface StateDiagramProps {
  readonly side: Side;
  readonly host: string;
  readonly view: EndView | null;
}

/** The states of RFC 9293, with the one lit that this end is in, and the way it came. */
export function StateDiagram({ side, host, view }: StateDiagramProps) {
  const { events } = cursor.value;
  const state = view === null ? 'CLOSED' : stateAt(view, events);
  const change = view === null ? null : lastAt(view.changes, events);
  const seen = view === null ? [] : view.changes.filter((each) => each.event < events);
  const taken = new Set(seen.map(({ from, to }) => `${begun(from, to)}>${to}`));
  const lastKey = change === null ? '' : `${begun(change.from, change.to)}>${change.to}`;
  // A way that the figure does not have: a RST, or giving up.
  const abort =
    change !== null && !EDGES.some(({ from, to }) => `${from}>${to}` === lastKey)
      ? edgeOf(change.from, change.to)
      : null;
  const isOver = state === 'CLOSED' && seen.length > 0;
  return (
    <div class="diagram">
      <div class="diagram-head">
        <h2>{host}</h2>
        <p class="state" style={{ '--state': colorOf(state) }}>
          <span class="dot" aria-hidden="true" />
          {state}
        </p>
      </div>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`State diagram of the ${host}: ${state}${change === null ? '' : `, from ${change.from}, because: ${change.why}`}`}
      >
        <defs>
          <marker
            id={`tip-${side}`}
            viewBox="0 0 8 8"
            refX="5"
            refY="4"
            markerWidth="6"
            markerHeight="6"
            orient="auto"
          >
            <path d="M0 0.8L7 4L0 7.2z" fill="context-stroke" />
          </marker>
        </defs>
        {EDGES.map((edge) => {
          const key = `${edge.from}>${edge.to}`;
          return (
            <Edge
              key={key}
              side={side}
              {...edge}
              kind={key === lastKey ? 'last' : taken.has(key) ? 'taken' : 'plain'}
            />
          );
        })}
        {abort !== null && <Edge side={side} {...abort} kind="last" />}
        {MODEL.states.map(({ name }) => {
          const place = PLACES.get(name) ?? { x: 0, y: 0 };
          const isEnd = name === 'CLOSED.';
          const isCurrent = isEnd
            ? isOver
            : name === 'CLOSED'
              ? state === 'CLOSED' && !isOver
              : name === state;
          return (
            <g
              key={name}
              class={`box ${isCurrent ? 'is-current' : ''}`}
              style={{ '--state': colorOf(isEnd ? 'CLOSED' : name) }}
            >
              <rect x={place.x - BOX.width / 2} y={place.y - BOX.height / 2} {...BOX} rx={6} />
              <text x={place.x} y={place.y + 3.4} text-anchor="middle">
                {isEnd ? 'CLOSED' : name}
              </text>
            </g>
          );
        })}
      </svg>
    </div>
  );
}

/** A connection that a listener made began in its LISTEN. */
function begun(from: string, to: string): string {
  return from === 'CLOSED' && to === 'SYN-RECEIVED' ? 'LISTEN' : from;
}

interface EdgeProps {
  readonly side: Side;
  readonly start: Place;
  readonly end: Place;
  readonly kind: 'plain' | 'taken' | 'last';
}

function Edge({ side, start, end, kind }: EdgeProps) {
  return (
    <line
      class={`edge ${kind}`}
      x1={start.x}
      y1={start.y}
      x2={end.x}
      y2={end.y}
      marker-end={`url(#tip-${side})`}
    />
  );
}
