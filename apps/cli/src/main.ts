#!/usr/bin/env node
import { CommanderError } from 'commander';
import { commandLine } from './command-line.ts';
import { errorText } from './error-text.ts';
import { Interrupted } from './tun/interruption.ts';
import { UsageError, WRONG_USE } from './usage-error.ts';

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
  if (error instanceof CommanderError) {
    // It has said what is wrong, or what was asked for: help, say.
    process.exitCode = error.exitCode === 0 ? 0 : WRONG_USE;
  } else {
    process.stderr.write(`halfclose: ${errorText(error)}\n`);
    process.exitCode = error instanceof UsageError ? WRONG_USE : 1;
  }
}
