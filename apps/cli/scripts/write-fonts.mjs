// Writes the fonts of PNG files to `fonts` in the directory that is named, with their licence: DejaVu's, with no more than
// the characters that src/png/covered-characters.json lists, which makes them a fifth as large.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import subsetFont from 'subset-font';

const SOURCES = {
  'sans.woff2': '@fontsource/dejavu-sans/files/dejavu-sans-latin-400-normal.woff2',
  'sans-bold.woff2': '@fontsource/dejavu-sans/files/dejavu-sans-latin-700-normal.woff2',
  'mono.woff2': '@fontsource/dejavu-mono/files/dejavu-mono-latin-400-normal.woff2',
};

const { resolve } = createRequire(import.meta.url);
const [directory = 'dist'] = process.argv.slice(2);
const fonts = join(directory, 'fonts');
const ranges = JSON.parse(
  readFileSync(new URL('../src/png/covered-characters.json', import.meta.url), 'utf8'),
);
const characters = ranges.map(charactersOf).join('');

mkdirSync(fonts, { recursive: true });
for (const [name, source] of Object.entries(SOURCES)) {
  const options = { targetFormat: 'woff2', noLayoutClosure: true };
  writeFileSync(join(fonts, name), await subsetFont(readFileSync(resolve(source)), characters, options));
}
const home = dirname(resolve('@fontsource/dejavu-sans/package.json'));
writeFileSync(join(fonts, 'LICENSE'), readFileSync(join(home, 'LICENSE')));

function charactersOf(range) {
  const [first, last] = range.split('-').map((code) => parseInt(code, 16));
  return String.fromCodePoint(...Array.from({ length: last - first + 1 }, (_, index) => first + index));
}
