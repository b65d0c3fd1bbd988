import { checkOptions, type OptionNames, shown } from '@halfclose/codec/arguments';
import { TRANSITIONS } from '@halfclose/tcp';
import type { TraceEvent } from '@halfclose/trace';
import { element, rounded, type Svg, text, textWidth } from '../svg/element.ts';
import { picture } from '../svg/picture.ts';
import { checkPictureOptions, type PictureOptions } from '../svg/picture-options.ts';
import type { Color } from '../svg/theme.ts';
import { begunBy, BOX, lineOf } from './diagram-geometry.ts';
import { CAUSES, HEIGHT, LABEL_AT, type Place, PLACES, WIDTH } from './diagram-layout.ts';
import { type EndStays, staysOf } from './stays.ts';

/** How {@link stateDiagramSvg} draws. */
export interface StateDiagramSvgOptions extends PictureOptions {
  /** Hosts whose paths are lit, at most two. Default: the first two that changed states. */
  readonly hosts?: readonly string[];
}

const OPTIONS: OptionNames<StateDiagramSvgOptions> = { title: true, theme: true, fonts: true, hosts: true };
const SIZE = 10.5;
const COLORS: readonly Color[] = ['blue', 'orange'];

/** A transition that an end made, and as its how manieth. */
interface Step {
  readonly from: string;
  readonly to: string;
  readonly number: number;
  readonly path: number;
}

/**
 * Draws the states of RFC 9293 and what leads from one to another, as the stack's own table `TRANSITIONS` has it, with the
 * paths lit that the ends of the events took, step by step. An SVG document; without events, the diagram alone.
 *
 * @throws TypeError or RangeError for what are no events, or no such options.
 */
export function stateDiagramSvg(
  events: Iterable<TraceEvent> = [],
  options: StateDiagramSvgOptions = {},
): string {
  checkOptions('options', options, OPTIONS);
  checkPictureOptions(options);
  const { hosts, theme = 'auto', fonts } = options;
  if (hosts !== undefined && (!Array.isArray(hosts) || hosts.length > 2))
    throw new RangeError(`hosts must be an array of two names at most, not ${shown(hosts)}`);
  const ends = staysOf([...events]).filter(({ host }) => hosts === undefined || hosts.includes(host));
  const paths = ends.slice(0, 2);
  const steps = paths.flatMap(({ changes }, path) =>
    changes.map(({ from, to }, index): Step => ({ from: begunBy(from, to), to, number: index + 1, path })),
  );
  const title = options.title ?? 'The states of a connection (RFC 9293)';
  const edges = edgesOf(steps);
  return picture(
    { width: WIDTH, height: HEIGHT, title, description: describe(paths), theme, fonts },
    text(title, { class: 'title f-ink', x: 14, y: 26 }),
    ...drawLegend(paths),
    ...edges.map((edge) => drawEdge(edge, steps)),
    ...Object.entries(PLACES).map(([name, place]) => drawState(name, place, steps, paths)),
    ...edges.map((edge) => drawLabel(edge, steps)),
  );
}

/** Every transition of the table but aborts, which lead to CLOSED from everywhere; and those aborts that were made. */
function edgesOf(steps: readonly Step[]): [from: string, to: string][] {
  const edges = Object.entries(TRANSITIONS).flatMap(([from, all]) =>
    all.map((to): [string, string] => [from, to]),
  );
  return edges.filter(([from, to]) => {
    const isDrawn = (CAUSES[`${from}>${to}`] ?? '') !== '';
    return isDrawn || steps.some((step) => step.from === from && step.to === to);
  });
}

function stepsOn([from, to]: readonly [string, string], steps: readonly Step[]): Step[] {
  return steps.filter((step) => step.from === from && step.to === to);
}

function drawEdge(edge: readonly [string, string], steps: readonly Step[]): Svg {
  const { start, end } = lineOf(edge);
  const own = stepsOn(edge, steps);
  const isAbort = (CAUSES[`${edge[0]}>${edge[1]}`] ?? '') === '';
  const lines = own.length === 0 ? [UNLIT] : litLines(own);
  return lines
    .map(({ color, offset, isLit }) => drawArrow(start, end, color, offset, isLit, isAbort))
    .join('');
}

/** How a transition is drawn. */
interface Lit {
  readonly color: Color;
  readonly offset: number;
  readonly isLit: boolean;
}

const UNLIT: Lit = { color: 'faint', offset: 0, isLit: false };

/** Two paths on one line lie beside each other. */
function litLines(own: readonly Step[]): Lit[] {
  const paths = [...new Set(own.map(({ path }) => path))];
  return paths.map((path, index) => ({
    color: COLORS[path] ?? 'blue',
    offset: paths.length === 1 ? 0 : index === 0 ? -2.6 : 2.6,
    isLit: true,
  }));
}

