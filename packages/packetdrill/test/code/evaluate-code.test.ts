import { describe, expect, it } from 'vitest';
import { CodeInterpreter, UnsupportedError, type CodeBlock, type CodeNames } from '../../src/index.ts';
import { actionOf, errorOf } from '../parse/parse.ts';

const NAMES: CodeNames = { tcpi_snd_cwnd: 12, tcpi_options: 0x27, tcpi_rtt: 25_000, ratio: 1.5 };

function codeOf(code: string): CodeBlock {
  const action = actionOf(`0 %{ ${code} }%`);
  if (action.kind !== 'code') throw new Error(`no code: ${code}`);
  return action;
}

/** Why the code fails; `null` if it does not. */
function failureOf(code: string, names = NAMES): string | null {
  return new CodeInterpreter().run(codeOf(code), names).failure?.reason ?? null;
}

/** What the expression is, as Python prints it. */
function valueOf(expression: string): string {
  const { failure, printed } = new CodeInterpreter().run(codeOf(`print((${expression}))`), NAMES);
  return failure?.reason ?? printed.join('\n');
}

describe('an expression', () => {
  it.each([
    ['1 + 2 * 3', '7'],
    ['(1 + 2) * 3', '9'],
    ['2 ** 3 ** 2', '512'],
    ['-2 ** 2', '-4'],
    ['2 ** -1', '0.5'],
    ['7 / 2', '3.5'],
    ['4 / 2', '2.0'],
    ['7 // 2', '3'],
    ['-7 // 2', '-4'],
    ['-7 % 3', '2'],
    ['7 % -3', '-2'],
    ['7.5 // 2', '3.0'],
    ['1 << 4 | 1', '17'],
    ['6 & 3 ^ 1', '3'],
    ['~5', '-6'],
    ['0xff', '255'],
    ['0b101 + 0o17', '20'],
    ['1_000', '1000'],
    ['18446744073709551615 + 1', '18446744073709551616'],
    ['1e3', '1000.0'],
    ['.5 + 1.', '1.5'],
    ['True + True', '2'],
    ["'a' 'b' + \"c\"", 'abc'],
    ["'\\x41\\n\\t\\\\'", 'A\n\t\\'],
    ['(1, 2) + (3,)', '(1, 2, 3)'],
    ["(1, 'it\\'s', None, 2.0)", "(1, 'it\\'s', None, 2.0)"],
  ])('%s is %s', (expression, value) => {
    expect(valueOf(expression)).toBe(value);
  });

  it.each([
    ['1 < 2 < 3', 'True'],
    ['1 < 3 < 2', 'False'],
    ['5000 <= tcpi_rtt <= 30000', 'True'],
    ['1 == 1.0', 'True'],
    ['2 ** 53 + 1 == 2.0 ** 53', 'False'],
    ["1 == '1'", 'False'],
    ["'a' < 'b'", 'True'],
    ['2 in (1, 2)', 'True'],
    ['3 not in (1, 2)', 'True'],
    ["'b' in 'abc'", 'True'],
    ['None is None', 'True'],
    ['1 is not None', 'True'],
    ['not 0', 'True'],
    ['not 1 == 2', 'True'],
    ['0 or 5', '5'],
    ["'' or None", 'None'],
    ['3 and 5', '5'],
    ['0 and 1 / 0', '0'],
    ['1 or 1 / 0', '1'],
    ['2 > 1 and 1 > 2 or 3', '3'],
    ["'yes' if 1 else 'no'", 'yes'],
    ["'yes' if 0 else 'no' if 0 else 'never'", 'never'],
    ['2 > 3 < 1 / 0', 'False'],
  ])('%s is %s', (expression, value) => {
    expect(valueOf(expression)).toBe(value);
  });

  it.each([
    ['abs(-3)', '3'],
    ['min(3, 1, 2)', '1'],
    ['max((3, 1.5))', '3'],
    ['int(2.9)', '2'],
    ['round(2.5)', '2'],
    ['round(3.5)', '4'],
    ['float(1)', '1.0'],
    ["len('abc')", '3'],
    ['str(1) + str(True)', '1True'],
    ['bool(())', 'False'],
  ])('%s is %s', (expression, value) => {
    expect(valueOf(expression)).toBe(value);
  });

  it.each([
    ["'cwnd=%d' % tcpi_snd_cwnd", 'cwnd=12'],
    ["'%d us, %s' % (2.9, 'x')", '2 us, x'],
    ["'%5d|%-5d|%05d|%+d' % (1, 2, -3, 4)", '    1|2    |-0003|+4'],
    ["'%x %X %o' % (255, 255, 8)", 'ff FF 10'],
    ["'%.2f %e' % (1, 12345.678)", '1.00 1.234568e+04'],
    ["'%r %s %%' % ('a', None)", "'a' None %"],
    ["'%.1s' % 'abc'", 'a'],
  ])('%s is %s', (expression, value) => {
    expect(valueOf(expression)).toBe(value);
  });

  it('knows the constants of Linux', () => {
    expect(valueOf('(TCP_INFINITE_SSTHRESH, TCP_CLOSE_WAIT, TCP_CA_Loss, TCPI_OPT_SYN_DATA)')).toBe(
      '(2147483647, 8, 4, 32)',
    );
  });
});

