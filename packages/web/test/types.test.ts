import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compile, RESOLUTIONS } from '@halfclose/test-support/compile';
import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('types/', import.meta.url));

function programOf(file: string): Map<string, string> {
  return new Map([[`${folder}${file}`, readFileSync(`${folder}${file}`, 'utf8')]]);
}

// The compiler takes seconds, on a busy machine many.
const limit = { timeout: 120_000 };

describe.each(Object.entries(RESOLUTIONS))('with modules resolved as by %s', (_name, options) => {
  it("is what Cloudflare's types say of cloudflare:sockets", limit, () => {
    expect(compile(programOf('cloudflare.mts'), { ...options, types: [] })).toEqual([]);
  });

  it('is what the IDL of Direct Sockets says', limit, () => {
    const lib = [
      'lib.es2023.d.ts',
      'lib.esnext.disposable.d.ts',
      'lib.dom.d.ts',
      'lib.dom.asynciterable.d.ts',
    ];
    expect(compile(programOf('direct.ts'), { ...options, lib, types: [] })).toEqual([]);
  });
});
