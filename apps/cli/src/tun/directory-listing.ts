import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * A page with links to what is in a directory, folders first; without what begins with a dot. `path`: that of the request,
 * decoded.
 *
 * @throws the system's error where the directory cannot be read
 */
export async function directoryListing(directory: string, path: string): Promise<string> {
  const entries = await readdir(directory, { withFileTypes: true });
  const shown = entries.filter(({ name }) => !name.startsWith('.')).sort(foldersFirst);
  const names = shown.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name));
  if (path !== '/') names.unshift('../');
  const title = escaped(`Index of ${path}`);
  const items = names.map((name) => `<li><a href="${linkTo(name)}">${escaped(name)}</a></li>\n`);
  return (
    `<!DOCTYPE html>\n<html>\n<head><meta charset="utf-8"><title>${title}</title></head>\n` +
    `<body>\n<h1>${title}</h1>\n<ul>\n${items.join('')}</ul>\n</body>\n</html>\n`
  );
}

function foldersFirst(a: Dirent, b: Dirent): number {
  if (a.isDirectory() !== b.isDirectory()) return a.isDirectory() ? -1 : 1;
  return a.name < b.name ? -1 : 1;
}

/** Relative, and with a dot in front, since a name may look as if it began with the scheme of a URL. */
function linkTo(name: string): string {
  return name === '../'
    ? name
    : `./${encodeURIComponent(name).replaceAll('%2F', '/').replaceAll("'", '%27')}`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
