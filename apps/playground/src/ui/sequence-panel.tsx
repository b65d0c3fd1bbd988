import { durationText, formatCountShort, type SequenceAck, type SequenceSegment } from '@halfclose/pictures';
import type { Side } from '@halfclose/trace';
import { scaleLinear } from 'd3-scale';
import { signal, useComputed, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { SequenceView } from '../model/sequence-view.ts';
import { cursor, recording, sequences } from '../state/store.ts';

const chosen = signal<Side | null>(null);

const LEFT = 52;
const RIGHT = 14;
const TOP = 12;
const MAIN = 240;
const GAP = 30;
const BELOW = 96;
const BOTTOM = 26;
const HEIGHT = TOP + MAIN + GAP + BELOW + BOTTOM;
/** So many segments have ends that can be seen; more would be blots. */
const MOST_SERIFS = 300;

/** The paths of a graph, for a width: made once, as time only uncovers them. */
interface Paths {
  readonly segments: string;
  readonly again: string;
  readonly acks: string;
  readonly edge: string;
  readonly sacks: string;
  readonly flight: string;
  readonly cwnd: string;
  readonly otherCwnd: string;
  readonly ssthresh: string;
  readonly marks: readonly { readonly x: number; readonly y: number; readonly name: string }[];
  readonly x: (time: number) => number;
  readonly xTicks: readonly number[];
  readonly y: (value: number) => number;
  readonly yTicks: readonly number[];
  readonly below: (value: number) => number;
  readonly belowTicks: readonly number[];
}

/** What was sent over time, and the congestion window. */
export function SequencePanel() {
  const both = sequences.value;
  const box = useRef<HTMLDivElement>(null);
  const width = useSignal(720);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      width.value = Math.max(280, element.clientWidth);
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, [width]);
  const paths = useComputed(() => {
    const side = shownSide();
    const view = side === null ? null : (sequences.value?.[side] ?? null);
    const other = side === null ? null : (sequences.value?.[side === 'left' ? 'right' : 'left'] ?? null);
    return view === null ? null : { view, other, paths: pathsOf(view, other, width.value) };
  });
  const side = shownSide();
  const { hosts } = recording.value;
  return (
    <section class="panel sequence-panel" aria-label="Time-sequence graph">
      <div class="panel-head">
        <h2>Sent over time</h2>
        <div class="tabs" role="group" aria-label="Whose bytes">
          {(['left', 'right'] as const).map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={each === side}
              disabled={(both?.[each] ?? null) === null}
              onClick={() => (chosen.value = each)}
            >
              {hosts[each === 'left' ? 0 : 1]}
            </button>
          ))}
        </div>
      </div>
      <div ref={box} class="graph">
        {paths.value === null ? (
          <p class="quiet pad">Nothing was sent.</p>
        ) : (
          <Graph
            view={paths.value.view}
            other={paths.value.other}
            paths={paths.value.paths}
            width={width.value}
          />
        )}
      </div>
      <Legend view={paths.value?.view ?? null} hasOther={(paths.value?.other?.windows.length ?? 0) > 0} />
    </section>
  );
}

/** The one that was chosen, else who sent more. */
function shownSide(): Side | null {
  const both = sequences.value;
  if (both === null) return null;
  const { left, right } = both;
  if (chosen.value !== null && both[chosen.value] !== null) return chosen.value;
  if (left === null && right === null) return null;
  return (right?.model.end ?? 0) > (left?.model.end ?? 0) ? 'right' : 'left';
}

interface GraphProps {
  readonly view: SequenceView;
  readonly other: SequenceView | null;
  readonly paths: Paths;
  readonly width: number;
}

