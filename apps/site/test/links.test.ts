import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { deadLinks } from '../scripts/dead-links.mjs';
import { siteLink } from '../src/repository-links.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const GITHUB = 'https://github.com/halfclose/halfclose';

describe('a link between files of the repository', () => {
  it.each([
    ['CLOSING.md', 'docs/ERRORS.md', '/docs/closing.md'],
    ['../API-NET.md#event-peerend', 'docs/guides/ws.md', '/docs/api-net.md#event-peerend'],
    ['../../packages/tun/README.md', 'docs/guides/tun.md', '/packages/tun.md'],
    ['packages/net', 'README.md', '/packages/net.md'],
    [`${GITHUB}/blob/main/docs/REGISTER.md`, 'packages/net/README.md', '/docs/register.md'],
  ])('%s leads to a page of the site', (href, file, link) => {
    expect(siteLink(href, file, root)).toBe(link);
  });

  it.each([
    ['benchmarks/bench.json', 'docs/BENCHMARKS.md', `${GITHUB}/blob/main/docs/benchmarks/bench.json`],
    ['../../test/interop/labs', 'docs/guides/testing.md', `${GITHUB}/tree/main/test/interop/labs`],
  ])('%s, which is no page, leads to GitHub', (href, file, link) => {
    expect(siteLink(href, file, root)).toBe(link);
  });

  it.each(['https://www.rfc-editor.org/rfc/rfc9293', '#what-differs', 'mailto:somebody@example.com'])(
    '%s is left as it is',
    (href) => {
      expect(siteLink(href, 'docs/CLOSING.md', root)).toBe(href);
    },
  );

  it('is left to be found dead where there is no such file', () => {
    expect(siteLink('../MISSING.md', 'docs/guides/ws.md', root)).toBe('/docs/MISSING.md');
  });
});

describe('deadLinks', () => {
  it('finds none where each link leads to a file, and to a place that is in it', () => {
    const site = siteOf({
      'index.html': '<a href="/a/b.html#here">b</a><a href="#top"></a><p id="top"></p><img src="x.png">',
      'a/b.html': '<h2 id="here"></h2><a href="../">up</a><a href="https://example.com/none">out</a>',
      'x.png': '',
    });
    expect(deadLinks(site)).toEqual([]);
  });

  it('finds files and places that are not there', () => {
    const site = siteOf({
      'index.html': '<a href="/a/b.html#there">b</a><a href="/c.html"></a>',
      'a/b.html': '<img src="none.png"><a href="#caf%C3%A9"></a>',
    });
    expect(deadLinks(site).sort()).toEqual([
      'a/b.html: #caf%C3%A9, no such place',
      'a/b.html: none.png',
      'index.html: /a/b.html#there, no such place',
      'index.html: /c.html',
    ]);
  });

  it('takes links that leave the path of the site for dead', () => {
    const site = siteOf({ 'index.html': '<a href="/docs/index.html"></a><a href="/index.html"></a>' });
    expect(deadLinks(site, '/docs/')).toEqual(['index.html: /index.html is outside of /docs/']);
  });
});

function siteOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'halfclose-site-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return folder;
}
