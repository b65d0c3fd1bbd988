import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { withPrinted } from '@halfclose/test-support';
import { TABLES } from './tables.ts';

const USAGE = `Usage: pnpm goodput

Runs bulk transfers over simulated links in virtual time, and writes what they achieve into docs/GOODPUT.md.
The figures depend on the code alone: each run gives the same.
`;

const { values } = parseArgs({ options: { help: { type: 'boolean', default: false } } });

if (values.help) process.stdout.write(USAGE);
else {
  const file = fileURLToPath(new URL('../../../docs/GOODPUT.md', import.meta.url));
  const text = withPrinted(readFileSync(file, 'utf8'), (name) => {
    const table = TABLES[name];
    if (table === undefined) throw new Error(`docs/GOODPUT.md asks for an unknown table: ${name}`);
    return table((what, figure) => process.stderr.write(`${what} ${figure}\n`));
  });
  writeFileSync(file, text);
}
