/** Colours of a picture: those of the system (`auto`), or one of both always. */
export type Theme = 'auto' | 'light' | 'dark';

/**
 * Okabe and Ito's colours, which people tell apart whatever they see, and lighter ones of the same hues for dark paper: each on
 * light paper, then on dark.
 */
export const PALETTE = {
  paper: ['#ffffff', '#14181d'],
  ink: ['#1b1f24', '#e6e9ec'],
  muted: ['#5b6570', '#9aa5b1'],
  faint: ['#d5dadf', '#38414a'],
  wash: ['#f3f5f7', '#1d232a'],
  blue: ['#0072b2', '#56b4e9'],
  sky: ['#56b4e9', '#8ecdf2'],
  green: ['#00795a', '#2ec4a0'],
  orange: ['#b36b00', '#f0b03c'],
  red: ['#c44100', '#ff8a52'],
  purple: ['#a6437c', '#e39cc4'],
  yellow: ['#8a7a00', '#f0e442'],
} as const;

/** A colour of the theme. */
export type Color = keyof typeof PALETTE;

/** Families of fonts, as CSS lists them in `font-family`. */
export interface PictureFonts {
  /** Of most text, in a regular and a bold weight. Default: what the system that shows the picture has for its own. */
  readonly text?: string;
  /** Of segments, addresses and calls. Default: what that system has for code. */
  readonly mono?: string;
}

const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";
const MONO = "ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace";

/** Classes `f-blue` (filled), `s-blue` (stroked), and those of text. */
export function styleOf(theme: Theme, { text = FONT, mono = MONO }: PictureFonts = {}): string {
  const base =
    `text{font-family:${text};font-size:12px}.mono{font-family:${mono};font-size:11.5px}` +
    `.title{font-size:15px;font-weight:600}.bold{font-weight:600}.small{font-size:10.5px}` +
    `.halo{paint-order:stroke;stroke-width:4px;stroke-linejoin:round}.line{fill:none;stroke-width:1.6px}` +
    `.thin{stroke-width:1px}.dash{stroke-dasharray:5 4}.dots{stroke-dasharray:1.5 3.5}`;
  const [light, dark] = [rulesOf(0), rulesOf(1)];
  if (theme === 'light') return base + light;
  if (theme === 'dark') return base + dark;
  return `${base}${light}@media (prefers-color-scheme:dark){${dark}}@media print{${light}}`;
}

function rulesOf(index: 0 | 1): string {
  const rules = Object.entries(PALETTE).map(([name, colors]) => {
    const color = colors[index];
    return `.f-${name}{fill:${color}}.s-${name}{stroke:${color}}`;
  });
  return `${rules.join('')}.halo{stroke:${PALETTE.paper[index]}}`;
}
