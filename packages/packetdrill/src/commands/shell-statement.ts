/** A simple command of a shell script. */
export interface ShellStatement {
  /** As it stands in the script. */
  readonly text: string;
  /** Its words without quotes; redirections are not among them. */
  readonly words: readonly string[];
  /** What in it only a shell could do; `null`: nothing. */
  readonly beyondUs: string | null;
}

const SPACE = /(?:[ \t\r]|\\\n)+/y;
const COMMENT = /#[^\n]*/y;
const SEPARATOR = /;|\n|&&/y;
const OPERATOR = /\|\||[|&()]/y;
/** `> /dev/null`, `2>&1`: output goes nowhere here anyway. */
const HARMLESS_REDIRECTION = /[0-9]?>>?[ \t]*(?:\/dev\/null|&[0-9])(?![\w/])/y;
const REDIRECTION = /[0-9]?[<>]/y;
const ARITHMETIC = /\$\(\(([0-9* ]+)\)\)/y;
const PLAIN = /[^\s\\'"$`;&|<>()#]+|#/y;
const SINGLE_QUOTED = /'([^']*)'/y;
const IN_DOUBLE_QUOTES = /[^"\\$`]+/y;
const ESCAPED = /\\([^])/y;
/** The process whose number is in the name of the script that puts sysctls back. */
const PARENT = /\$\{?PPID\}?/y;

/** Reads a shell script as far as it is a list of simple commands; what is more than that says so of itself. */
export function parseShell(text: string): ShellStatement[] {
  return new ShellReader(text).read();
}

class ShellReader {
  readonly #text: string;
  #at = 0;
  #start = 0;
  #words: string[] = [];
  #beyondUs: string | null = null;
  readonly #statements: ShellStatement[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  read(): ShellStatement[] {
    while (this.#at < this.#text.length) this.#readNext();
    this.#endStatement(this.#at);
    return this.#statements;
  }

  #readNext(): void {
    if (this.#match(SPACE) !== null || this.#match(COMMENT) !== null) return;
    const before = this.#at;
    if (this.#match(SEPARATOR) !== null) {
      this.#endStatement(before);
      return;
    }
    if (this.#words.length === 0 && this.#beyondUs === null) this.#start = this.#at;
    if (this.#match(HARMLESS_REDIRECTION) !== null) return;
    const operator = this.#match(OPERATOR)?.[0] ?? this.#match(REDIRECTION)?.[0];
    if (operator === undefined) this.#words.push(this.#readWord());
    else this.#beyondUs ??= `'${operator}'`;
  }

  #endStatement(end: number): void {
    const words = this.#words;
    const beyondUs = this.#beyondUs;
    if (words.length > 0 || beyondUs !== null) {
      const text = this.#text.slice(this.#start, end).trim();
      this.#statements.push({ text, words, beyondUs });
    }
    this.#words = [];
    this.#beyondUs = null;
  }

  #readWord(): string {
    let word = '';
    for (;;) {
      const piece =
        this.#match(PLAIN)?.[0] ??
        this.#match(SINGLE_QUOTED)?.[1] ??
        this.#match(ESCAPED)?.[1] ??
        this.#readDoubleQuoted() ??
        this.#readExpansion();
      if (piece === null) break;
      word += piece;
    }
    return word;
  }

  /** What stands in double quotes; `null` if none do here. */
  #readDoubleQuoted(): string | null {
    if (this.#text.charAt(this.#at) !== '"') return null;
    this.#at += 1;
    let word = '';
    while (this.#at < this.#text.length && this.#text.charAt(this.#at) !== '"') {
      word += this.#match(IN_DOUBLE_QUOTES)?.[0] ?? this.#match(ESCAPED)?.[1] ?? this.#readExpansion() ?? '';
    }
    this.#at += 1;
    return word;
  }

  /** What a shell would put in the place of `$...`, or a single quote without its partner. */
  #readExpansion(): string | null {
    const arithmetic = this.#match(ARITHMETIC);
    if (arithmetic !== null) return String(productOf(arithmetic[1] ?? ''));
    if (this.#match(PARENT) !== null) return '';
    const character = this.#text.charAt(this.#at);
    if (character === '' || !"$`'\\".includes(character)) return null;
    this.#at += 1;
    this.#beyondUs ??= `'${character}'`;
    return character;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match !== null) this.#at = pattern.lastIndex;
    return match;
  }
}

function productOf(expression: string): number {
  return expression.split('*').reduce((product, factor) => product * Number(factor), 1);
}
