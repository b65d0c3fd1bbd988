/** Where the Markdown of the repository is on the site: what is not named here is no page of it. */
const ROUTES: readonly (readonly [file: RegExp, route: string])[] = [
  [/^apps\/site\/index\.md$/, 'index.md'],
  [/^apps\/site\/reference\/@halfclose\/(.+)$/, 'reference/$1'],
  [/^apps\/site\/reference\/(.+)$/, 'reference/$1'],
  [/^docs\/(.+)\/README\.md$/, 'docs/$1/index.md'],
  [/^docs\/guides\/([^/]+)$/, 'guides/$1'],
  [/^docs\/(.+)$/, 'docs/$1'],
  [/^packages\/(?!test-support\/)([^/]+)\/README\.md$/, 'packages/$1.md'],
  [/^examples\/([^/]+)\/README\.md$/, 'examples/$1.md'],
  [/^apps\/(cli)\/README\.md$/, 'packages/$1.md'],
  [/^(README|CONTRIBUTING|SECURITY|CODE_OF_CONDUCT)\.md$/, 'project/$1.md'],
];

/** Markdown that is no page: patterns of VitePress, from the root of the repository. */
export const NO_PAGES: readonly string[] = [
  'packages/test-support/**',
  'packages/*/!(README).md',
  'packages/*/*/**',
  'apps/*/!(README|index).md',
  'apps/!(site)/*/**',
  'scripts/**',
  'test/**',
];

/**
 * The file of the site for a Markdown file of the repository, both by their paths from its root: `docs/guides/ws.md` is
 * `guides/ws.md`.
 *
 * @returns `null` for what is no page
 */
export function routeOf(file: string): string | null {
  for (const [pattern, route] of ROUTES)
    if (pattern.test(file)) return file.replace(pattern, route).toLowerCase().replaceAll('_', '-');
  return null;
}
