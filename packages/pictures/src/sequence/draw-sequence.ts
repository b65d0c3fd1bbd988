import { curveStepAfter, line } from 'd3-shape';
import { element, rounded, type Svg, text } from '../svg/element.ts';
import type { Color } from '../svg/theme.ts';
import { legend } from './legend.ts';
import type { Plot } from './plot.ts';
import type { SequenceModel, SequenceSegment } from './sequence-model.ts';

/** Half the width of the ends of a segment's bar. */
const SERIF = 2.5;
/** So many segments have serifs; more would only be blots. */
const MOST_SERIFS = 400;

/** What the lines are. */
export function sequenceLegend(x: number, y: number, { segments, acks }: SequenceModel): Svg[] {
  const hasAgain = segments.some(({ isAgain }) => isAgain);
  const hasSack = acks.some(({ blocks }) => blocks.length > 0);
  return legend(x, y, [
    ['segment', 'ink', 'bar'],
    ...(hasAgain ? ([['sent again', 'red', 'bar']] as const) : []),
    ['acknowledged', 'green', 'line'],
    ['window', 'orange', 'dash'],
    ...(hasSack ? ([['SACK block', 'purple', 'bar']] as const) : []),
  ]);
}

/** Segments, acknowledgments, window. */
export function drawSequence(model: SequenceModel, plot: Plot): Svg {
  const { acks, segments } = model;
  const most = plot.y.domain()[1] ?? 0;
  const step = (numberOf: (ack: SequenceModel['acks'][number]) => number) =>
    line<SequenceModel['acks'][number]>()
      .defined((ack) => numberOf(ack) <= most)
      .x((ack) => Number(rounded(plot.x(ack.time))))
      .y((ack) => Number(rounded(plot.within(numberOf(ack)))))
      .curve(curveStepAfter)([...acks, ...tail(model)]) ?? '';
  const blocks = acks
    .flatMap(({ time, blocks: all }) => all.map(([from, to]) => bar(plot, time, from, to)))
    .join('');
  const hasSerifs = segments.length <= MOST_SERIFS;
  const isPlain = ({ isAgain, mark }: SequenceSegment) => !isAgain && mark !== 'RST';
  return element(
    'g',
    {},
    element('path', { class: 'line dash s-orange', d: step(({ edge }) => edge) }),
    element('path', { class: 'line s-green', d: step(({ ack }) => ack) }),
    element('path', { class: 'line s-purple', d: blocks }),
    bars(segments.filter(isPlain), plot, 'ink', hasSerifs),
    bars(
      segments.filter(({ isAgain }) => isAgain),
      plot,
      'red',
      hasSerifs,
    ),
    ...segments.map((segment) => drawMark(segment, plot)),
  );
}

/** What holds at the last acknowledgment holds to the end. */
function tail({ acks, duration }: SequenceModel): SequenceModel['acks'] {
  const last = acks.at(-1);
  return last === undefined ? [] : [{ ...last, time: duration }];
}

function bars(segments: readonly SequenceSegment[], plot: Plot, color: Color, hasSerifs: boolean): Svg {
  const d = segments
    .filter(({ from, to }) => to > from)
    .map(({ time, from, to }) => bar(plot, time, from, to) + (hasSerifs ? serifs(plot, time, from, to) : ''))
    .join('');
  return d === '' ? '' : element('path', { class: `line s-${color}`, d });
}

function bar(plot: Plot, time: number, from: number, to: number): string {
  const [x, y1, y2] = [plot.x(time), plot.within(from), plot.within(to)];
  // A single byte is a dot at least.
  return `M${rounded(x)} ${rounded(y1)}V${rounded(Math.min(y2, y1 - 1))}`;
}

function serifs(plot: Plot, time: number, from: number, to: number): string {
  const x = plot.x(time);
  return [from, to]
    .map((number) => `M${rounded(x - SERIF)} ${rounded(plot.within(number))}h${SERIF * 2}`)
    .join('');
}

function drawMark({ time, to, mark, isAgain }: SequenceSegment, plot: Plot): Svg {
  if (mark === null)
    return isAgain
      ? element('circle', { class: 'f-red', cx: plot.x(time), cy: plot.within(to), r: 2.2 })
      : '';
  const color = mark === 'RST' ? 'red' : mark === 'FIN' ? 'blue' : 'muted';
  const [x, y] = [plot.x(time), plot.within(to)];
  const isLate = x > (plot.x.range()[1] ?? 0) - 30;
  return (
    element('circle', { class: `f-${color}`, cx: x, cy: y, r: 3 }) +
    text(mark, {
      class: `small bold f-${color} halo`,
      x: isLate ? x - 6 : x + 6,
      y: y - 5,
      'text-anchor': isLate ? 'end' : 'start',
    })
  );
}
