import type { DefaultTheme } from 'vitepress';

/** The guides, in the order in which they are to be read. */
export const GUIDES: DefaultTheme.SidebarItem[] = [
  {
    text: 'Begin',
    items: [
      { text: 'Swap it in', link: '/guides/swap' },
      { text: 'Half-close and linger', link: '/guides/half-close' },
      { text: 'Questions', link: '/guides/faq' },
    ],
  },
  {
    text: 'Programs on it',
    items: [
      { text: 'Express', link: '/guides/express' },
      { text: 'Fastify', link: '/guides/fastify' },
      { text: 'fetch and undici', link: '/guides/undici' },
      { text: 'ws', link: '/guides/ws' },
      { text: 'Databases', link: '/guides/databases' },
    ],
  },
  {
    text: 'Test and look',
    items: [
      { text: 'Test what goes wrong', link: '/guides/testing' },
      { text: 'From mitm, nock, toxiproxy', link: '/guides/migrate' },
      { text: 'Explain a capture', link: '/guides/capture' },
    ],
  },
  {
    text: 'Other networks',
    items: [
      { text: 'TUN: a host beside the kernel', link: '/guides/tun' },
      { text: 'A host in a page', link: '/guides/browser' },
      { text: 'Tunnels', link: '/guides/tunnels' },
    ],
  },
];

/** What holds, and what does not. */
export const DOCUMENTS: DefaultTheme.SidebarItem[] = [
  {
    text: 'Using it',
    items: [
      { text: 'What net has beyond node:net', link: '/docs/api-net' },
      { text: 'Where it differs', link: '/docs/differences' },
      { text: 'Errors', link: '/docs/errors' },
      { text: 'A whole process', link: '/docs/register' },
      { text: 'What can be listened to', link: '/docs/diagnostics' },
      { text: 'Playground', link: '/docs/playground' },
    ],
  },
  {
    text: 'TCP',
    items: [
      { text: 'Closing', link: '/docs/closing' },
      { text: 'Explaining captures', link: '/docs/explain' },
      { text: 'Conformance to RFC 9293', link: '/docs/conformance' },
      { text: 'The explorer', link: '/docs/explorer' },
      { text: 'What Linux does', link: '/docs/linux/' },
      { text: 'Linux: closing', link: '/docs/linux/closing' },
      { text: 'Linux: notes', link: '/docs/linux/notes' },
      { text: 'Linux: rules', link: '/docs/linux/rules' },
    ],
  },
  {
    text: 'How well',
    items: [
      { text: "Node's own tests", link: '/docs/node-suite' },
      { text: 'Public suites of scripts', link: '/docs/public-suites' },
      { text: 'Speed', link: '/docs/benchmarks' },
      { text: 'Goodput', link: '/docs/goodput' },
    ],
  },
  {
    text: 'The project',
    items: [
      { text: 'What it is', link: '/project/readme' },
      { text: 'Architecture', link: '/docs/architecture' },
      { text: 'Contributing', link: '/project/contributing' },
      { text: 'Security', link: '/project/security' },
      { text: 'Code of conduct', link: '/project/code-of-conduct' },
    ],
  },
];

/** Where the entries of a sidebar lead, those of groups included. */
export function linksOf(items: readonly DefaultTheme.SidebarItem[]): string[] {
  return items.flatMap(({ link, items: below = [] }) => [
    ...(link === undefined ? [] : [link]),
    ...linksOf(below),
  ]);
}

/** The pages that neither {@link GUIDES} nor {@link DOCUMENTS} name, so that a new one is found before it has its place. */
export function unlisted(
  pages: readonly (readonly [title: string, route: string])[],
): (readonly [title: string, route: string])[] {
  const listed = linksOf([...GUIDES, ...DOCUMENTS]);
  return pages.filter(([, route]) => !listed.includes(linkOf(route)));
}

/** A list of links to the pages of a folder, by the files it is made of, and their titles. */
export function listOf(
  text: string,
  pages: readonly (readonly [title: string, route: string])[],
): DefaultTheme.SidebarItem {
  return {
    text,
    collapsed: true,
    items: pages.map(([title, route]) => ({ text: title, link: linkOf(route) })),
  };
}

function linkOf(route: string): string {
  return `/${route.replace(/(?<=^|\/)index\.md$|\.md$/, '')}`;
}
