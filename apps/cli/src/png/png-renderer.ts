import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { PictureFonts } from '@halfclose/pictures';
import type { Resvg } from '@resvg/resvg-wasm';
import { UsageError } from '../usage-error.ts';

/** The families that come with the command (scripts/write-fonts.mjs), so that text is seen on a machine without fonts. */
export const PNG_FONTS: Required<PictureFonts> = { text: "'DejaVu Sans'", mono: "'DejaVu Sans Mono'" };

const FONT_FILES = ['sans.woff2', 'sans-bold.woff2', 'mono.woff2'];
/** A gigabyte of them; the renderer has four at most, and traps where they do not suffice. */
const MOST_PIXELS = 2 ** 28;
/** Of a PNG that is made without being told otherwise: as sharp as screens of today. */
export const DEFAULT_SCALE = 2;
export const MOST_SCALE = 8;

/** Makes PNG files of SVG documents that are drawn with {@link PNG_FONTS}. */
export class PngRenderer {
  readonly #Resvg: typeof Resvg;
  readonly #fonts: Uint8Array[];

  private constructor(renderer: typeof Resvg, fonts: Uint8Array[]) {
    this.#Resvg = renderer;
    this.#fonts = fonts;
  }

  /**
   * Loads what it is made of; once in a process.
   *
   * @throws UsageError if `@resvg/resvg-wasm` is not installed
   */
  static async load(): Promise<PngRenderer> {
    const { initWasm, Resvg } = await importResvg();
    await initWasm(readFileSync(createRequire(import.meta.url).resolve('@resvg/resvg-wasm/index_bg.wasm')));
    const fonts = FONT_FILES.map((file) => readFileSync(new URL(`fonts/${file}`, import.meta.url)));
    return new PngRenderer(Resvg, fonts);
  }

  /**
   * An SVG as the octets of a PNG.
   *
   * @param svg the document
   * @param scale pixels for each of its units, each way
   * @throws UsageError for more pixels than there is memory for
   */
  render(svg: string, scale: number): Uint8Array {
    const { text } = PNG_FONTS;
    const picture = new this.#Resvg(svg, {
      fitTo: { mode: 'zoom', value: scale },
      font: { fontBuffers: this.#fonts, defaultFontFamily: text.replaceAll("'", '') },
    });
    try {
      const [width, height] = [Math.ceil(picture.width * scale), Math.ceil(picture.height * scale)];
      if (width * height > MOST_PIXELS)
        throw new UsageError(
          `a PNG of ${width} x ${height} pixels is too large (${MOST_PIXELS} in all at most): an SVG can be, or fewer --packets or a lesser --scale will do`,
        );
      const image = picture.render();
      try {
        return image.asPng();
      } finally {
        image.free();
      }
    } finally {
      picture.free();
    }
  }
}

async function importResvg() {
  try {
    return await import('@resvg/resvg-wasm');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new UsageError(
      'a PNG needs the optional dependency @resvg/resvg-wasm, which is not installed: `npm install @resvg/resvg-wasm`, or have an SVG',
    );
  }
}
