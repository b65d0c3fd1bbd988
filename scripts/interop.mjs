// Runs the tests that have the kernel for a peer. Arguments go to vitest.
import { runInNamespace } from './namespace.mjs';

const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'vitest.interop.config.ts'];
runInNamespace([...vitest, ...process.argv.slice(2)]);
