import { element, escaped, type Svg } from './element.ts';
import { type PictureFonts, styleOf, type Theme } from './theme.ts';

/** What a picture is, beside what is in it. */
export interface PictureFrame {
  readonly width: number;
  readonly height: number;
  /** For those who cannot see it, in one line; shown as a hint, too. */
  readonly title: string;
  /** The same in some sentences. */
  readonly description: string;
  readonly theme: Theme;
  readonly fonts: PictureFonts | undefined;
}

/** A whole SVG document, on paper of its own, so that it can be read and printed anywhere. */
export function picture(
  { width, height, title, description, theme, fonts }: PictureFrame,
  ...content: readonly Svg[]
): string {
  const size = { width: Math.ceil(width), height: Math.ceil(height) };
  return `${element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      ...size,
      viewBox: `0 0 ${size.width} ${size.height}`,
      role: 'img',
      'aria-labelledby': 'title desc',
    },
    `\n<title id="title">${escaped(title)}</title>\n<desc id="desc">${escaped(description)}</desc>\n`,
    `<style>${styleOf(theme, fonts)}</style>\n`,
    element('rect', { class: 'f-paper', ...size, rx: 6 }),
    '\n',
    ...content.map((part) => `${part}\n`),
  )}\n`;
}
