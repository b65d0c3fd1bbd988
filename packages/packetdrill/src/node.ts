export { drillCommand } from './bin-command.ts';
export { findScripts, runFile, UsageError } from './bin-scripts.ts';
export { readKnownFailures } from './bin-known-failures.ts';
