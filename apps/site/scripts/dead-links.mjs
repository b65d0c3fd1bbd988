// Links within a site that lead nowhere: to a file that is not there, or to a place in a page that it has not.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * What the pages of a folder link to in vain, as lines. VitePress knows files of Markdown only; this reads what was made of
 * them, so places in pages, the reference and the playground count, too.
 */
export function deadLinks(folder, base = '/') {
  const pages = readdirSync(folder, { recursive: true })
    .filter((file) => file.endsWith('.html'))
    .map((file) => join(folder, file));
  const texts = new Map(pages.map((page) => [page, readFileSync(page, 'utf8')]));
  const places = new Map([...texts].map(([page, text]) => [page, new Set(valuesOf('id', text))]));
  return pages.flatMap((page) => {
    const from = relative(folder, page);
    return [...new Set(valuesOf('href|src', texts.get(page)))]
      .filter((link) => !/^([a-z]+:|\/\/)/i.test(link))
      .flatMap((link) => {
        const { pathname, hash } = new URL(link, `http://site${base}${from}`);
        if (!pathname.startsWith(base)) return [`${from}: ${link} is outside of ${base}`];
        const target = fileAt(join(folder, decodeURIComponent(pathname.slice(base.length))));
        if (target === null) return [`${from}: ${link}`];
        const place = decodeURIComponent(hash.slice(1));
        return place === '' || places.get(target)?.has(place) ? [] : [`${from}: ${link}, no such place`];
      });
  });
}

function valuesOf(attribute, html) {
  return Array.from(html.matchAll(new RegExp(`\\s(?:${attribute})="([^"]*)"`, 'g')), ([, value]) =>
    value.replaceAll('&amp;', '&').replaceAll('&quot;', '"'),
  );
}

/** The file that a server of files gives for a path. */
function fileAt(path) {
  const file = existsSync(path) && statSync(path).isDirectory() ? join(path, 'index.html') : path;
  return existsSync(file) ? file : null;
}
