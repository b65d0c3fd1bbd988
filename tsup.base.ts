import { readFileSync } from 'node:fs';
import { defineConfig, type Options } from 'tsup';

const shared: Options = {
  outDir: 'dist',
  target: 'node20.19',
  // What is published is as readable as the source, and a map would be two thirds of it. Profilers ask for them.
  sourcemap: process.env.HALFCLOSE_SOURCEMAPS === '1',
  clean: true,
  treeshake: true,
  silent: true,
  // tsup would turn `node:test` into `test`.
  removeNodeProtocol: false,
  tsconfig: 'tsconfig.src.json',
};

/** `dts`: what to add to the types. */
interface LibraryOptions extends Options {
  dts?: { footer: string };
}

/**
 * A package to import: ESM, CommonJS and types, one bundle for each entry that
 * `package.json` exports from source.
 */
export function library({ dts, ...options }: LibraryOptions = {}) {
  return defineConfig({
    ...shared,
    entry: entriesOf('package.json'),
    format: ['esm', 'cjs'],
    // Who only runs programs here does without: scripts/build.mjs --no-types.
    dts: process.env.HALFCLOSE_TYPES !== '0' && {
      ...dts,
      compilerOptions: {
        // tsup's bundler of types sets `baseUrl`, which TypeScript 6 calls deprecated (TS5101).
        ignoreDeprecations: '6.0',
        composite: false,
        incremental: false,
      },
    },
    ...options,
  });
}

/** A program to run: one ESM file, from `src/main.ts`. */
export function program(options: Options = {}) {
  return defineConfig({ ...shared, entry: ['src/main.ts'], format: ['esm'], ...options });
}

interface Manifest {
  exports: Record<string, string | Record<string, unknown>>;
}

function entriesOf(file: string): string[] {
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  return Object.values(manifest.exports).flatMap((target) => {
    const source = typeof target === 'string' ? undefined : target['@halfclose/source'];
    return typeof source === 'string' ? [source] : [];
  });
}