describe('a failing assertion', () => {
  it.each([
    ['assert tcpi_snd_cwnd == 10', '12 == 10 does not hold; tcpi_snd_cwnd is 12'],
    ['assert tcpi_snd_cwnd == 10, tcpi_snd_cwnd', '12 == 10 does not hold; tcpi_snd_cwnd is 12; message: 12'],
    [
      "assert 5 <= tcpi_rtt <= 20, 'rtt=%d' % tcpi_rtt",
      '5 <= 25000 <= 20 does not hold; tcpi_rtt is 25000; message: rtt=25000',
    ],
    [
      'assert (tcpi_options & TCPI_OPT_SYN_DATA) == 0',
      '32 == 0 does not hold; tcpi_options is 39; TCPI_OPT_SYN_DATA is 32',
    ],
    ['assert 1 == 1 and 2 == 3', '2 == 3 does not hold'],
    ['assert 1 == 2 and 1 / 0', '1 == 2 does not hold'],
    ['assert 1 == 2 or 2 == 3', '1 == 2 or 2 == 3 does not hold'],
    ['assert not tcpi_rtt > 5', 'not 25000 > 5 does not hold; tcpi_rtt is 25000'],
    ['assert 0', '0 does not hold'],
    ["assert ''", "'' does not hold"],
  ])('%s says what both sides are', (code, reason) => {
    expect(failureOf(code)).toBe(`${code}: ${reason}`);
  });

  it('knows its place in the script', () => {
    const action = actionOf('0 %{\nassert 1 == 1\n  assert 1 == 2; pass\n}%');
    if (action.kind !== 'code') throw new Error('no code');
    const { failure } = new CodeInterpreter().run(action, {});
    expect(failure).toEqual({
      position: { line: 3, column: 3 },
      reason: 'assert 1 == 2: 1 == 2 does not hold',
    });
  });

  it('ends its block', () => {
    const outcome = new CodeInterpreter().run(codeOf('print(1); assert 0; print(2)'), NAMES);
    expect(outcome.printed).toEqual(['1']);
    expect(outcome.failure).not.toBeNull();
  });
});

describe('an error of Python', () => {
  it.each([
    ['cwnd', "NameError: name 'cwnd' is not defined"],
    ['1 / 0', 'ZeroDivisionError: division by zero'],
    ['1 % 0', 'ZeroDivisionError: division by zero'],
    ["1 + 'a'", "TypeError: unsupported operand types for +: 'int' and 'str'"],
    ["1 < 'a'", "TypeError: unsupported operand types for <: 'int' and 'str'"],
    ['1.5 & 1', "TypeError: unsupported operand types for &: 'float' and 'int'"],
    ["-'a'", "TypeError: bad operand type for unary -: 'str'"],
    ['1 in 2', "TypeError: argument of type 'int' is not a container"],
    ["'%d' % 'a'", "TypeError: %d format: a number is required, not 'a'"],
    ["'%d' % ()", 'TypeError: not enough arguments for format string'],
    ["'%d' % (1, 2)", 'TypeError: not all arguments converted during string formatting'],
    ['1 << -1', 'ValueError: negative shift count'],
    ['2 ** 100000', 'OverflowError: an int of more than 4096 bits'],
    ['abs(1, 2)', 'TypeError: expected exactly 1 argument'],
    ['int(1e999)', 'ValueError: cannot convert float Infinity to integer'],
  ])('%s fails the script', (expression, reason) => {
    expect(failureOf(expression)).toBe(`${expression}: ${reason}`);
  });
});

