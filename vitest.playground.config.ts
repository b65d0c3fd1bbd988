import { configDefaults, defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

// The playground in a real browser: npm run test:playground builds it before.
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['apps/playground/test/browser/**/*.test.ts'],
    exclude: configDefaults.exclude,
    testTimeout: 300_000,
    hookTimeout: 60_000,
  },
});
