import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decode } from 'fast-png';
import { beforeAll, describe, expect, test } from 'vitest';
import { InstalledCli, runNode } from './installed-cli.ts';

const FILE = fileURLToPath(
  new URL('../../../packages/explain/test/captures/linux-6.18/half-close.pcap', import.meta.url),
);
const MODULES = fileURLToPath(new URL('../node_modules', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'halfclose-png-'));

let cli: InstalledCli;
beforeAll(async () => {
  cli = await InstalledCli.build('png');
}, 60_000);

interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: ArrayLike<number>;
}

/** How many pixels of a box differ from its first one: of a text, those that it is drawn with. */
function inkOf({ width, data }: Pixels, x: number, y: number, wide: number, high: number): number {
  const pixel = (column: number, row: number) => {
    const at = (row * width + column) * 4;
    return [data[at], data[at + 1], data[at + 2]].join();
  };
  const paper = pixel(x, y);
  let ink = 0;
  for (let row = y; row < y + high; row++)
    for (let column = x; column < x + wide; column++) if (pixel(column, row) !== paper) ink++;
  return ink;
}

interface Text {
  readonly x: number;
  readonly y: number;
  readonly content: string;
}

/** Texts of the SVG of a ladder, and where they are. */
function textsOf(svg: string): readonly Text[] {
  const [, top = '0'] = /<g transform="translate\(0 ([\d.]+)\)">/.exec(svg) ?? [];
  const texts = svg.matchAll(/<text class="([^"]*)"[^>]*? x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]+)<\/text>/g);
  return [...texts].map(([, kind = '', x = '', y = '', content = '']) => ({
    x: Number(x),
    y: Number(y) + (kind.includes('title') ? 0 : Number(top)),
    content,
  }));
}

describe('one connection of a capture as a PNG', () => {
  test.each(['ladder', 'timeline', 'sequence', 'states'])(
    '%s, twice as large as the SVG, or as --scale says',
    (view) => {
      const file = join(directory, `${view}.png`);
      const svg = cli.run([view, FILE, '--svg', '-']).stdout;
      expect(cli.run([view, FILE, '--png', file])).toEqual({ status: 0, stdout: '', stderr: '' });
      const [, width, height] = (/width="(\d+)" height="(\d+)"/.exec(svg) ?? []).map(Number);
      const drawn = decode(readFileSync(file));
      expect([drawn.width, drawn.height]).toEqual([2 * (width ?? 0), 2 * (height ?? 0)]);
      cli.run([view, FILE, '-o', file, '--scale', '0.5']);
      expect(decode(readFileSync(file)).width).toBe((width ?? 0) / 2);
    },
  );

  test('every text of a ladder is seen', () => {
    const [png, svg] = [join(directory, 'texts.png'), join(directory, 'texts.svg')];
    expect(cli.run(['ladder', FILE, '--png', png, '--svg', svg]).stderr).toBe('');
    const pixels = decode(readFileSync(png));
    // What is between the bars may have an arrow below; what is beside them has nothing else.
    const beside = textsOf(readFileSync(svg, 'utf8')).filter(({ x }) => x < 190 || x > 730);
    expect(beside.length).toBeGreaterThan(30);
    for (const { x, y, content } of beside) {
      const [left, top] = [2 * x - (x < 100 || (x > 730 && x < 800) ? 0 : 40), 2 * y - 20];
      expect([content, inkOf(pixels, Math.round(left), Math.round(top), 40, 20) > 10]).toEqual([
        content,
        true,
      ]);
    }
  });

  test('the title is in a bold font', () => {
    const file = join(directory, 'widths.png');
    const widthOf = (title: string) => {
      cli.run(['ladder', FILE, '--png', file, '--scale', '4', '--title', title]);
      const pixels = decode(readFileSync(file));
      let last = 0;
      for (let x = 56; x < 1600; x += 4) if (inkOf(pixels, x, 40, 4, 72) > 0) last = x;
      return last;
    };
    // A font without the bold one would make both as wide as the regular one does.
    expect(widthOf('WWWWWWWWWW') / 4).toBeGreaterThan(14 + 150);
    expect(widthOf('iiiiiiiiii') / 4).toBeLessThan(14 + 70);
  });

  test('segments are in a font whose characters are equally wide', () => {
    const [png, svg] = [join(directory, 'mono.png'), join(directory, 'mono.svg')];
    cli.run(['ladder', FILE, '--png', png, '--svg', svg]);
    const { x, y, content } =
      textsOf(readFileSync(svg, 'utf8')).find((text) => text.content.startsWith('SYN ')) ?? fail();
    const pixels = decode(readFileSync(png));
    const inked = Array.from({ length: 2 * 500 }, (_, index) => Math.round(2 * x) - 500 + index).filter(
      (column) => inkOf(pixels, column, 2 * y - 18, 1, 17) > 0,
    );
    const wide = ((inked.at(-1) ?? 0) - (inked[0] ?? 0)) / 2;
    // DejaVu Sans Mono: 1233 of 2048 units each.
    const expected = content.replaceAll(/&[lg]t;/g, '<').length * 11.5 * (1233 / 2048);
    expect(Math.abs(wide - expected)).toBeLessThan(4);
  });

  test('light, unless it is to be dark', () => {
    const file = join(directory, 'theme.png');
    const paperOf = (...args: string[]) => {
      cli.run(['states', FILE, '--png', file, ...args]);
      const { width, data } = decode(readFileSync(file));
      return [...data.slice((100 * width + 40) * 4, (100 * width + 40) * 4 + 4)];
    };
    expect(paperOf()).toEqual([0xff, 0xff, 0xff, 0xff]);
    expect(paperOf('--theme', 'dark')).toEqual([0x14, 0x18, 0x1d, 0xff]);
  });

  test('on the standard output', () => {
    const { status, stdout } = cli.run(['ladder', FILE, '--png', '-']);
    expect([status, stdout.slice(1, 4)]).toEqual([0, 'PNG']);
  });

  test('characters that the fonts do not have are named', () => {
    const args = ['ladder', FILE, '--png', join(directory, 'title.png'), '--title'];
    expect(cli.run([...args, 'Ää Ωω Жж ≥ → € – “x”']).stderr).toBe('');
    expect(cli.run([...args, '日本, 日']).stderr).toBe(
      'halfclose: the fonts of PNG files do not have 日 本, which are left out of it; an SVG shows them\n',
    );
  });

  test.each([
    [['-o', join(directory, 'x.jpg')], 'Its name must end in .svg or .png.'],
    [['-o', join(directory, 'nowhere/x.png')], 'There is no directory'],
    [['-o', join(directory, 'x.png'), '--png', join(directory, 'y.png')], 'cannot be used with'],
    [['--svg', '-', '--png', '-'], 'of --svg and --png one can go to the standard output'],
    [['--png', '-', '--scale', '0'], 'It must be a number above 0, 8 at most.'],
    [['--png', '-', '--scale', '8.5'], 'It must be a number above 0, 8 at most.'],
    [['--png', '-', '--scale', 'big'], 'It must be a number above 0, 8 at most.'],
  ])('%j: one sentence, and status 2', (args, message) => {
    const { status, stdout, stderr } = cli.run(['ladder', FILE, ...args]);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });
});

