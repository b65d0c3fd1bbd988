import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { slug } from 'github-slugger';
import { defineConfig, type Plugin } from 'vitepress';
import { NO_PAGES, routeOf } from '../src/pages.ts';
import { followRepositoryLinks, GITHUB } from '../src/repository-links.ts';
import { DOCUMENTS, GUIDES, listOf, unlisted } from '../src/sidebar.ts';
import { referencePages, titlesIn } from '../src/titles.ts';

const app = fileURLToPath(new URL('..', import.meta.url));
const root = fileURLToPath(new URL('../../..', import.meta.url));

const more = unlisted([...titlesIn('docs/guides', root), ...titlesIn('docs', root)]);

export default defineConfig({
  title: 'Halfclose',
  description:
    'TCP in user space for JavaScript: the runtime’s own socket API, and connections whose end is exact, visible and testable.',
  lang: 'en',
  base: process.env['HALFCLOSE_SITE_BASE'] ?? '/',
  // Documents stay where they are: the site shows the repository's own.
  srcDir: root,
  srcExclude: [...NO_PAGES],
  rewrites: (file) => {
    const route = routeOf(file);
    if (route === null) throw new Error(`${file}: no page of the site; apps/site/src/pages.ts decides`);
    return route;
  },
  outDir: `${app}dist`,
  cacheDir: `${app}.vitepress/cache`,
  ignoreDeadLinks: false,
  head: [
    ['meta', { name: 'color-scheme', content: 'light dark' }],
    ['link', { rel: 'icon', href: playgroundIcon() }],
  ],
  transformPageData: ({ filePath, frontmatter }) => {
    // What is written anew in each build is not edited.
    if (filePath.startsWith('apps/site/reference/')) frontmatter['editLink'] = false;
  },
  markdown: {
    // As GitHub has it, for the same text to be the same page, and `express.md` no domain of Moldova.
    anchor: { slugify: slug },
    attrs: { disable: true },
    linkify: false,
    config: (md) => followRepositoryLinks(md, root),
  },
  vite: {
    logLevel: 'warn',
    build: { chunkSizeWarningLimit: 4000 },
    plugins: [vueFromHere()],
  },
  themeConfig: {
    nav: [
      { text: 'Guides', link: GUIDES[0]?.items?.[0]?.link ?? '/', activeMatch: '^/guides/' },
      { text: 'Documents', link: '/docs/api-net', activeMatch: '^/docs/' },
      { text: 'Packages', link: '/packages/net', activeMatch: '^/packages/' },
      { text: 'Reference', link: '/reference/', activeMatch: '^/reference/' },
      { text: 'Playground', link: '/playground/index.html', target: '_self' },
    ],
    sidebar: {
      '/reference/': [{ ...listOf('Reference', referencePages(app)), collapsed: false }],
      '/': [
        ...GUIDES,
        ...DOCUMENTS,
        ...(more.length > 0 ? [listOf('More', more)] : []),
        listOf('Decisions', titlesIn('docs/decisions', root)),
        listOf('Packages', [
          ...titlesIn('packages', root),
          ['@halfclose/cli', routeOf('apps/cli/README.md') ?? ''],
        ]),
        listOf('Examples', titlesIn('examples', root)),
      ],
    },
    outline: [2, 3],
    search: { provider: 'local' },
    socialLinks: [{ icon: 'github', link: GITHUB }],
    editLink: { pattern: `${GITHUB}/edit/main/:path`, text: 'Edit this page' },
    footer: { message: 'MIT licence.' },
  },
});

function playgroundIcon(): string {
  const page = readFileSync(`${root}apps/playground/index.html`, 'utf8');
  return /"(data:image[^"]+)"/.exec(page)?.[1] ?? '';
}

/** Pages become components of Vue in the folders in which they lie, where it is not installed. */
function vueFromHere(): Plugin {
  return {
    name: 'vue-from-here',
    enforce: 'pre',
    async resolveId(id, importer) {
      if (!/^vue(\/|$)/.test(id) || importer === undefined || !importer.includes('.md')) return null;
      return this.resolve(id, `${app}index.md`, { skipSelf: true });
    },
  };
}
