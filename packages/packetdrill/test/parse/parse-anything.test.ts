import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ParseError, parseScript } from '../../src/index.ts';

/** Pieces of the language: strung together at random they reach far into the grammar. */
const piece = fc.oneof(
  fc.constantFrom(
    ...['0', '+0', '+.1', '*', '~', '...', '0.5', '1', '-1', '0x1f', '65536', '4294967296'],
    ...[
      '<',
      '>',
      '[',
      ']',
      '(',
      ')',
      '{',
      '}',
      ',',
      '=',
      '|',
      ':',
      '"',
      '`',
      '%{',
      '}%',
      '--a=',
      '//',
      '/*',
      '*/',
      '\n',
      ' ',
    ],
    ...[
      'S',
      'S.',
      '.',
      '-',
      '.5',
      'P.',
      'ack ',
      'win ',
      'urg ',
      '1:1(0)',
      '1:11(10)',
      'icmp ',
      'udp ',
      'ect0',
      'ttl ',
    ],
    ...[
      'mss ',
      'nop',
      'eol',
      'sackOK',
      'sack ',
      'TS val ',
      ' ecr ',
      'wscale ',
      'FO ',
      'FOEXP',
      'md5 ',
      'ECN e0b ',
    ],
    ...['ipv4 ', 'ipv6 ', 'gre:', 'mpls ', 'encap psp spi ', 'unreachable ', 'mtu '],
    ...['close(', 'read', 'SO_LINGER', 'onoff=', 'EPIPE', 'a b'],
    ...[
      'assert ',
      'print ',
      'tcpi_rtt',
      ' == ',
      ' and ',
      'not ',
      ' in ',
      'if ',
      'else ',
      '%',
      '**',
      '<<',
      ';',
      "'%d'",
    ],
  ),
  fc.string({ maxLength: 4 }),
);
const script = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')),
  fc.array(piece, { maxLength: 20 }).map((pieces) => `0 %{ ${pieces.join('')} }%`),
);

test('whatever the text, it is a script or a ParseError with its place in the text', () => {
  fc.assert(
    fc.property(script, (text) => {
      try {
        parseScript(text);
      } catch (error) {
        if (!(error instanceof ParseError)) throw error;
        const { line, column } = error.position;
        const lines = text.split('\n');
        expect(line).toBeGreaterThanOrEqual(1);
        expect(line).toBeLessThanOrEqual(lines.length);
        expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1);
      }
    }),
    { numRuns: 3000 },
  );
});

test('deep nesting is an error and does not overflow the stack', () => {
  for (const text of ['[', '{', 'f(', 'a=', 'f(1)=']) {
    expect(() => parseScript(`0 call(${text.repeat(20_000)}`)).toThrow(ParseError);
  }
  for (const text of ['(', 'not ', '-', '1**', 'abs(', '1 if 1 else ']) {
    expect(() => parseScript(`0 %{ assert ${text.repeat(20_000)} }%`)).toThrow(ParseError);
  }
});
