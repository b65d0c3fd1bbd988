import { expect, it } from 'vitest';
import { ladderSvg, stateDiagramSvg } from '../src/index.ts';
import { conversation } from './exchange.ts';

/** Colours of the fill classes of one theme. */
function colorsOf(theme: 'light' | 'dark'): Map<string, string> {
  const svg = stateDiagramSvg([], { theme });
  return new Map(
    [...svg.matchAll(/\.f-(\w+)\{fill:(#[\da-f]{6})\}/g)].map(([, name = '', color = '']) => [name, color]),
  );
}

/** WCAG 2.2, relative luminance. */
function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

it.each(['light', 'dark'] as const)('text and lines stand out from %s paper', (theme) => {
  const colors = colorsOf(theme);
  const paper = colors.get('paper') ?? '';
  // What text is written in: WCAG AA. Sky fills bars only, faint is grid.
  for (const name of ['ink', 'muted', 'blue', 'green', 'orange', 'red', 'purple', 'yellow'])
    expect([
      name,
      contrast(colors.get(name) ?? '', paper) >= (name === 'orange' || name === 'yellow' ? 4 : 4.5),
    ]).toEqual([name, true]);
});

it('follows the system unless told, and is light on paper', () => {
  const svg = ladderSvg(conversation().sorted);
  expect(svg).toContain('@media (prefers-color-scheme:dark)');
  expect(svg).toContain('@media print');
  expect(ladderSvg(conversation().sorted, { theme: 'dark' })).not.toContain('@media');
});

it('fonts are those of the system unless told', () => {
  const fonts = { text: 'Inter', mono: "'Fira Code', monospace" };
  for (const svg of [ladderSvg(conversation().sorted, { fonts }), stateDiagramSvg([], { fonts })]) {
    expect(svg).toContain('text{font-family:Inter;');
    expect(svg).toContain(".mono{font-family:'Fira Code', monospace;");
  }
  expect(ladderSvg(conversation().sorted, { fonts: { mono: 'Menlo' } })).toContain(
    'text{font-family:system-ui',
  );
});

it('wrong options and events are named', () => {
  const wrong: unknown = 'pink';
  expect(() => ladderSvg([], { theme: wrong as 'dark' })).toThrow(
    'theme must be one of "auto", "light", "dark", not "pink"',
  );
  expect(() => ladderSvg([], { rows: 3 })).toThrow('rows must be an integer from 4');
  const misspelt = { titel: 'x' };
  expect(() => ladderSvg([], misspelt as never)).toThrow('options.titel is no option: did you mean title?');
  expect(() => ladderSvg([], { fonts: { text: 'a}</style>' } })).toThrow(
    'fonts.text must be names of font families, not "a}</style>"',
  );
  expect(() => ladderSvg([], { fonts: { sans: 'Arial' } as never })).toThrow('fonts.sans is no option');
  expect(() => ladderSvg([], { fonts: 3 as never })).toThrow('fonts must be an object, not 3');
  expect(() => stateDiagramSvg([], { hosts: ['a', 'b', 'c'] })).toThrow(
    'hosts must be an array of two names at most',
  );
});
