import { formatEndpoint } from '../events/endpoint.ts';
import type { TraceEndpoint } from '../events/event.ts';
import type { Moment } from './flight.ts';
import type { LadderRow } from './ladder-order.ts';
import { otherSide, type Side } from './side.ts';
import { printable } from '../timeline/text.ts';
import { TimeColumn } from '../timeline/time-column.ts';

/** What stands for the state of a side where there is no connection. */
const NO_CONNECTION = '-';

/** The columns of one ladder: time, state, arrows, state, and a second time if packets take time to arrive. */
export class LadderLayout {
  /** Columns between the states. */
  readonly arrowWidth: number;
  readonly #times: TimeColumn;
  readonly #start: number;
  readonly #hasTwoClocks: boolean;
  readonly #stateWidths: Readonly<Record<Side, number>>;

  /** `start` is the time to count from. */
  constructor(rows: readonly LadderRow[], start: number, width: number) {
    const moments: Record<Side, Moment[]> = { left: [], right: [] };
    for (const row of rows) {
      for (const side of ['left', 'right'] as const) {
        const moment = momentAt(row, side);
        if (moment !== null) moments[side].push(moment);
      }
    }
    this.#start = start;
    this.#times = new TimeColumn([...moments.left, ...moments.right].map(({ time }) => time - start));
    this.#hasTwoClocks = rows.some((row) => this.#takesTime(row));
    this.#stateWidths = { left: stateWidth(moments.left), right: stateWidth(moments.right) };
    const clocks = (this.#times.width + 1) * (this.#hasTwoClocks ? 2 : 1);
    this.arrowWidth = width - clocks - this.#stateWidths.left - this.#stateWidths.right - 2;
  }

  /** Columns beside the state of `side`, up to the end of the other state. */
  roomBeside(side: Side): number {
    return this.arrowWidth + 1 + this.#stateWidths[otherSide(side)];
  }

  /** Columns of everything between the times. */
  get #bodyWidth(): number {
    return this.roomBeside('left') + 1 + this.#stateWidths.left;
  }

  /** A line with an arrow between both states. */
  between(row: LadderRow, arrow: string): string {
    const [left, right] = [momentAt(row, 'left'), momentAt(row, 'right')];
    return this.#line(row, `${this.#state(left, 'left')} ${arrow} ${this.#state(right, 'right')}`);
  }

  /** A line with the state of `side`, and a text from there on. */
  beside(row: LadderRow, side: Side, text: string): string {
    const state = this.#state(momentAt(row, side), side);
    const room = this.roomBeside(side);
    const fitted = printable(text, room);
    return this.#line(
      row,
      side === 'left' ? `${state} ${fitted.padEnd(room)}` : `${fitted.padStart(room)} ${state}`,
    );
  }

  /** A line with a text at the margin of `side`, in place of the state. */
  atMargin(row: LadderRow, side: Side, text: string): string {
    const fitted = printable(text, this.#bodyWidth);
    return this.#line(row, pad(fitted, this.#bodyWidth, side));
  }

  /** Who stands on which side: one line, or two if the addresses are long. */
  title(names: Readonly<Record<Side, string>>, ends: Readonly<Record<Side, TraceEndpoint>>): string[] {
    const left = [names.left, formatEndpoint(ends.left)];
    const right = [formatEndpoint(ends.right), names.right];
    const clock = this.#times.unit.padStart(this.#times.width);
    const secondClock = this.#hasTwoClocks ? ` ${clock}` : '';
    const oneLine = spread(left.join(' '), right.join(' '), this.#bodyWidth);
    if (oneLine !== null) return [`${clock} ${oneLine}${secondClock}`];
    const half = (this.#bodyWidth - 1) >> 1;
    const lines = [
      [names.left, names.right],
      [left[1], right[0]],
    ].map((pair) => {
      const [a, b] = pair.map((text) => printable(text ?? '', half));
      return spread(a ?? '', b ?? '', this.#bodyWidth) ?? '';
    });
    return [`${clock} ${lines[0]}${secondClock}`, `${' '.repeat(clock.length)} ${lines[1]}`];
  }

  #line(row: LadderRow, body: string): string {
    const [left, right] = [momentAt(row, 'left'), momentAt(row, 'right')];
    if (this.#hasTwoClocks) return `${this.#clock(left)} ${body} ${this.#clock(right)}`.trimEnd();
    return `${this.#clock(left ?? right)} ${body}`.trimEnd();
  }

  #clock(moment: Moment | null): string {
    return (moment === null ? '' : this.#times.format(moment.time - this.#start)).padStart(this.#times.width);
  }

  #state(moment: Moment | null, side: Side): string {
    return pad(moment === null ? '' : stateText(moment), this.#stateWidths[side], 'left');
  }

  #takesTime(row: LadderRow): boolean {
    if ('note' in row || row.departure === null || row.arrival === null) return false;
    const { departure, arrival } = row;
    return (
      this.#times.format(departure.time - this.#start) !== this.#times.format(arrival.time - this.#start)
    );
  }
}

/** What the line shows of one side; `null`: nothing happened there. */
function momentAt(row: LadderRow, side: Side): Moment | null {
  if ('note' in row) return row.note.side === side ? row.note.moment : null;
  return row.flight.source === side ? row.departure : row.arrival;
}

function stateText({ state }: Moment): string {
  return printable(state ?? NO_CONNECTION, MAXIMAL_STATE);
}

/** As wide as `SYN-RECEIVED`, the longest of RFC 9293. */
const MAXIMAL_STATE = 12;

function stateWidth(moments: readonly Moment[]): number {
  return moments.reduce((width, moment) => Math.max(width, stateText(moment).length), 0);
}

function pad(text: string, width: number, side: Side): string {
  return side === 'left' ? text.padEnd(width) : text.padStart(width);
}

/** Both texts at the ends of `width` columns; `null`: they do not fit. */
function spread(left: string, right: string, width: number): string | null {
  const [a, b] = [printable(left), printable(right)];
  return a.length + b.length + 2 > width ? null : `${a}${' '.repeat(width - a.length - b.length)}${b}`;
}
