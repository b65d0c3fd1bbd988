import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compile, RESOLUTIONS } from '@halfclose/test-support/compile';
import { expect, it } from 'vitest';

const file = fileURLToPath(new URL('types/bun.mts', import.meta.url));
const program = new Map([[file, readFileSync(file, 'utf8')]]);
const lib = ['lib.esnext.d.ts', 'lib.dom.d.ts', 'lib.dom.asynciterable.d.ts'];

// The compiler takes seconds, on a busy machine many.
it.each(Object.entries(RESOLUTIONS))(
  "is what Bun's types say of its sockets, with modules resolved as by %s",
  { timeout: 120_000 },
  (_name, options) => {
    expect(compile(program, { ...options, lib, types: [] })).toEqual([]);
  },
);
