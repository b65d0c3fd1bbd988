/** From here on, seconds read better than milliseconds. */
const SECONDS_FROM = 10_000;

/** Writes times of one unit with as many decimal places as the finest of them needs, down to microseconds. */
export class TimeColumn {
  readonly unit: 'ms' | 's';
  /** Columns that the widest of the times takes. */
  readonly width: number;
  readonly #places: number;

  /** `times` in milliseconds. */
  constructor(times: readonly number[]) {
    const latest = times.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    this.unit = latest >= SECONDS_FROM ? 's' : 'ms';
    const places = times.reduce((most, time) => Math.max(most, placesOf(time)), 0);
    this.#places = this.unit === 's' ? places + 3 : places;
    this.width = times.reduce((width, time) => Math.max(width, this.format(time).length), this.unit.length);
  }

  /** A time in milliseconds, in this column's unit. */
  format(time: number): string {
    return (this.unit === 's' ? time / 1000 : time).toFixed(this.#places);
  }
}

/** Decimal places of a millisecond, 0 to 3. */
function placesOf(time: number): number {
  const microseconds = Math.round(Math.abs(time) * 1000);
  if (microseconds % 1000 === 0) return 0;
  return microseconds % 100 === 0 ? 1 : microseconds % 10 === 0 ? 2 : 3;
}
