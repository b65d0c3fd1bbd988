import { checkArray, checkOneOf, checkOptions, type OptionNames } from '@halfclose/codec/arguments';
import { connectionsOf, type TraceConnection, type TraceEvent } from '@halfclose/trace';
import { formatCountShort } from '../svg/count.ts';
import { durationText } from '../svg/duration.ts';
import { element, text } from '../svg/element.ts';
import { picture } from '../svg/picture.ts';
import { checkPictureOptions, type PictureOptions } from '../svg/picture-options.ts';
import { Plot } from './plot.ts';
import { sequenceModel, type SequenceModel } from './sequence-model.ts';
import { drawSequence, sequenceLegend } from './draw-sequence.ts';
import { drawFlight, flightLegend, flightOf } from './draw-flight.ts';

/** What a sender's congestion control held at a time. */
export interface CongestionSample {
  /** Milliseconds of the same clock as the events. */
  readonly time: number;
  /** Bytes. */
  readonly cwnd: number;
  /** Bytes; Infinity: none yet. */
  readonly ssthresh: number;
}

/** How {@link timeSequenceSvg} draws. */
export interface TimeSequenceSvgOptions extends PictureOptions {
  /** Whose. Default: the first connection that the events show. */
  readonly connection?: TraceConnection;
  /** Whose data: default: who sent more. */
  readonly sender?: 'client' | 'server';
  /** The sender's congestion window, to be drawn below; a capture does not have it. Default: none. */
  readonly samples?: readonly CongestionSample[];
}

const OPTIONS: OptionNames<TimeSequenceSvgOptions> = {
  title: true,
  theme: true,
  fonts: true,
  connection: true,
  sender: true,
  samples: true,
};
const WIDTH = 920;
const LEFT = 66;
const RIGHT = 18;
const TOP = 64;
const SEQUENCE_HEIGHT = 340;
const GAP = 46;
const FLIGHT_HEIGHT = 130;
const BOTTOM = 40;

/**
 * Draws one direction of a connection over time, as tcptrace does: each segment from its first to its last byte, the line of
 * acknowledgments below and that of the window above, what was sent again, SACK blocks, SYN, FIN and RST; and below that
 * bytes in flight, with cwnd and ssthresh where they are given. An SVG document; empty if there is no connection.
 *
 * @throws TypeError or RangeError for what are no events, or no such options.
 */
export function timeSequenceSvg(events: Iterable<TraceEvent>, options: TimeSequenceSvgOptions = {}): string {
  checkOptions('options', options, OPTIONS);
  checkPictureOptions(options);
  const { sender, samples = [], theme = 'auto', fonts } = options;
  if (sender !== undefined) checkOneOf('sender', sender, ['client', 'server']);
  checkArray('samples', samples);
  const all = [...events];
  const connection = options.connection ?? connectionsOf(all)[0];
  if (connection === undefined) return '';
  const side = sender === undefined ? null : sender === 'client' ? 'left' : 'right';
  const model = sequenceModel(all, connection, side);
  const start = all[0]?.time ?? 0;
  const congestion = samples.map((sample) => ({ ...sample, time: sample.time - start }));
  const flight = flightOf(model);
  const height = TOP + SEQUENCE_HEIGHT + GAP + FLIGHT_HEIGHT + BOTTOM;
  const x = { from: LEFT, to: WIDTH - RIGHT, domain: [0, Math.max(model.duration, 0.001)] } as const;
  const sequence = new Plot(x, { from: TOP + SEQUENCE_HEIGHT, to: TOP, domain: [0, topOf(model)] });
  const top = TOP + SEQUENCE_HEIGHT + GAP;
  const most = [...flight, ...congestion.map(({ cwnd }) => ({ bytes: cwnd }))].reduce(
    (max, { bytes }) => Math.max(max, bytes),
    1,
  );
  const below = new Plot(x, { from: top + FLIGHT_HEIGHT, to: top, domain: [0, most * 1.05] });
  const title = options.title ?? `From ${model.from} to ${model.to}`;
  return picture(
    { width: WIDTH, height, title, description: describe(model), theme, fonts },
    text(title, { class: 'title f-ink', x: 14, y: 26 }),
    element('g', {}, ...sequenceLegend(LEFT, 48, model)),
    sequence.grid(formatCountShort, durationText, 'bytes'),
    drawSequence(model, sequence),
    element('g', {}, ...flightLegend(LEFT, top - 10, congestion)),
    below.grid(formatCountShort, durationText, 'bytes'),
    drawFlight(flight, congestion, below),
  );
}

/** The window may lie far above what was sent: it is drawn as far as it tells something. */
function topOf({ end, acks }: SequenceModel): number {
  const edge = acks.reduce((most, ack) => Math.max(most, ack.edge), 0);
  return Math.max(10, end * 1.03, Math.min(edge, end * 1.25) * 1.03);
}

function describe({ from, to, segments, acks, duration, end }: SequenceModel): string {
  const again = segments.filter(({ isAgain }) => isAgain).length;
  return (
    `Time-sequence graph of what ${from} sent to ${to}: ${Math.max(0, end - 1)} bytes in ${segments.length} segments over ` +
    `${durationText(duration)}, ${again} of them sent again, and ${acks.length} acknowledgments.`
  );
}
