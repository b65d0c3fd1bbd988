import { expect, test } from 'vitest';
import { pageOf } from '../src/page.ts';

const terminal = { isTTY: true, columns: 80, write: () => true };
const pipe = { write: () => true };

test.each([
  ['a terminal', terminal, {}, true],
  ['a terminal, with NO_COLOR', terminal, { NO_COLOR: '1' }, false],
  ['a terminal, with an empty NO_COLOR', terminal, { NO_COLOR: '' }, true],
  ['a dumb terminal', terminal, { TERM: 'dumb' }, false],
  ['a pipe', pipe, { CI: 'true' }, false],
  ['a pipe, with FORCE_COLOR', pipe, { FORCE_COLOR: '1' }, true],
  ['a pipe, with FORCE_COLOR of 0', pipe, { FORCE_COLOR: '0' }, false],
  ['a pipe, with both', pipe, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
])('colours on %s: see the table', (_name, output, env, color) => {
  expect(pageOf(output, env).color).toBe(color);
});

test('the page is as wide as the terminal within bounds, and 100 columns in a pipe', () => {
  expect(pageOf(terminal, {}).width).toBe(80);
  expect(pageOf({ ...terminal, columns: 40 }, {}).width).toBe(72);
  expect(pageOf({ ...terminal, columns: 300 }, {}).width).toBe(120);
  expect(pageOf(pipe, {}).width).toBe(100);
});

test('prose is broken between words', () => {
  let text = '';
  const page = pageOf({ columns: 72, write: (more) => (text += more) }, {});
  page.labelled('client saw', Array.from({ length: 9 }, () => 'sent 100 octets').join(', '));
  expect(text).toMatchInlineSnapshot(`
    "client saw: sent 100 octets, sent 100 octets, sent 100 octets, sent 100
                octets, sent 100 octets, sent 100 octets, sent 100 octets,
                sent 100 octets, sent 100 octets
    "
  `);
});
