// Plays the same peer against the kernel's TCP and against ours, in a network namespace of its own. Arguments go to it.
import { runInNamespace } from './namespace.mjs';

runInNamespace(['apps/differential/dist/main.js', ...process.argv.slice(2)]);
