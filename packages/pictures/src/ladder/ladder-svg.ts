import { checkInteger, checkOptions, type OptionNames } from '@halfclose/codec/arguments';
import {
  connectionsOf,
  formatEndpoint,
  type LadderModel,
  ladderModel,
  type TraceConnection,
  type TraceEvent,
} from '@halfclose/trace';
import { element, type Svg, text } from '../svg/element.ts';
import { picture } from '../svg/picture.ts';
import { checkPictureOptions, type PictureOptions } from '../svg/picture-options.ts';
import { LadderDrawing } from './ladder-drawing.ts';

/** How {@link ladderSvg} draws. */
export interface LadderSvgOptions extends PictureOptions {
  /** Whose ladders, one below the other. Default: the first connection that the events show. */
  readonly connections?: readonly TraceConnection[] | 'all';
  /** Rows of each ladder, 4 or more; of more, those in the middle are folded. Default: 120. */
  readonly rows?: number;
}

const OPTIONS: OptionNames<LadderSvgOptions> = {
  title: true,
  theme: true,
  fonts: true,
  connections: true,
  rows: true,
};
const DEFAULT_ROWS = 120;
const WIDTH = 920;
const TITLE_HEIGHT = 42;
const MARGIN = 14;

/**
 * Draws what both ends of a connection did as a ladder: time runs down, each packet is an arrow, and each end has a bar that
 * shows its states. An SVG document; empty if there is no connection.
 *
 * @throws TypeError or RangeError for what are no events, or no such options.
 */
export function ladderSvg(events: Iterable<TraceEvent>, options: LadderSvgOptions = {}): string {
  checkOptions('options', options, OPTIONS);
  checkPictureOptions(options);
  const { connections, rows = DEFAULT_ROWS, theme = 'auto', fonts } = options;
  checkInteger('rows', rows, 4, Number.MAX_SAFE_INTEGER);
  const all = [...events];
  const chosen = connections === 'all' ? connectionsOf(all) : (connections ?? connectionsOf(all).slice(0, 1));
  const models = chosen
    .map((connection) => ladderModel(all, { connection }))
    .filter((model): model is LadderModel => model !== null);
  const [first] = models;
  if (first === undefined) return '';
  let y = TITLE_HEIGHT;
  const parts: Svg[] = [];
  for (const model of models) {
    const drawing = new LadderDrawing(model, rows, WIDTH);
    parts.push(element('g', { transform: `translate(0 ${y})` }, drawing.draw()));
    y += drawing.height + MARGIN;
  }
  const title = options.title ?? titleOf(first, models.length);
  const frame = { width: WIDTH, height: y, title, description: models.map(describe).join(' '), theme, fonts };
  const caption = text(title, { class: 'title f-ink', x: MARGIN, y: 26 });
  return picture(frame, caption, ...parts);
}

function titleOf({ ends }: LadderModel, count: number): string {
  if (count > 1) return `${count} connections`;
  return `${formatEndpoint(ends.left)} and ${formatEndpoint(ends.right)}`;
}

/** What happened, packet by packet, for those who cannot see it. */
function describe({ ends, rows }: LadderModel): string {
  const packets = rows.filter((row) => row.kind === 'packet' && row.part !== 'arrival');
  const said = packets.slice(0, 40).flatMap((row) => {
    if (row.kind !== 'packet') return [];
    const from = row.towards === 'right' ? 'client' : 'server';
    return [`${from}: ${row.forms.at(-2) ?? row.forms[0] ?? ''}${row.part === 'lost' ? ', lost' : ''}`];
  });
  const more = packets.length > 40 ? `; and ${packets.length - 40} more` : '';
  return `Ladder of ${formatEndpoint(ends.left)} (client) and ${formatEndpoint(ends.right)} (server). ${said.join('; ')}${more}.`;
}
