import { checkOptions, type OptionNames } from '@halfclose/codec/arguments';
import type { TraceEvent } from '@halfclose/trace';
import { scaleLinear, scaleSymlog } from 'd3-scale';
import { durationText } from '../svg/duration.ts';
import { element, type Svg, text, textWidth } from '../svg/element.ts';
import { picture } from '../svg/picture.ts';
import { checkPictureOptions, type PictureOptions } from '../svg/picture-options.ts';
import { stateColor } from './state-color.ts';
import { type EndStays, type Stay, staysOf } from './stays.ts';

/** How {@link stateTimelineSvg} draws. */
export type StateTimelineSvgOptions = PictureOptions;

const OPTIONS: OptionNames<StateTimelineSvgOptions> = { title: true, theme: true, fonts: true };
const WIDTH = 920;
const LEFT = 20;
const RIGHT = 40;
const TOP = 48;
const LANE = 66;
const BAR = 26;
const BOTTOM = 58;
const SIZE = 10.5;
/** Where the longest stay is so many times the shortest, time is drawn on a logarithmic scale. */
const UNEVEN = 60;

type Scale = (time: number) => number;

/**
 * Draws in which states each end was, as bars over time; where some lasted very much longer than others, on a logarithmic scale,
 * which is said. An SVG document; empty if no end changed its state.
 *
 * @throws TypeError or RangeError for what are no events, or no such options.
 */
export function stateTimelineSvg(
  events: Iterable<TraceEvent>,
  options: StateTimelineSvgOptions = {},
): string {
  checkOptions('options', options, OPTIONS);
  checkPictureOptions(options);
  const all = [...events];
  const ends = staysOf(all);
  if (ends.length === 0) return '';
  const start = all.reduce((earliest, { time }) => Math.min(earliest, time), Infinity);
  const duration = all.reduce((latest, { time }) => Math.max(latest, time), start) - start;
  const isUneven = unevenness(ends, duration) > UNEVEN;
  const scale = scaleOf(ends, duration, isUneven);
  const height = TOP + ends.length * LANE + BOTTOM;
  const title = options.title ?? 'States over time';
  const note = isUneven ? 'time is drawn logarithmically' : '';
  return picture(
    {
      width: WIDTH,
      height,
      title,
      description: ends.map(describe).join(' '),
      theme: options.theme ?? 'auto',
      fonts: options.fonts,
    },
    text(title, { class: 'title f-ink', x: 14, y: 26 }),
    text(note, { class: 'small f-muted', x: WIDTH - RIGHT, y: 26, 'text-anchor': 'end' }),
    ...ends.map((end, index) => drawLane(end, TOP + index * LANE, scale, duration)),
    drawAxis(ends, scale, duration, TOP + ends.length * LANE),
    drawLegend(ends, TOP + ends.length * LANE + 42),
  );
}

function unevenness(ends: readonly EndStays[], duration: number): number {
  const lengths = ends.flatMap(({ stays }) => stays.map(({ from, to }) => (to ?? duration) - from));
  const positive = lengths.filter((length) => length > 0);
  return positive.length === 0 ? 1 : Math.max(...positive) / Math.min(...positive);
}

function scaleOf(ends: readonly EndStays[], duration: number, isUneven: boolean): Scale {
  const domain = [0, Math.max(duration, 0.001)];
  const range = [LEFT, WIDTH - RIGHT];
  if (!isUneven) return scaleLinear(domain, range);
  const times = ends.flatMap(({ stays }) => stays.map(({ from }) => from)).filter((time) => time > 0);
  return scaleSymlog(domain, range).constant(Math.max(Math.min(...times, duration), duration / 1e5));
}

function drawLane({ name, stays }: EndStays, y: number, scale: Scale, duration: number): Svg {
  const bars = stays.map((stay) => drawStay(stay, y + 18, scale, duration));
  return element('g', {}, text(name, { class: 'bold f-ink', x: LEFT, y: y + 10 }), ...bars);
}

function drawStay({ state, from, to, why }: Stay, y: number, scale: Scale, duration: number): Svg {
  // CLOSED is no stay: it has no end to wait for.
  const isOver = state === 'CLOSED';
  const x1 = scale(from);
  const x2 = isOver ? x1 + 3 : Math.max(x1 + 2, scale(to ?? duration));
  const width = x2 - x1;
  const end = to ?? duration;
  const took = isOver ? '' : durationText(end - from);
  const hint = element(
    'title',
    {},
    `${state}: ${took === '' ? 'from' : `${took}, from`} ${durationText(from)} on (${why})`
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;'),
  );
  const bar = element('rect', { class: `f-${stateColor(state)}`, x: x1, y, width, height: BAR, rx: 3 }, hint);
  if (isOver) return bar;
  const inner = textWidth(state, SIZE) + 10 <= width;
  const label = inner
    ? text(state, {
        class: 'small bold f-paper',
        x: x1 + width / 2,
        y: y + BAR / 2 + 4,
        'text-anchor': 'middle',
      })
    : '';
  const below =
    inner && textWidth(took, SIZE) + 4 <= width
      ? text(took, { class: 'small f-muted', x: x1 + width / 2, y: y + BAR + 13, 'text-anchor': 'middle' })
      : '';
  return bar + label + below;
}

/** What the colours mean: narrow bars have no room to say it. */
function drawLegend(ends: readonly EndStays[], y: number): Svg {
  const states = [...new Set(ends.flatMap(({ stays }) => stays.map(({ state }) => state)))];
  let x = LEFT;
  const entries = states.map((state) => {
    const at = x;
    x += textWidth(state, SIZE) + 30;
    return (
      element('rect', { class: `f-${stateColor(state)}`, x: at, y: y - 9, width: 10, height: 10, rx: 2 }) +
      text(state, { class: 'small f-ink', x: at + 15, y })
    );
  });
  return element('g', {}, ...entries);
}

/** The times at which something changes, as far as there is room. */
function drawAxis(ends: readonly EndStays[], scale: Scale, duration: number, y: number): Svg {
  const times = [
    ...new Set([0, duration, ...ends.flatMap(({ stays }) => stays.map(({ from }) => from))]),
  ].sort((a, b) => a - b);
  let free = -Infinity;
  const labels = times.map((time, index) => {
    const x = scale(time);
    const label = durationText(time);
    const half = textWidth(label, SIZE) / 2 + 5;
    const isLast = index === times.length - 1;
    const room = isLast ? Infinity : scale(duration) - half * 2;
    if (x - half < free || (x > room && !isLast))
      return element('path', { class: 's-faint thin', d: `M${x.toFixed(1)} ${y}v4` });
    free = x + half;
    return (
      element('path', { class: 's-muted thin', d: `M${x.toFixed(1)} ${y}v6` }) +
      text(label, { class: 'small f-muted', x, y: y + 19, 'text-anchor': 'middle' })
    );
  });
  return element(
    'g',
    {},
    element('path', { class: 's-faint thin', d: `M${LEFT} ${y}H${WIDTH - RIGHT}` }),
    ...labels,
  );
}

function describe({ name, stays }: EndStays): string {
  const said = stays.map(({ state, from }) => `${state} from ${durationText(from)}`);
  return `${name}: ${said.join(', ')}.`;
}