function drawArrow(
  start: Place,
  end: Place,
  color: Color,
  offset: number,
  isLit: boolean,
  isAbort: boolean,
): Svg {
  const length = Math.hypot(end.x - start.x, end.y - start.y);
  const [ux, uy] = [(end.x - start.x) / length, (end.y - start.y) / length];
  const [ox, oy] = [-uy * offset, ux * offset];
  const tip = { x: end.x + ox, y: end.y + oy };
  const head = isLit ? 11 : 9;
  const base = { x: tip.x - ux * head, y: tip.y - uy * head };
  const wing = head * 0.42;
  const d = `M${rounded(tip.x)} ${rounded(tip.y)}L${rounded(base.x - uy * wing)} ${rounded(base.y + ux * wing)}L${rounded(base.x + uy * wing)} ${rounded(base.y - ux * wing)}Z`;
  return (
    element('line', {
      class: `s-${color}${isAbort ? ' dash' : ''}`,
      'stroke-width': isLit ? 2.6 : 1.4,
      x1: start.x + ox,
      y1: start.y + oy,
      x2: base.x,
      y2: base.y,
    }) + element('path', { class: `f-${isLit ? color : 'muted'}`, d })
  );
}

function drawLabel(edge: readonly [string, string], steps: readonly Step[]): Svg {
  const key = `${edge[0]}>${edge[1]}`;
  const { start, end } = lineOf(edge);
  const at = LABEL_AT[key] ?? 0.5;
  const own = stepsOn(edge, steps);
  const cause = CAUSES[key] ?? '';
  const label = cause === '' ? 'RST, or given up' : cause;
  const place = { x: start.x + (end.x - start.x) * at, y: start.y + (end.y - start.y) * at };
  const badges = own.map(({ number, path }) => ({ name: String(number), color: COLORS[path] ?? 'blue' }));
  const width = textWidth(label, SIZE);
  const first = place.x - (width + badges.length * 19) / 2;
  return (
    text(label, {
      class: `small halo f-${own.length > 0 ? 'ink' : 'muted'}`,
      x: first + badges.length * 19,
      y: place.y + 4,
    }) +
    badges
      .map(({ name, color }, index) => {
        const x = first + 8 + index * 19;
        return (
          element('circle', { class: `f-${color}`, cx: x, cy: place.y, r: 8 }) +
          text(name, { class: 'small bold f-paper', x, y: place.y + 3.8, 'text-anchor': 'middle' })
        );
      })
      .join('')
  );
}

function drawState(name: string, { x, y }: Place, steps: readonly Step[], paths: readonly EndStays[]): Svg {
  const isEnd = name === 'CLOSED.';
  const state = isEnd ? 'CLOSED' : name;
  const visits = steps.filter(({ from, to }) =>
    isEnd ? to === 'CLOSED' : from === name || (to === name && name !== 'CLOSED'),
  );
  const lit = [...new Set(visits.map(({ path }) => path))];
  const last = paths.flatMap(({ stays }, path) =>
    stays.at(-1)?.state === state && (isEnd || state !== 'CLOSED') ? [path] : [],
  );
  const box = { x: x - BOX.width / 2, y: y - BOX.height / 2, ...BOX, rx: 8 };
  const color = COLORS[lit[0] ?? -1];
  return element(
    'g',
    {},
    element('rect', {
      class: `f-wash s-${color ?? 'faint'}`,
      'stroke-width': color === undefined ? 1.2 : 2.4,
      ...box,
    }),
    lit.length > 1
      ? element('rect', {
          class: `s-${COLORS[lit[1] ?? 1] ?? 'orange'}`,
          fill: 'none',
          'stroke-width': 1.6,
          x: box.x + 3,
          y: box.y + 3,
          width: BOX.width - 6,
          height: BOX.height - 6,
          rx: 6,
        })
      : '',
    text(state, {
      class: `bold ${lit.length > 0 ? 'f-ink' : 'f-muted'}`,
      x,
      y: y + 4.5,
      'text-anchor': 'middle',
    }),
    last.length > 0
      ? element('circle', {
          class: `f-${COLORS[last[0] ?? 0] ?? 'blue'}`,
          cx: x + BOX.width / 2,
          cy: y - BOX.height / 2,
          r: 5,
        })
      : '',
  );
}

function drawLegend(paths: readonly EndStays[]): Svg[] {
  const abort = text('Each state can end in CLOSED by a RST, or by giving up.', {
    class: 'small f-muted',
    x: WIDTH - 14,
    y: HEIGHT - 14,
    'text-anchor': 'end',
  });
  const lines = paths.map(({ name }, index) => {
    const y = 50 + index * 20;
    return (
      element('line', {
        class: `s-${COLORS[index] ?? 'blue'}`,
        'stroke-width': 3,
        x1: 14,
        x2: 38,
        y1: y - 4,
        y2: y - 4,
      }) + text(name, { class: 'f-ink', x: 46, y })
    );
  });
  return [...lines, abort];
}

function describe(paths: readonly EndStays[]): string {
  const said = paths.map(({ name, changes }) => {
    const [first] = changes;
    return `${name} went ${[first?.from ?? '', ...changes.map(({ to }) => to)].join(', ')}.`;
  });
  return ['The states of a TCP connection and what leads from one to another.', ...said].join(' ');
}
