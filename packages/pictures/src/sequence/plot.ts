import { type ScaleLinear, scaleLinear } from 'd3-scale';
import { element, type Svg, text } from '../svg/element.ts';

/** One axis: pixels from and to, and the numbers that lie there. */
export interface Axis {
  readonly from: number;
  readonly to: number;
  readonly domain: readonly [number, number];
}

/** A rectangle with two scales. */
export class Plot {
  readonly x: ScaleLinear<number, number>;
  readonly y: ScaleLinear<number, number>;
  readonly #area: {
    readonly left: number;
    readonly right: number;
    readonly top: number;
    readonly bottom: number;
  };

  constructor(x: Axis, y: Axis) {
    this.x = scaleLinear([...x.domain], [x.from, x.to]);
    this.y = scaleLinear([...y.domain], [y.from, y.to]);
    this.#area = { left: x.from, right: x.to, top: y.to, bottom: y.from };
  }

  /** Lines at round numbers, and what they are; `unit` of the vertical ones. */
  grid(yText: (value: number) => string, xText: (value: number) => string, unit: string): Svg {
    const { left, right, top, bottom } = this.#area;
    const rows = this.y.ticks(Math.max(3, Math.round((bottom - top) / 50))).map((value) => {
      const y = this.y(value);
      return (
        element('line', { class: 's-faint thin', x1: left, x2: right, y1: y, y2: y }) +
        text(yText(value), { class: 'small f-muted', x: left - 8, y: y + 4, 'text-anchor': 'end' })
      );
    });
    const columns = this.x.ticks(8).map((value) => {
      const x = this.x(value);
      return (
        element('line', { class: 's-faint thin', x1: x, x2: x, y1: top, y2: bottom }) +
        text(xText(value), { class: 'small f-muted', x, y: bottom + 16, 'text-anchor': 'middle' })
      );
    });
    const name = text(unit, { class: 'small f-muted', x: left - 8, y: top - 8, 'text-anchor': 'end' });
    return element('g', {}, ...rows, ...columns, name);
  }

  /** A vertical number as a place, kept within the plot. */
  within(value: number): number {
    return Math.max(this.#area.top, this.y(value));
  }
}
