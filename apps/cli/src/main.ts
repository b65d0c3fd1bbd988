#!/usr/bin/env node
import { commandLine } from './command-line.ts';

// `halfclose tour | head`: whoever reads has had enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  commandLine().parse();
} catch (error) {
  process.stderr.write(`halfclose: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
