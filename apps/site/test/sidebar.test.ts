import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { DOCUMENTS, GUIDES, linksOf, listOf, unlisted } from '../src/sidebar.ts';
import { titlesIn } from '../src/titles.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

// Packages, examples and decisions are listed by what is in their folders.
it('names each guide in the order of reading', () => {
  expect(unlisted(titlesIn('docs/guides', root))).toEqual([]);
});

it('lists no page twice', () => {
  const links = linksOf([...GUIDES, ...DOCUMENTS]);
  expect(links.filter((link, at) => links.indexOf(link) !== at)).toEqual([]);
});

it('has pages that are named nowhere in a list of their own', () => {
  const pages = [...titlesIn('docs', root), ['A new one', 'docs/new.md'] as const];
  expect(linksOf([listOf('More', unlisted(pages))])).toContain('/docs/new');
});
