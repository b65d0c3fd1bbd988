import { element, type Svg, text, textWidth } from '../svg/element.ts';
import type { Color } from '../svg/theme.ts';

/** What a sign means. */
export type LegendEntry = readonly [name: string, color: Color, sign: 'bar' | 'line' | 'dash' | 'area'];

const SIGN = 18;
const SIZE = 12;

/** Signs and names, one beside the other. */
export function legend(left: number, y: number, entries: readonly LegendEntry[]): Svg[] {
  let x = left;
  return entries.map(([name, color, sign]) => {
    const at = Math.round(x);
    x += SIGN + textWidth(name, SIZE) + 26;
    const middle = y - 4;
    const drawn =
      sign === 'bar'
        ? element('path', { class: `line s-${color}`, d: `M${at + 9} ${middle - 6}v12m-2.5 0h5m-5 -12h5` })
        : sign === 'area'
          ? element('rect', {
              class: `f-${color}`,
              x: at,
              y: middle - 5,
              width: SIGN,
              height: 10,
              rx: 2,
              'fill-opacity': 0.35,
            })
          : element('path', {
              class: `line s-${color}${sign === 'dash' ? ' dash' : ''}`,
              d: `M${at} ${middle}h${SIGN}`,
            });
    return drawn + text(name, { class: 'f-ink', x: at + SIGN + 6, y });
  });
}
