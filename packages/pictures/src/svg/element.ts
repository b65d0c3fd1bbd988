/** Attributes of an element; what is `null` is left out. */
export type Attributes = Readonly<Record<string, string | number | null>>;

/** A piece of SVG. */
export type Svg = string;

/** An element with what is in it, which is SVG already. */
export function element(name: string, attributes: Attributes, ...content: readonly Svg[]): Svg {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? rounded(value) : escaped(String(value))}"`)
    .join('');
  const inner = content.join('');
  return inner === '' ? `<${name}${written}/>` : `<${name}${written}>${inner}</${name}>`;
}

/** Text as text: it stays searchable. */
export function text(content: string, attributes: Attributes): Svg {
  return element('text', attributes, escaped(content));
}

/** Characters that mean something in SVG, and control characters, which XML cannot have, are written otherwise. */
export function escaped(content: string): string {
  return content
    .replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, '?')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** As many places as a screen can show. */
export function rounded(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** The width of a text, about: fonts differ, so there is some more room than most need. */
export function textWidth(content: string, size: number, isMonospaced = false): number {
  return content.length * size * (isMonospaced ? 0.61 : 0.56);
}
