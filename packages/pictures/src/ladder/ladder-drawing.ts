import {
  formatEndpoint,
  type LadderModel,
  type LadderNoteRow,
  type LadderPacketRow,
  type Side,
} from '@halfclose/trace';
import { stateColor } from '../states/state-color.ts';
import { durationText } from '../svg/duration.ts';
import { element, type Svg, text, textWidth } from '../svg/element.ts';
import type { Color } from '../svg/theme.ts';
import { foldRows, type FoldedRow } from './fold-rows.ts';

const HEADER = 40;
const ROW = 30;
const FOLD = 26;
const FOOTER = 18;
/** From the edge to the bar of an end: time, then state. */
const EDGE = 196;
const BAR = 9;
/** By how much an arrow falls: packets take time. */
const FALL = 9;
/** How far what is lost gets. */
const LOST_AT = 0.72;
const LABEL_SIZE = 11.5;
const ARROW_COLORS: Readonly<Record<string, Color>> = {
  green: 'green',
  yellow: 'orange',
  red: 'red',
  dim: 'muted',
};

/** The places of one end of the ladder. */
interface Column {
  readonly bar: number;
  readonly time: number;
  readonly state: number;
  readonly anchor: 'start' | 'end';
}

/** Draws one ladder. */
export class LadderDrawing {
  readonly #model: LadderModel;
  readonly #rows: readonly FoldedRow[];
  readonly #columns: Readonly<Record<Side, Column>>;
  readonly #tops: number[] = [];
  readonly height: number;