function Graph({ view, paths, width }: GraphProps) {
  const { x, y, below } = paths;
  const base = TOP + MAIN;
  const foot = base + GAP + BELOW;
  const { from, to, segments } = view.model;
  return (
    <svg
      width={width}
      height={HEIGHT}
      role="img"
      aria-label={`What ${from} sent to ${to}: ${view.model.end} bytes in ${segments.length} segments, ${segments.filter(({ isAgain }) => isAgain).length} of them sent again, over ${durationText(view.busy)}`}
    >
      <g class="grid" aria-hidden="true">
        {paths.yTicks.map((value) => (
          <g key={value}>
            <line x1={LEFT} x2={width - RIGHT} y1={y(value)} y2={y(value)} />
            <text x={LEFT - 6} y={y(value) + 3.5} text-anchor="end">
              {formatCountShort(value)}
            </text>
          </g>
        ))}
        {paths.belowTicks.map((value) => (
          <g key={`b${value}`}>
            <line x1={LEFT} x2={width - RIGHT} y1={below(value)} y2={below(value)} />
            <text x={LEFT - 6} y={below(value) + 3.5} text-anchor="end">
              {formatCountShort(value)}
            </text>
          </g>
        ))}
        {paths.xTicks.map((value) => (
          <g key={`x${value}`}>
            <line x1={x(value)} x2={x(value)} y1={TOP} y2={base} />
            <line x1={x(value)} x2={x(value)} y1={base + GAP} y2={foot} />
            <text x={x(value)} y={foot + 16} text-anchor="middle">
              {durationText(value + view.start)}
            </text>
          </g>
        ))}
        <text class="axis-name" x={LEFT} y={base + GAP - 8}>
          bytes in flight, and cwnd
        </text>
      </g>
      <Layer paths={paths} kind="future" />
      <Uncovered paths={paths} start={view.start} width={width} />
    </svg>
  );
}

/** What has happened by now: the same paths, cut off where time stands. Only this is drawn anew as time goes on. */
function Uncovered({
  paths,
  start,
  width,
}: {
  readonly paths: Paths;
  readonly start: number;
  readonly width: number;
}) {
  const now = Math.min(width - RIGHT, Math.max(LEFT, paths.x(cursor.value.time - start)));
  return (
    <>
      <clipPath id="uncovered">
        <rect x={0} y={0} width={now + 0.5} height={HEIGHT} />
      </clipPath>
      <g clip-path="url(#uncovered)">
        <Layer paths={paths} kind="past" />
      </g>
      <line class="now" x1={now} x2={now} y1={TOP - 6} y2={HEIGHT - BOTTOM} />
    </>
  );
}

const LAYERS = new WeakMap<Paths, Record<'past' | 'future', ReturnType<typeof drawLayer>>>();

/** The same nodes each time, so that nobody compares them. */
function Layer({ paths, kind }: { readonly paths: Paths; readonly kind: 'past' | 'future' }) {
  let layers = LAYERS.get(paths);
  if (layers === undefined) {
    layers = { past: drawLayer(paths, 'past'), future: drawLayer(paths, 'future') };
    LAYERS.set(paths, layers);
  }
  return layers[kind];
}

function drawLayer(paths: Paths, kind: 'past' | 'future') {
  return (
    <g class={kind}>
      <path class="window" d={paths.edge} />
      <path class="acks" d={paths.acks} />
      <path class="sacks" d={paths.sacks} />
      <path class="segments" d={paths.segments} />
      <path class="again" d={paths.again} />
      {paths.marks.map(({ x, y, name }, index) => (
        <g key={index} class={`mark ${name}`}>
          <circle cx={x} cy={y} r={3} />
          <text x={x + 5} y={y - 5}>
            {name}
          </text>
        </g>
      ))}
      <path class="flight" d={paths.flight} />
      <path class="ssthresh" d={paths.ssthresh} />
      <path class="other-cwnd" d={paths.otherCwnd} />
      <path class="cwnd" d={paths.cwnd} />
    </g>
  );
}

