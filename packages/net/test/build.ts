import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';

/** Files of the package with all that it needs, and how to remove them. */
interface Bundle {
  readonly esm: string;
  readonly cjs: string;
  /** The entry `./register`. */
  readonly registerEsm: string;
  readonly registerCjs: string;
  readonly remove: () => Promise<void>;
}

const INDEX = fileURLToPath(new URL('../src/index.ts', import.meta.url));
const REGISTER = fileURLToPath(new URL('../src/register.ts', import.meta.url));

/** The package with all that it needs as ESM and as CommonJS, for tests that start processes of their own. */
export async function bundle(): Promise<Bundle> {
  const outDir = await mkdtemp(join(tmpdir(), 'halfclose-net-'));
  await build({
    config: false,
    entry: { net: INDEX, register: REGISTER },
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
      options.alias = { '@halfclose/net': INDEX };
    },
  });
  return {
    esm: join(outDir, 'net.mjs'),
    cjs: join(outDir, 'net.cjs'),
    registerEsm: join(outDir, 'register.mjs'),
    registerCjs: join(outDir, 'register.cjs'),
    remove: () => rm(outDir, { recursive: true }),
  };
}
