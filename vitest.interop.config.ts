import { configDefaults, defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

// The kernel as a peer: scripts/interop.mjs runs it in a network namespace of its own. One file at a time, since all share
// its interfaces, and the kernel works beside.
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['{packages,apps}/*/test/kernel/**/*.test.ts'],
    exclude: configDefaults.exclude,
    fileParallelism: false,
    testTimeout: 60_000,
  },
});
