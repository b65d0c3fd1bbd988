import {
  checkObject,
  checkOneOf,
  checkOptions,
  checkText,
  type OptionNames,
  shown,
} from '@halfclose/codec/arguments';
import type { PictureFonts, Theme } from './theme.ts';

/** What all pictures can be told. */
export interface PictureOptions {
  /** Its headline. Default: what it shows. */
  readonly title?: string;
  /** Default: `auto`, as the system that shows it has it; printed, it is light. */
  readonly theme?: Theme;
  /** For who draws the SVG with fonts of his own. Default: those of the system that shows it. */
  readonly fonts?: PictureFonts;
}

const THEMES: readonly Theme[] = ['auto', 'light', 'dark'];
const FONTS: OptionNames<PictureFonts> = { text: true, mono: true };

/** Throws a TypeError or RangeError for impossible options. */
export function checkPictureOptions({ title, theme, fonts }: PictureOptions): void {
  if (title !== undefined) checkText('title', title);
  if (theme !== undefined) checkOneOf('theme', theme, THEMES);
  if (fonts === undefined) return;
  checkObject('fonts', fonts);
  checkOptions('fonts', fonts, FONTS);
  for (const name of ['text', 'mono'] as const) {
    const families = fonts[name];
    if (families === undefined) continue;
    checkText(`fonts.${name}`, families);
    // It becomes part of a style sheet, and of XML.
    if (!/^[^<>&{};]+$/.test(families))
      throw new RangeError(`fonts.${name} must be names of font families, not ${shown(families)}`);
  }
}
