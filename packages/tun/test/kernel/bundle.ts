import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'tsup';

const folder = fileURLToPath(new URL('../../out/interop/', import.meta.url));
const prebuilds = fileURLToPath(new URL('../../prebuilds', import.meta.url));

let bundle: Promise<string> | null = null;

/** The package with all that it needs in one file, for processes of their own: its URL. */
export async function bundleTun(): Promise<string> {
  return (bundle ??= make());
}

async function make(): Promise<string> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  // Where the addon is looked for, from dist/.
  symlinkSync(prebuilds, `${folder}prebuilds`);
  await build({
    config: false,
    entry: { tun: fileURLToPath(new URL('../../src/index.ts', import.meta.url)) },
    tsconfig: fileURLToPath(new URL('../../tsconfig.src.json', import.meta.url)),
    outDir: `${folder}dist`,
    format: 'esm',
    outExtension: () => ({ js: '.mjs' }),
    target: 'node20.19',
    noExternal: [/^@halfclose\//],
    removeNodeProtocol: false,
    silent: true,
    esbuildOptions: (options) => {
      options.conditions = ['@halfclose/source'];
    },
  });
  return pathToFileURL(`${folder}dist/tun.mjs`).href;
}
