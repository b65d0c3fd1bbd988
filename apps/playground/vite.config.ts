import { defineConfig, type Plugin } from 'vite';
import { DOCUMENT, drillRows } from './rows.mjs';

const NAME = 'virtual:closing-rows';

/** The rows of docs/CLOSING.md as a module. */
function closingRows(): Plugin {
  return {
    name: 'closing-rows',
    resolveId: (id) => (id === NAME ? `\0${NAME}` : null),
    load(id) {
      if (id !== `\0${NAME}`) return null;
      this.addWatchFile(DOCUMENT);
      return `export const ROWS = ${JSON.stringify(drillRows())};`;
    },
  };
}

export default defineConfig({
  // Packages are read from source, so nothing has to be built before.
  resolve: { conditions: ['@halfclose/source', 'module', 'browser', 'development|production'] },
  // It works in whatever folder of whatever server it is put.
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    outDir: 'dist',
    sourcemap: false,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1000,
  },
  plugins: [closingRows()],
});
