import { area, curveStepAfter, line } from 'd3-shape';
import { element, rounded, type Svg } from '../svg/element.ts';
import { legend, type LegendEntry } from './legend.ts';
import type { Plot } from './plot.ts';
import type { SequenceModel } from './sequence-model.ts';

/** Bytes on their way at a time. */
export interface Flight {
  /** Milliseconds since the first event of the connection. */
  readonly time: number;
  /** How much was in flight from then on, until the next one; SYN and FIN count 1 each. */
  readonly bytes: number;
}

interface Sample {
  readonly time: number;
  readonly cwnd: number;
  readonly ssthresh: number;
}

/**
 * What was sent and neither acknowledged nor said to have arrived by a SACK block, after each segment and each acknowledgment.
 * What was lost counts until it is acknowledged.
 */
export function flightOf({ segments, acks, duration }: SequenceModel): Flight[] {
  const steps = [
    ...segments.map(({ time, to }) => ({ time, sent: to, acknowledged: 0, blocks: NONE })),
    ...acks.map(({ time, ack, blocks }) => ({ time, sent: 0, acknowledged: ack, blocks })),
  ].sort((a, b) => a.time - b.time);
  let [sent, acknowledged] = [0, 0];
  let arrived = NONE;
  const flight = steps.map((step) => {
    sent = Math.max(sent, step.sent);
    acknowledged = Math.max(acknowledged, step.acknowledged);
    arrived = joined([...arrived, ...step.blocks], acknowledged);
    const beyond = arrived.reduce((sum, [from, to]) => sum + to - from, 0);
    return { time: step.time, bytes: Math.max(0, sent - acknowledged - beyond) };
  });
  const last = flight.at(-1);
  return last === undefined ? [] : [...flight, { ...last, time: duration }];
}

type Range = readonly [from: number, to: number];

const NONE: readonly Range[] = [];

/** The ranges beyond `least`, in order, those joined that touch. */
function joined(ranges: readonly Range[], least: number): readonly Range[] {
  if (ranges.length === 0) return NONE;
  const result: [number, number][] = [];
  for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0])) {
    if (to <= least) continue;
    const last = result.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else result.push([Math.max(from, least), to]);
  }
  return result;
}

/** What the lines are. */
export function flightLegend(x: number, y: number, samples: readonly Sample[]): Svg[] {
  const congestion: readonly LegendEntry[] = [
    ['cwnd', 'purple', 'line'],
    ['ssthresh', 'muted', 'dash'],
  ];
  return legend(x, y, [['bytes in flight', 'blue', 'area'], ...(samples.length > 0 ? congestion : [])]);
}

/** Bytes in flight, and the congestion window above them. */
export function drawFlight(flight: readonly Flight[], samples: readonly Sample[], plot: Plot): Svg {
  const x = (each: { readonly time: number }) => Number(rounded(plot.x(each.time)));
  const y = (value: number) => Number(rounded(plot.within(value)));
  const filled =
    area<Flight>()
      .x(x)
      .y0(Number(rounded(plot.y(0))))
      .y1(({ bytes }) => y(bytes))
      .curve(curveStepAfter)([...flight]) ?? '';
  const lineOf = (valueOf: (sample: Sample) => number) =>
    line<Sample>()
      .defined((sample) => Number.isFinite(valueOf(sample)))
      .x(x)
      .y((sample) => y(valueOf(sample)))
      .curve(curveStepAfter)([...samples]) ?? '';
  return element(
    'g',
    {},
    element('path', { class: 'f-blue s-blue thin', 'fill-opacity': 0.3, d: filled }),
    samples.length === 0
      ? ''
      : element('path', { class: 'line dash s-muted', d: lineOf(({ ssthresh }) => ssthresh) }),
    samples.length === 0 ? '' : element('path', { class: 'line s-purple', d: lineOf(({ cwnd }) => cwnd) }),
  );
}
