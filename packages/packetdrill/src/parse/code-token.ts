import type { ParseError } from '../script/parse-error.ts';

/** A token of a code block. */
export interface CodeToken {
  readonly kind: 'number' | 'string' | 'name' | 'operator' | 'newline' | 'end';
  readonly text: string;
  /** Where it starts in the block. */
  readonly offset: number;
}

/** Makes the error for a place in the block. */
export type FailAt = (offset: number, reason: string) => ParseError;

/** More tokens than any code block has; what is made of them stays shallow enough to walk. */
const MOST_TOKENS = 2000;

const BLANK = /(?:[ \t\r\f]|\\\r?\n|#[^\n]*)+/y;
const NUMBER =
  /(?:0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:[0-9][0-9_]*)?\.[0-9]+(?:[eE][-+]?[0-9]+)?|[0-9][0-9_]*\.?(?:[eE][-+]?[0-9]+)?)/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const STRING = /'(?:\\[^]|[^'\\\n])*'|"(?:\\[^]|[^"\\\n])*"/y;
const OPERATOR = /\*\*=|\/\/=|<<=|>>=|\*\*|\/\/|<<|>>|==|!=|<=|>=|[-+*/%&|^]=|[-+*/%&|^~<>=(),;:.[\]{}@]/y;

/**
 * The tokens of a code block, with `'newline'` between lines; the last one is `'end'`. Within parentheses lines do not
 * end.
 *
 * @throws ParseError where no token is
 */
export function tokenizeCode(code: string, failAt: FailAt): CodeToken[] {
  const tokens: CodeToken[] = [];
  let at = 0;
  let nesting = 0;
  while (at < code.length) {
    at += lengthAt(BLANK, code, at);
    if (at >= code.length) break;
    if (tokens.length >= MOST_TOKENS) throw failAt(at, `a code block has at most ${MOST_TOKENS} tokens`);
    const token = tokenAt(code, at, failAt);
    at += token.text.length;
    if (token.text === '(') nesting += 1;
    else if (token.text === ')') nesting -= 1;
    if (token.kind !== 'newline' || nesting <= 0) tokens.push(token);
  }
  tokens.push({ kind: 'end', text: '', offset: code.length });
  return tokens;
}

function tokenAt(code: string, offset: number, failAt: FailAt): CodeToken {
  if (code.charAt(offset) === '\n') return { kind: 'newline', text: '\n', offset };
  for (const [kind, pattern] of [
    ['number', NUMBER],
    ['name', NAME],
    ['string', STRING],
    ['operator', OPERATOR],
  ] as const) {
    const length = lengthAt(pattern, code, offset);
    if (length > 0) return { kind, text: code.slice(offset, offset + length), offset };
  }
  const character = code.charAt(offset);
  const isQuote = character === '"' || character === "'";
  throw failAt(offset, isQuote ? 'the string has no end' : `'${character}' means nothing in a code block`);
}

function lengthAt(pattern: RegExp, code: string, offset: number): number {
  pattern.lastIndex = offset;
  return pattern.exec(code)?.[0].length ?? 0;
}
