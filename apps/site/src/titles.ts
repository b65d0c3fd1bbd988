import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { routeOf } from './pages.ts';

/** The first heading of each page in a folder, or of the README of each folder in it, and its route; in the order of names. */
export function titlesIn(folder: string, root: string): [title: string, route: string][] {
  return readdirSync(join(root, folder))
    .map((name) => (name.endsWith('.md') ? `${folder}/${name}` : `${folder}/${name}/README.md`))
    .filter((file) => existsSync(join(root, file)))
    .flatMap((file) => {
      const route = routeOf(file);
      const title = /^# (.+)$/m.exec(readFileSync(join(root, file), 'utf8'))?.[1];
      return route === null || title === undefined ? [] : [[title, route]];
    });
}

/** Entries of packages as they are imported, and the pages of the reference, as scripts/reference.mjs has left them. */
export function referencePages(app: string): [title: string, route: string][] {
  return readdirSync(join(app, 'reference'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.startsWith('@') && file.endsWith('.md') && !file.includes('namespaces'))
    .map((file): [string, string] => [
      file.replace(/(\/index)?\.md$/, ''),
      routeOf(`apps/site/reference/${file}`) ?? '',
    ])
    .sort(([one], [other]) => one.localeCompare(other));
}
