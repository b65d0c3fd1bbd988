// Measures over TUN, in a network namespace of its own. Arguments go to the benchmark.
import { runInNamespace } from './namespace.mjs';

runInNamespace(['apps/bench/dist/tun.js', ...process.argv.slice(2)]);
