import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { printedDocument, readMeasured } from './document.ts';

// `pnpm bench:doc`: prints the tables of docs/BENCHMARKS.md from docs/benchmarks.
const file = fileURLToPath(new URL('../../../docs/BENCHMARKS.md', import.meta.url));
writeFileSync(file, printedDocument(readFileSync(file, 'utf8'), readMeasured()));
