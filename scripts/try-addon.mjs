// Whether the addon of `tun` works under a runtime: it is loaded, and the kernel and a device of ours exchange packets, so that
// readiness comes, too: from the event loop in Node, from a thread elsewhere.
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';
import { runThere, whatIsMissing } from './namespace.mjs';

const tun = fileURLToPath(new URL('../packages/tun/', import.meta.url));
const folder = `${tun}out/addon/`;
const program = fileURLToPath(new URL('try-addon-program.mjs', import.meta.url));

let bundle = null;

/** Tries it; `args` are those of the runtime in front of a program. Returns whether it works, or cannot be tried here. */
export async function tryAddon(binary, args = []) {
  const missing = whatIsMissing();
  if (missing !== null) {
    console.log(`skipped: the addon of tun under ${binary}: ${missing}`);
    return true;
  }
  const status = runThere(binary, [...args, program, await (bundle ??= make())]);
  if (status !== 0) console.log(`the addon of tun failed under ${binary}: status ${status}`);
  return status === 0;
}

/** The package with all that it needs in one file, as after an installation. */
async function make() {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  symlinkSync(`${tun}prebuilds`, `${folder}prebuilds`);
  await build({
    config: false,
    entry: { tun: `${tun}src/index.ts` },
    tsconfig: `${tun}tsconfig.src.json`,
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
  return `${folder}dist/tun.mjs`;
}