  /** `most` rows, in a picture so wide. */
  constructor(model: LadderModel, most: number, width: number) {
    this.#model = model;
    this.#rows = foldRows(model.rows, most);
    this.#columns = {
      left: { bar: EDGE, time: 14, state: EDGE - 14, anchor: 'end' },
      right: { bar: width - EDGE, time: width - 14, state: width - EDGE + 14, anchor: 'start' },
    };
    let y = HEADER;
    for (const row of this.#rows) {
      this.#tops.push(y);
      y += row.kind === 'fold' ? FOLD : ROW;
    }
    this.height = y + FOOTER;
  }

  draw(): Svg {
    const sides = (['left', 'right'] as const).map((side) => this.#drawSide(side));
    const rows = this.#rows.map((row, index) => this.#drawRow(row, index));
    return [...sides, ...rows].join('\n');
  }

  /** Name, bar of states, and what they are called where they change. */
  #drawSide(side: Side): Svg {
    const { bar, state: x, anchor } = this.#columns[side];
    const { hosts, ends } = this.#model;
    const role = side === 'left' ? 'client' : 'server';
    const host = hosts[side];
    const name = host === null || hosts.left === hosts.right ? role : host;
    const middle = { x: bar, 'text-anchor': 'middle' };
    const parts = [
      text(name, { class: 'bold f-ink', ...middle, y: 12 }),
      text(formatEndpoint(ends[side]), { class: 'mono small f-muted', ...middle, y: 27 }),
    ];
    const stays = this.#staysOf(side);
    for (const [index, stay] of stays.entries()) {
      const end = stays[index + 1]?.y ?? this.height - FOOTER;
      const height = Math.max(2, end - stay.y);
      const color = stateColor(stay.state);
      parts.push(
        element('rect', { class: `f-${color}`, x: bar - BAR / 2, y: stay.y, width: BAR, height, rx: 2 }),
      );
      if (stay.state !== null)
        parts.push(text(stay.state, { class: 'small bold f-ink', x, y: stay.y + 4, 'text-anchor': anchor }));
    }
    return parts.join('');
  }

  #staysOf(side: Side): { readonly state: string | null; readonly y: number }[] {
    const stays: { state: string | null; y: number }[] = [{ state: null, y: HEADER - 6 }];
    for (const [index, row] of this.#rows.entries()) {
      // Calls and timers say nothing of a state.
      const moment = row.kind === 'call' || row.kind === 'timer' ? null : momentOf(row, side);
      if (moment === null || moment.state === (stays.at(-1)?.state ?? null)) continue;
      stays.push({ state: moment.state, y: this.#momentY(row, side, index) });
    }
    return stays;
  }

  #momentY(row: FoldedRow, side: Side, index: number): number {
    const y = this.#middle(index);
    if (row.kind !== 'packet' || !fallsDown(row)) return y;
    return row.towards === side ? y + FALL / 2 : y - FALL / 2;
  }

  #middle(index: number): number {
    return (this.#tops[index] ?? 0) + ROW / 2 + 3;
  }

  #drawRow(row: FoldedRow, index: number): Svg {
    if (row.kind === 'fold') return this.#drawFold(row.count, index);
    const times = (['left', 'right'] as const).map((side) => this.#drawTime(row, side, index));
    const body = row.kind === 'packet' ? this.#drawPacket(row, index) : this.#drawNote(row, index);
    return element('g', {}, ...times, body);
  }

  #drawFold(count: number, index: number): Svg {
    const y = (this.#tops[index] ?? 0) + FOLD / 2;
    const { left, right } = this.#columns;
    const label = `${count} more rows`;
    return element(
      'g',
      {},
      element('line', { class: 's-faint dots', x1: left.bar, x2: right.bar, y1: y, y2: y }),
      text(label, {
        class: 'small f-muted halo',
        x: (left.bar + right.bar) / 2,
        y: y + 4,
        'text-anchor': 'middle',
      }),
    );
  }

  #drawTime(row: LadderPacketRow | LadderNoteRow, side: Side, index: number): Svg {
    const moment = momentOf(row, side);
    if (moment === null) return '';
    const { time: x, anchor } = this.#columns[side];
    return text(durationText(moment.time), {
      class: 'small f-muted',
      x,
      y: this.#momentY(row, side, index) + 4,
      'text-anchor': anchor === 'end' ? 'start' : 'end',
    });
  }

  #drawNote({ side, text: said, kind }: LadderNoteRow, index: number): Svg {
    const { bar } = this.#columns[side];
    const isLeft = side === 'left';
    const x = bar + (isLeft ? 12 : -12);
    const color = kind === 'timer' ? 'muted' : kind === 'call' ? 'blue' : 'purple';
    return text(said, {
      class: `mono f-${color} halo`,
      x,
      y: this.#middle(index) + 4,
      'text-anchor': isLeft ? 'start' : 'end',
    });
  }

  #drawPacket(row: LadderPacketRow, index: number): Svg {
    if (row.part === 'arrival' && this.#departureOf(row, index) !== null) return '';
    const from: Side = row.towards === 'right' ? 'left' : 'right';
    const direction = row.towards === 'right' ? 1 : -1;
    const x1 = this.#columns[from].bar + direction * 7;
    const whole = this.#columns[row.towards].bar - direction * 7;
    const isLost = row.part === 'lost';
    const x2 = isLost ? x1 + (whole - x1) * LOST_AT : whole;
    const y1 = this.#middle(index) - (fallsDown(row) ? FALL / 2 : 0);
    const y2 = this.#endY(row, index);
    const color = ARROW_COLORS[row.style ?? ''] ?? 'ink';
    const isDashed = row.style === 'dim' ? ' dash' : '';
    const label = this.#label(row, x1, x2, y1, y2, color);
    const line = element('line', { class: `line s-${color}${isDashed}`, x1, y1, x2: x2 - direction * 6, y2 });
    const head =
      isLost || row.head === 'x'
        ? cross(x2, y2, color)
        : arrowHead(x2, y2, direction, y2 - y1, x2 - x1, color);
    return line + head + label;
  }

  /** Where the arrow ends: in the row where the packet arrives, if that is another one. */
  #endY(row: LadderPacketRow, index: number): number {
    const arrival =
      row.part === 'departure'
        ? this.#rows.findIndex((other, at) => at > index && other.kind === 'packet' && other.id === row.id)
        : -1;
    if (arrival >= 0) return this.#middle(arrival) + FALL / 2;
    return this.#middle(index) + (fallsDown(row) ? FALL / 2 : 0);
  }

  #departureOf(row: LadderPacketRow, index: number): number | null {
    const found = this.#rows.findIndex(
      (other, at) => at < index && other.kind === 'packet' && other.id === row.id,
    );
    return found < 0 ? null : found;
  }

  #label(row: LadderPacketRow, x1: number, x2: number, y1: number, y2: number, color: Color): Svg {
    const extra = [row.remark, row.part === 'lost' ? row.reason : '']
      .filter((part) => part !== '')
      .join(', ');
    const suffix = extra === '' ? '' : ` (${extra.replace(/^\(|\)$/g, '')})`;
    const room = Math.abs(x2 - x1) - (row.part === 'lost' ? 8 : 30);
    const form =
      row.forms.find((each) => textWidth(each + suffix, LABEL_SIZE, true) <= room) ?? row.forms.at(-1) ?? '';
    // Of arrows that cross, each has its label near where it leaves.
    const isLong = Math.abs(y2 - y1) > ROW;
    const share = isLong ? 0.32 : 0.5;
    const slope = (y2 - y1) / (x2 - x1);
    const [x, y] = [x1 + (x2 - x1) * share, y1 + (y2 - y1) * share];
    return text(form + suffix, {
      class: `mono f-${color} halo`,
      'text-anchor': 'middle',
      ...(isLong
        ? { transform: `translate(${x.toFixed(1)} ${(y - 6).toFixed(1)}) rotate(${degrees(slope)})` }
        : { x, y: y - 6 }),
    });
  }
}

function degrees(slope: number): string {
  return ((Math.atan(slope) * 180) / Math.PI).toFixed(1);
}

function momentOf(row: FoldedRow, side: Side) {
  if (row.kind === 'fold') return null;
  if (row.kind === 'packet') return row[side];
  return row.side === side ? row.moment : null;
}

/** An arrow falls if the packet takes time. */
function fallsDown({ left, right }: LadderPacketRow): boolean {
  return left === null || right === null || left.time !== right.time;
}

function arrowHead(x: number, y: number, direction: number, fall: number, run: number, color: Color): Svg {
  const angle = (Math.atan2(fall, Math.abs(run)) * 180) / Math.PI;
  const turn = direction > 0 ? angle : 180 - angle;
  return element('path', {
    class: `f-${color}`,
    d: 'M0 0L-10 -4.2L-8 0L-10 4.2Z',
    transform: `translate(${x.toFixed(1)} ${y.toFixed(1)}) rotate(${turn.toFixed(1)})`,
  });
}

function cross(x: number, y: number, color: Color): Svg {
  return element('path', {
    class: `line s-${color}`,
    d: `M${x - 5} ${y - 5}l10 10m0 -10l-10 10`,
  });
}
