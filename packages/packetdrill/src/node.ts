export { drillCommand } from './bin/bin-command.ts';
export { findScripts, runFile, UsageError } from './bin/bin-scripts.ts';
export { readKnownFailures } from './bin/bin-known-failures.ts';
