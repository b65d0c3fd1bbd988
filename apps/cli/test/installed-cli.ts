import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';
import { examples } from '../src/tour/chapters.ts';

const app = fileURLToPath(new URL('..', import.meta.url));

/** What a process left behind. */
export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command as after an installation, but built from the sources of all packages as they are now. */
export class InstalledCli {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  /** Builds it. `name` tells it from those of other test files. */
  static async build(name: string): Promise<InstalledCli> {
    const directory = join(app, 'out', 'installed', name);
    const dist = join(directory, 'dist');
    await build({
      config: false,
      entry: { main: join(app, 'src/main.ts'), preload: join(app, 'src/example/preload.ts') },
      outDir: dist,
      clean: true,
      format: 'esm',
      target: 'node20.19',
      silent: true,
      removeNodeProtocol: false,
      tsconfig: join(app, 'tsconfig.src.json'),
      external: ['@bomb.sh/tab', '@resvg/resvg-wasm', 'commander', 'picocolors', 'send'],
      noExternal: [/^@halfclose\//],
      esbuildOptions: (options) => {
        options.conditions = ['@halfclose/source'];
      },
    });
    for (const { file } of examples) {
      const copy = join(dist, 'examples', file);
      mkdirSync(dirname(copy), { recursive: true });
      copyFileSync(exampleSource(file), copy);
    }
    runNode([join(app, 'scripts/write-fonts.mjs'), dist]);
    copyFileSync(join(app, 'package.json'), join(directory, 'package.json'));
    // Where the addon is looked for.
    rmSync(join(directory, 'prebuilds'), { force: true });
    symlinkSync(join(app, '../../packages/tun/prebuilds'), join(directory, 'prebuilds'));
    return new InstalledCli(directory);
  }

  /** Runs `halfclose` with these arguments. */
  run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Finished {
    return runNode([join(this.directory, 'dist/main.js'), ...args], env);
  }

  /** What `node --import` swaps the network with. */
  get preload(): string {
    return new URL(`file://${join(this.directory, 'dist/preload.js')}`).href;
  }
}

/** An example as it is in the repository. */
export function exampleSource(file: string): string {
  return fileURLToPath(new URL(`../../../examples/${file}`, import.meta.url));
}

/** Runs Node with these arguments, away from the environment of the tests. */
export function runNode(args: readonly string[], env: NodeJS.ProcessEnv = {}): Finished {
  const { PATH, TMPDIR } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { PATH, ...(TMPDIR === undefined ? {} : { TMPDIR }), ...env },
    timeout: 25_000,
  });
  return { status, stdout, stderr };
}
