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

/** States, flags and the like as they are written in sentences; the longer first. */
const WORDS = [
  ...['FIN-WAIT-1', 'FIN-WAIT-2', 'CLOSE-WAIT', 'LAST-ACK', 'TIME-WAIT', 'SYN-SENT'].map((name) => [
    name.toLowerCase().replaceAll('-', ' '),
    name,
  ]),
  ['syn recv', 'SYN-RECEIVED'],
  ['fw2', 'FIN-WAIT-2'],
  ['tw', 'TIME-WAIT'],
  ['syn ack', 'SYN+ACK'],
  ['synack', 'SYN+ACK'],
  ['shut rdwr', 'SHUT_RDWR'],
  ['shut rd', 'SHUT_RD'],
  ['shut wr', 'SHUT_WR'],
  ['shutdown wr', 'SHUT_WR'],
  ['linger0', 'linger 0'],
  ['linger t', 'linger t'],
  ['linger2', 'TCP_LINGER2'],
  ['ts', 'timestamp'],
  ['ofo', 'out-of-order'],
  ['oow', 'out-of-window'],
  ['retrans', 'retransmitted'],
  ['rcvnxt', 'RCV.NXT'],
  ['simopen', 'after a simultaneous open'],
  ['simul', 'simultaneous'],
  ...['established', 'closing', 'closed', 'listen'].map((name) => [name, name.toUpperCase()]),
  ...['fin', 'rst', 'syn', 'ack', 'icmp', 'sack', 'fd', 'eof', 'etimedout', 'econnrefused'].map((name) => [
    name,
    name.toUpperCase(),
  ]),
];

/** `Close, unread, FIN-WAIT-2`: what the file is called, in words. */
function titleOf(file, statement) {
  if (statement !== '') return statement.split(/[,;]/)[0];
  let words = basename(file, '.pkt')
    .replace(/^(?:[a-z]\d\d[a-z]?_)+/, '')
    .replaceAll('_', ' ');
  for (const [from, to] of WORDS)
    words = words.replaceAll(new RegExp(`(?<![\\w-])${from}(?![\\w-])`, 'g'), to);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