describe('statements', () => {
  it('are separated by lines and semicolons, and may have comments', () => {
    const { printed } = new CodeInterpreter().run(
      codeOf('# first\nprint(1); print(2) # two\n\n;print(3,\n  4) \\\n\n'),
      {},
    );
    expect(printed).toEqual(['1', '2', '3 4']);
  });

  it('print as Python 2 does, too', () => {
    expect(new CodeInterpreter().run(codeOf("print tcpi_rtt, 'us'; print"), NAMES).printed).toEqual([
      '25000 us',
      '',
    ]);
  });

  it('keep their variables for the next block', () => {
    const interpreter = new CodeInterpreter();
    interpreter.run(codeOf('cwnd = 10; LIMIT = 0x10'), {});
    interpreter.run(codeOf('cwnd += 2; cwnd *= 2; cwnd //= 1; cwnd |= 1'), {});
    expect(interpreter.run(codeOf('print(cwnd, LIMIT); assert cwnd == 25'), {})).toEqual({
      failure: null,
      printed: ['25 16'],
    });
  });

  it('see the values of their own time', () => {
    const interpreter = new CodeInterpreter();
    const block = codeOf('print(tcpi_snd_cwnd)');
    expect(interpreter.run(block, { tcpi_snd_cwnd: 10 }).printed).toEqual(['10']);
    expect(interpreter.run(block, { tcpi_snd_cwnd: 11 }).printed).toEqual(['11']);
  });
});

describe('Python beyond the evaluator', () => {
  it.each([
    ['import os', "code: the statement 'import'"],
    ['if 1: pass', "code: the statement 'if'"],
    ['for x in (1,): pass', "code: the statement 'for'"],
    ['assert open(1)', 'code: the function open()'],
    ['assert [1]', "code: '['"],
    ["assert 'a'.b", "code: '.' behind a value"],
    ['assert x[0]', "code: '[' behind a value"],
    ['x = lambda: 1', "code: 'lambda'"],
    ['a = b = 1', 'code: two assignments in one'],
    ['print(1, end=2)', 'code: an argument by name'],
  ])('makes the block unsupported: %s', (code, reason) => {
    const block = codeOf(code);
    expect(block).toMatchObject({ unsupported: reason, statements: [] });
    expect(() => new CodeInterpreter().run(block, {})).toThrow(new UnsupportedError(reason));
  });

  it('is a field of the socket that nobody gave', () => {
    expect(() => new CodeInterpreter().run(codeOf('assert tcpi_lost == 0'), NAMES)).toThrow(
      new UnsupportedError('code: the value of tcpi_lost'),
    );
  });
});

describe('code that is no Python', () => {
  it.each([
    ['assert', 'expected an expression, found the end of the code'],
    ['assert 1 +', 'expected an expression, found the end of the code'],
    ['assert (1', "expected ')', found the end of the code"],
    ['assert 1 2', "expected the end of the statement, found '2'"],
    ['assert 1 = 2', "expected the end of the statement, found '='"],
    ['1 = 2', "expected the end of the statement, since only a name can be assigned to, found '='"],
    ['assert 1 not 2', "expected 'in', found '2'"],
    ['assert 1 if 2', "expected 'else', found the end of the code"],
    ['assert 010', "expected a number, found '010'"],
    ['assert and', "expected an expression, found 'and'"],
    ['assert 1\n+\n2', 'expected an expression, found the end of the line'],
    ["assert 'a", 'the string has no end'],
    ['assert $x', "'$' means nothing in a code block"],
    [`assert ${'1,'.repeat(2000)}`, 'a code block has at most 2000 tokens'],
  ])('is an error of the script: %s', (code, reason) => {
    expect(errorOf(`0 %{ ${code} }%`).reason).toBe(reason);
  });

  it('has its place in the script', () => {
    expect(errorOf('0 %{\nassert 1 = 2\n}%').position).toEqual({ line: 2, column: 10 });
  });
});
