import { readFileSync } from 'node:fs';
import { printedNames } from '@halfclose/test-support';
import { describe, expect, it } from 'vitest';
import { PARTS, printedDocument, readMeasured } from '../src/document.ts';

const DOCUMENT = readFileSync(new URL('../../../docs/BENCHMARKS.md', import.meta.url), 'utf8');

// Where figures were measured anew, `npm run bench:doc` prints them.
describe('docs/BENCHMARKS.md', () => {
  it('has the tables that are printed from docs/benchmarks', () => {
    expect(printedDocument(DOCUMENT, readMeasured())).toBe(DOCUMENT);
  });

  it('has each of them once', () => {
    expect(printedNames(DOCUMENT).sort()).toEqual(Object.keys(PARTS).sort());
  });
});
