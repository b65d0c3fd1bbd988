import { configDefaults, defineConfig } from 'vitest/config';
import type { Reporter } from 'vitest/node';

// Packages are read from source, so no test needs a build.
const conditions = ['@halfclose/source', 'module', 'node', 'development|production'];

// Where others use the machine, too, what is compared with the kernel in real time gets a second try; this tells which did.
const secondTries: Reporter = {
  onTestCaseResult(test) {
    if (test.diagnostic()?.flaky === true)
      console.log(`passed at the second try: ${test.module.relativeModuleId} > ${test.fullName}`);
  },
};

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'apps/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    // These take a network namespace of their own: vitest.interop.config.ts; or a browser: vitest.playground.config.ts.
    exclude: [...configDefaults.exclude, '**/test/kernel/**', '**/test/browser/**'],
    // Time in tests is virtual; this only ends what hangs, also on a busy machine.
    testTimeout: 30_000,
    reporters: ['default', secondTries],
    retry: process.env['CI'] === undefined ? 0 : 1,
    coverage: { provider: 'v8', include: ['packages/*/src/**/*.ts'], reporter: ['text-summary', 'html'] },
  },
});
