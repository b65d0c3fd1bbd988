import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { DefaultTheme } from 'vitepress';
import { expect, it } from 'vitest';
import { routeOf } from '../src/pages.ts';
import { DOCUMENTS, GUIDES } from '../src/sidebar.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

function linksOf(items: readonly DefaultTheme.SidebarItem[]): string[] {
  return items.flatMap(({ link, items: below = [] }) => [
    ...(link === undefined ? [] : [link]),
    ...linksOf(below),
  ]);
}

// Packages, examples and decisions are listed by what is in their folders.
it('lists every guide and document, each once', () => {
  const pages = execFileSync('git', ['ls-files', 'docs/*.md', ':(glob)*.md'], { cwd: root, encoding: 'utf8' })
    .trim()
    .split('\n')
    .filter((file) => !file.startsWith('docs/decisions/'))
    .flatMap((file) => routeOf(file) ?? [])
    .map((route) => `/${route.replace(/(index)?\.md$/, '')}`);
  expect(linksOf([...GUIDES, ...DOCUMENTS]).sort()).toEqual(pages.sort());
});
