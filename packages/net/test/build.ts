import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';

/** The package with all that it needs as one ESM and one CommonJS file, for tests that start processes of their own. */
export async function bundle(): Promise<{ esm: string; cjs: string; remove: () => Promise<void> }> {
  const outDir = await mkdtemp(join(tmpdir(), 'halfclose-net-'));
  await build({
    config: false,
    entry: { net: fileURLToPath(new URL('../src/index.ts', import.meta.url)) },
    tsconfig: fileURLToPath(new URL('../tsconfig.src.json', import.meta.url)),
    outDir,
    format: ['esm', 'cjs'],
    outExtension: ({ format }) => ({ js: format === 'esm' ? '.mjs' : '.cjs' }),
    target: 'node20.19',
    noExternal: [/^@halfclose\//],
    removeNodeProtocol: false,
    shims: false,
    silent: true,
    esbuildOptions: (options) => {
      options.conditions = ['@halfclose/source', 'module', 'node'];
    },
  });
  return {
    esm: join(outDir, 'net.mjs'),
    cjs: join(outDir, 'net.cjs'),
    remove: () => rm(outDir, { recursive: true }),
  };
}
