#!/usr/bin/env node
import { commandLine } from './command-line.ts';
import { errorText } from './error-text.ts';
import { Interrupted } from './tun/interruption.ts';

// `halfclose tour | head`: whoever reads has had enough. A command that listens, too, ends in its own way.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  if (process.stdout.listenerCount('error') === 1) process.exit();
});

try {
  await commandLine().parseAsync();
} catch (error) {
  // All is closed by then; what still waits for input, say, is not to hold the process.
  if (error instanceof Interrupted) process.exit(error.exitStatus);
  process.stderr.write(`halfclose: ${errorText(error)}\n`);
  process.exitCode = 1;
}
