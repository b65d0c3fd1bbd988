import { existsSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { MarkdownRenderer } from 'vitepress';
import { routeOf } from './pages.ts';

/** The repository, where files are to be read that are no pages. */
export const GITHUB = 'https://github.com/halfclose/halfclose';

/** What VitePress tells a rule of the page at hand; `realPath` is missing where it indexes for the search. */
interface PageEnvironment {
  readonly path: string;
  readonly realPath?: string;
}

/**
 * Has links between files of the repository, as GitHub shows them, lead to pages of the site, and those to other files to GitHub.
 *
 * @param root - of the repository, an absolute path
 */
export function followRepositoryLinks(md: MarkdownRenderer, root: string): void {
  md.core.ruler.push('repository-links', ({ tokens, env }) => {
    const { path, realPath = path } = env as PageEnvironment;
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      if (token.type !== 'link_open') continue;
      const href = token.attrGet('href');
      if (href !== null) token.attrSet('href', siteLink(href, relative(root, realPath), root));
    }
  });
}

/** The link on the site for one of a file of the repository; absolute for pages, so that VitePress finds dead ones. */
export function siteLink(href: string, file: string, root: string): string {
  const own = `${GITHUB}/blob/main/`;
  const [, target = '', hash = ''] = /^([^#]*)(#.*)?$/.exec(href) ?? [];
  if (target === '' || target.startsWith('/')) return href;
  if (/^[a-z]+:/.test(target) && !target.startsWith(own)) return href;
  const path = target.startsWith(own) ? target.slice(own.length) : join(dirname(file), decodeURI(target));
  const page = pageAt(path.replace(/\/$/, ''), root);
  if (page !== null) return `/${page}${hash}`;
  const kind = isFolder(join(root, path)) ? 'tree' : 'blob';
  // What does not exist is left to VitePress, which says so.
  return existsSync(join(root, path)) ? `${GITHUB}/${kind}/main/${path}${hash}` : `/${path}`;
}

/** The page of a file, or of the README of a folder. */
function pageAt(path: string, root: string): string | null {
  const file = isFolder(join(root, path)) ? `${path}/README.md` : path;
  return file.endsWith('.md') && existsSync(join(root, file)) ? routeOf(file) : null;
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}
