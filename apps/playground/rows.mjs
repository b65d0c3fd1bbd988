// The rows of docs/CLOSING.md that scripts of packetdrill show, with those scripts: read from the document's own tables, so that
// a row that is added there is a scenario here.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);

/** Files that the rows are read from: those of the scripts besides. */
export const DOCUMENT = fileURLToPath(new URL('docs/CLOSING.md', root));

/** A row for each line `| a01 | ... | \`file\` |` of the tables `rows` and `probed`. */
function tableRows() {
  const text = readFileSync(DOCUMENT, 'utf8');
  return ['rows', 'probed'].flatMap((table) => {
    const printed = text.match(new RegExp(`<!-- printed: ${table} -->\\n([^]*?)<!-- end -->`))?.[1] ?? '';
    return [...printed.matchAll(/^\| ([a-p]\d\d[a-z]?) \|(?:(.*)\|)? `([^`]+)` \|$/gm)].map(
      ([, name, middle, file]) => ({
        name,
        statement: table === 'probed' ? (middle?.split('|')[1]?.trim() ?? '') : '',
        file,
      }),
    );
  });
}

/** Names of all rows, those among them that tests show. */
export function rowNames() {
  return tableRows().map(({ name }) => name);
}

/** Every row that a script shows: its name, a title, what the script says of itself, and the script. */
export function drillRows() {
  return tableRows().flatMap(({ name, statement, file }) => {
    if (!file.endsWith('.pkt')) return [];
    const script = readFileSync(new URL(file, root), 'utf8');
    const said = (script.match(/^(?:\/\/.*\n)+/)?.[0] ?? '')
      .replace(/^\/\/ ?/gm, '')
      .replace(/\s+/g, ' ')
      .trim()
      .replace(/^\([a-z]\d*\) |^Rows? [a-z]\d\d\w*(?: and [a-z]\d\d\w*)?: /, '');
    const about = statement === '' ? said : `${statement}. ${said}`;
    return [
      {
        name,
        title: titleOf(file, statement),
        about: about.charAt(0).toUpperCase() + about.slice(1),
        script,
      },
    ];
  });
}

/** `close, unread, fin wait 2`: what the file is called. */
function titleOf(file, statement) {
  if (statement !== '') return statement.split(/[,;]/)[0];
  const words = basename(file, '.pkt').replace(/^(?:[a-z]\d\d[a-z]?_)+/, '');
  return words.replaceAll('_', ' ');
}
