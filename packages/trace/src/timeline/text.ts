const ESCAPE = '\u001b';

/** Ways to stand out on a terminal (ECMA-48, SGR). */
const STYLES = { green: 32, yellow: 33, red: 31, dim: 2 } as const;

/** How a text is to stand out; `null`: not at all. */
export type Style = keyof typeof STYLES | null;

/** The text in its style; its width stays the same. */
export function paint(text: string, style: Style): string {
  return style === null ? text : `${ESCAPE}[${STYLES[style]}m${text}${ESCAPE}[0m`;
}

/** The text without control characters, which would break the lines or reach the terminal; cut to `width`. */
export function printable(text: string, width = Infinity): string {
  const clean = text.replace(/\p{Cc}/gu, '?');
  return clean.length <= width ? clean : `${clean.slice(0, Math.max(0, width - 3))}...`.slice(0, width);
}