test('the tour draws its closings as PNG, too', () => {
  const pictures = join(directory, 'tour');
  expect(cli.run(['tour', '--only', 'unread-data', '--json', '--png', pictures]).status).toBe(0);
  expect(readdirSync(pictures)).toEqual(['unread-data.png']);
  expect(decode(readFileSync(join(pictures, 'unread-data.png'))).width).toBe(1840);
});

test('a shell completes the options', () => {
  const { stdout } = cli.run(['complete', '--', 'ladder', '--']);
  for (const option of ['--svg', '--png', '--output', '--scale']) expect(stdout).toContain(`${option}\t`);
});

test('without the optional dependency a PNG is refused with what to do, and all else works', () => {
  const home = join(directory, 'bare');
  for (const folder of ['dist', 'node_modules']) mkdirSync(join(home, folder), { recursive: true });
  for (const file of readdirSync(join(cli.directory, 'dist')).filter((name) => name.endsWith('.js')))
    copyFileSync(join(cli.directory, 'dist', file), join(home, 'dist', file));
  copyFileSync(join(cli.directory, 'package.json'), join(home, 'package.json'));
  for (const name of ['@bomb.sh', 'commander', 'picocolors', 'send'])
    symlinkSync(join(MODULES, name), join(home, 'node_modules', name));
  const run = (...args: string[]) => runNode([join(home, 'dist/main.js'), ...args]);
  const png = join(directory, 'never.png');
  const refusal = {
    status: 2,
    stdout: '',
    stderr:
      'halfclose: a PNG needs the optional dependency @resvg/resvg-wasm, which is not installed: ' +
      '`npm install @resvg/resvg-wasm`, or have an SVG\n',
  };
  expect(run('ladder', FILE, '--png', png)).toEqual(refusal);
  expect(run('tour', '--only', 'linger-0', '--png', directory)).toEqual(refusal);
  expect(readdirSync(directory)).not.toContain('never.png');
  expect(run('ladder', FILE, '--svg', '-').status).toBe(0);
});

function fail(): never {
  throw new Error('it is not there');
}
