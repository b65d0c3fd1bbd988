import { type ArgumentRow, faultsOf, type ValueKind } from '@halfclose/test-support';
import { describe, expect, it } from 'vitest';
import { drill, parseScript, runScript, runText } from '../src/index.ts';

const SCRIPT = '0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n';
const OR_NONE: readonly ValueKind[] = ['undefined'];
const parsed = parseScript(SCRIPT);

const ROWS: readonly ArgumentRow[] = [
  { of: 'parseScript()/options', call: (value) => parseScript(SCRIPT, value), takes: ['{}', ...OR_NONE] },
  {
    of: 'parseScript()/file',
    call: (file) => parseScript(SCRIPT, { file }),
    takes: ["''", 'text', ...OR_NONE],
  },
  { of: 'parseScript()/defines', call: (defines) => parseScript(SCRIPT, { defines }), takes: OR_NONE },
  { of: 'runScript()/script', call: (value) => runScript(value), takes: [] },
  { of: 'runScript()/options', call: (value) => runScript(parsed, value), takes: ['{}', ...OR_NONE] },
  { of: 'runScript()/mode', call: (mode) => runScript(parsed, { mode }), takes: OR_NONE },
  {
    of: 'runScript()/readScript',
    call: (readScript) => runScript(parsed, { readScript }),
    takes: ['function', ...OR_NONE],
  },
  { of: 'runText()/text', call: (value) => runText(value), takes: ["''", 'text'] },
  { of: 'runText()/options', call: (value) => runText(SCRIPT, value), takes: ['{}', ...OR_NONE] },
  { of: 'runText()/mode', call: (mode) => runText(SCRIPT, { mode }), takes: OR_NONE },
  { of: 'runText()/file', call: (file) => runText(SCRIPT, { file }), takes: ["''", 'text', ...OR_NONE] },
  { of: 'runText()/defines', call: (defines) => runText(SCRIPT, { defines }), takes: OR_NONE },
  { of: 'drill()/options', call: (value) => drill(SCRIPT, value), takes: ['{}', ...OR_NONE] },
];

describe('an argument that is none throws by its name, and any other is taken', () => {
  it.each(ROWS.map((row) => [row.of, row] as const))('%s', (_of, row) => {
    expect(faultsOf(row)).toEqual([]);
  });

  it.each([undefined, 5, null])('a script of %s is no text', (text) => {
    expect(() => parseScript(text as never)).toThrow(/^text must be a string/);
    expect(() => drill(text as never)).toThrow(/^text must be a string/);
  });

  it('a profile is whole', () => {
    expect(() => runText(SCRIPT, { profile: {} as never })).toThrow(/profile\.name is missing/);
  });

  it('an option that is misspelt is refused with what was probably meant', () => {
    const misspelt = { moed: 'ipv6' } as object;
    for (const call of [
      () => runScript(parsed, misspelt),
      () => runText(SCRIPT, misspelt),
      () => drill(SCRIPT, misspelt),
    ])
      expect(call).toThrow(new TypeError('options.moed is no option: did you mean mode?'));
  });
});
