import type { Side } from './side.ts';
import { printable } from '../timeline/text.ts';

/** What an arrow shows of its packet's way. */
export interface Arrow {
  /** The side that it points to. */
  readonly towards: Side;
  /** `departure` fades out, `arrival` fades in, `lost` ends at once with an x. */
  readonly part: 'whole' | 'departure' | 'arrival' | 'lost';
  /** What it says, the longest form first. */
  readonly forms: readonly string[];
  /** Said behind that in any case; empty: nothing. */
  readonly remark: string;
  /** Why it was lost; said behind the x of what was. */
  readonly reason: string;
  /** `x`: the packet was dropped where the arrow ends. */
  readonly head: '>' | 'x';
}

/** The longest shaft before the text, and behind it where the arrow fades. */
const SHAFT = 3;
/** Shortest shafts and the spaces around the text: `- text ->`. */
const AROUND = 5;

/** Draws the arrow, `width` columns wide. */
export function drawArrow(arrow: Arrow, width: number): string {
  const isLost = arrow.part === 'lost';
  const reason = isLost ? ` ${printable(arrow.reason, width >> 1)}` : '';
  const remark = arrow.remark === '' ? '' : ` ${printable(arrow.remark, width >> 1)}`;
  const text = fit(arrow.forms, width - AROUND - remark.length - reason.length) + remark;
  const { near, far } = shafts(arrow, width - text.length - reason.length - 2);
  return arrow.towards === 'right'
    ? `${near} ${text} ${far}${reason}`.padEnd(width)
    : `${[reason.trimStart(), flip(far), text, flip(near)].filter((part) => part !== '').join(' ')}`.padStart(
        width,
      );
}

/** What stands before and behind the text of an arrow to the right; together at most `free` columns. */
function shafts({ part, head }: Arrow, free: number): { near: string; far: string } {
  if (part === 'arrival') {
    const far = `${'-'.repeat(Math.min(SHAFT, free - 1) - 1)}${head}`;
    return { near: flip(fading(free - far.length)), far };
  }
  const near = '-'.repeat(Math.min(SHAFT, free - 2));
  const rest = part === 'lost' ? Math.min(SHAFT + 1, free - near.length) : free - near.length;
  return { near, far: part === 'departure' ? fading(rest) : `${'-'.repeat(rest - 1)}${head}` };
}

/** `--- . . . .` */
function fading(width: number): string {
  return `${'-'.repeat(SHAFT)}${' .'.repeat(width >> 1)}`.slice(0, width);
}

function flip(shaft: string): string {
  return [...shaft].reverse().join('').replace('>', '<');
}

function fit(forms: readonly string[], width: number): string {
  return forms.find((form) => form.length <= width) ?? printable(forms.at(-1) ?? '', width);
}
