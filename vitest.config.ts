import { configDefaults, defineConfig } from 'vitest/config';

// Packages are read from source, so no test needs a build.
const conditions = ['@halfclose/source', 'module', 'node', 'development|production'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'apps/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    // These take a network namespace of their own: vitest.interop.config.ts; or a browser: vitest.playground.config.ts.
    exclude: [...configDefaults.exclude, '**/test/kernel/**', '**/test/browser/**'],
    // Time in tests is virtual; this only ends what hangs, also on a busy machine.
    testTimeout: 30_000,
    coverage: { provider: 'v8', include: ['packages/*/src/**/*.ts'], reporter: ['text-summary', 'html'] },
  },
});
