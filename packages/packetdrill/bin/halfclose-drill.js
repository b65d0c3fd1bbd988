#!/usr/bin/env node
import { createRequire } from 'node:module';
import { drillCommand } from '@halfclose/packetdrill/node';

// `halfclose-drill ... | head`: whoever reads has had enough.
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

const { version } = createRequire(import.meta.url)('../package.json');

try {
  drillCommand('halfclose-drill').version(version, '-v, --version').parse();
} catch (error) {
  process.stderr.write(`halfclose-drill: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
