import { checkOneOf, checkText } from '@halfclose/codec/arguments';
import type { Theme } from './theme.ts';

/** What all pictures can be told. */
export interface PictureOptions {
  /** Its headline. Default: what it shows. */
  readonly title?: string;
  /** Default: `auto`, as the system that shows it has it; printed, it is light. */
  readonly theme?: Theme;
}

const THEMES: readonly Theme[] = ['auto', 'light', 'dark'];

/** Throws a TypeError or RangeError for impossible options. */
export function checkPictureOptions({ title, theme }: PictureOptions): void {
  if (title !== undefined) checkText('title', title);
  if (theme !== undefined) checkOneOf('theme', theme, THEMES);
}
