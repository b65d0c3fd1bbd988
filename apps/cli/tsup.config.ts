import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { program } from '../../tsup.base.ts';

const EXAMPLES = ['echo-net/main.js', 'http-hello/main.cjs'];

/** The examples go along, so that the published command needs nothing outside of its own package. */
export default program({
  entry: { main: 'src/main.ts', preload: 'src/example/preload.ts' },
  // Optional dependencies are none that tsup leaves out by itself.
  external: ['@resvg/resvg-wasm'],
  onSuccess: () => {
    for (const file of EXAMPLES) {
      const copy = join('dist/examples', file);
      mkdirSync(dirname(copy), { recursive: true });
      copyFileSync(join('../../examples', file), copy);
    }
    return Promise.resolve();
  },
});