function pathsOf(view: SequenceView, other: SequenceView | null, width: number): Paths {
  const { model, flight, windows, busy } = view;
  const otherWindows = other === null ? [] : other.windows;
  const xScale = scaleLinear([0, busy * 1.02], [LEFT, width - RIGHT]);
  const highest = model.acks.reduce((most, { edge }) => Math.max(most, edge), 0);
  const top = Math.max(10, model.end * 1.03, Math.min(highest, model.end * 1.2));
  const yScale = scaleLinear([0, top], [TOP + MAIN, TOP]);
  const isBusy = ({ time }: { readonly time: number }): boolean => time <= busy;
  const most = Math.max(
    1,
    ...sampled([
      ...flight.filter(isBusy).map(({ bytes }) => bytes),
      ...[...windows, ...otherWindows].filter(isBusy).map(({ cwnd }) => cwnd),
    ]),
  );
  const belowScale = scaleLinear([0, most * 1.08], [TOP + MAIN + GAP + BELOW, TOP + MAIN + GAP]);
  const x = (time: number): number => round(xScale(time));
  const y = (value: number): number => round(Math.max(TOP, yScale(value)));
  const below = (value: number): number => round(belowScale(value));
  const hasSerifs = model.segments.length <= MOST_SERIFS;
  const bar = ({ time, from, to }: SequenceSegment): string => {
    const [at, low, high] = [x(time), y(from), y(to)];
    const serifs = hasSerifs ? `M${at - 2.5} ${low}h5M${at - 2.5} ${high}h5` : '';
    return `M${at} ${low}V${Math.min(high, low - 1)}${serifs}`;
  };
  const text = model.segments.filter(({ from, to }) => to > from);
  return {
    segments: text
      .filter(({ isAgain }) => !isAgain)
      .map(bar)
      .join(''),
    again: text
      .filter(({ isAgain }) => isAgain)
      .map(bar)
      .join(''),
    acks: steps(model.acks, busy, ({ ack }) => y(ack), x),
    edge: steps(
      model.acks.filter(({ edge }) => edge <= top),
      busy,
      ({ edge }) => y(edge),
      x,
    ),
    sacks: model.acks
      .flatMap(({ time, blocks }) => blocks.map(([from, to]) => `M${x(time)} ${y(from)}V${y(to)}`))
      .join(''),
    flight: filled(flight, busy, x, below),
    cwnd: steps(windows, busy, ({ cwnd }) => below(cwnd), x),
    otherCwnd: steps(otherWindows, busy, ({ cwnd }) => below(cwnd), x),
    ssthresh: steps(
      windows.filter(({ ssthresh }) => ssthresh !== null && ssthresh <= most * 1.08),
      busy,
      ({ ssthresh }) => below(ssthresh ?? 0),
      x,
    ),
    marks: model.segments.flatMap(({ mark, time, to }) =>
      mark === null ? [] : [{ x: x(time), y: y(to), name: mark }],
    ),
    x,
    xTicks: xScale.ticks(Math.max(2, Math.floor(width / 130))),
    y,
    yTicks: yScale.ticks(5),
    below,
    belowTicks: belowScale.ticks(3),
  };
}

/** As many as fit on the stack of a call. */
function sampled(values: readonly number[]): readonly number[] {
  return [values.reduce((most, value) => Math.max(most, value), 0)];
}

function steps<T extends { readonly time: number }>(
  all: readonly T[],
  end: number,
  yOf: (each: T) => number,
  x: (time: number) => number,
): string {
  let path = '';
  let last = Number.NaN;
  for (const each of all) {
    if (each.time > end) break;
    const [at, y] = [x(Math.max(0, each.time)), yOf(each)];
    path += path === '' ? `M${at} ${y}` : y === last ? '' : `H${at}V${y}`;
    last = y;
  }
  return path === '' ? '' : `${path}H${x(end)}`;
}

function filled(
  flight: SequenceView['flight'],
  end: number,
  x: (time: number) => number,
  below: (value: number) => number,
): string {
  const path = steps(flight, end, ({ bytes }) => below(bytes), x);
  return path === '' ? '' : `${path}V${below(0)}H${x(0)}Z`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function Legend({ view, hasOther }: { readonly view: SequenceView | null; readonly hasOther: boolean }) {
  if (view === null) return null;
  const hasAgain = view.model.segments.some(({ isAgain }) => isAgain);
  const hasSack = view.model.acks.some(({ blocks }: SequenceAck) => blocks.length > 0);
  const entries: [kind: string, text: string][] = [
    ['segments', 'segment'],
    ...(hasAgain ? [['again', 'sent again'] as [string, string]] : []),
    ['acks', 'acknowledged'],
    ['window', 'window'],
    ...(hasSack ? [['sacks', 'SACK block'] as [string, string]] : []),
    ['flight', 'in flight'],
    ...(view.windows.length > 0
      ? ([
          ['cwnd', 'cwnd'],
          ['ssthresh', 'ssthresh'],
        ] as [string, string][])
      : []),
    ...(hasOther ? [['other-cwnd', 'cwnd of the other end'] as [string, string]] : []),
  ];
  return (
    <ul class="legend" aria-label="What the lines are">
      {entries.map(([kind, text]) => (
        <li key={kind}>
          <svg width="20" height="12" aria-hidden="true">
            <g class="past">
              <path
                class={kind}
                d={
                  kind === 'segments' || kind === 'again' || kind === 'sacks'
                    ? 'M10 1v10M7.5 1h5M7.5 11h5'
                    : kind === 'flight'
                      ? 'M0 2h20v9H0z'
                      : 'M0 6h20'
                }
              />
            </g>
          </svg>
          {text}
        </li>
      ))}
    </ul>
  );
}
