import { describe, expect, it } from 'vitest';
import type { Expression } from '../../src/index.ts';
import { callOf, errorOf } from './parse.ts';

/** The expression in short: what it is made of, without its places. */
function short(expression: Expression | null | undefined): unknown {
  switch (expression?.kind) {
    case 'integer':
      return expression.value;
    case 'symbol':
      return expression.name;
    case 'string':
      return expression.isPrefix ? [expression.value, '...'] : `"${expression.value}"`;
    case 'ellipsis':
      return '...';
    case 'or':
      return { or: expression.operands.map(short) };
    case 'list':
      return expression.items.map(short);
    case 'struct':
      return { struct: expression.items.map(short) };
    case 'assignment': {
      const { name, count, value } = expression;
      return { [count === null ? name : `${name}(${String(short(count))})`]: short(value) };
    }
    case 'function':
      return { [`${expression.name}()`]: expression.arguments.map(short) };
    default:
      return null;
  }
}

describe('an argument', () => {
  it.each([
    ['42', 42],
    ['-7', -7],
    ['0xffffffff', 4294967295],
    ['NULL', 'NULL'],
    ['...', '...'],
    ['"a\\n\\x41\\101\\"b"', '"a\nAA"b"'],
    ['"a" "b"', '"ab"'],
    ['"ab"...', ['ab', '...']],
    ['[]', []],
    ['[1, [2]]', [1, [2]]],
    ['[SOF_A | SOF_B |\n SOF_C]', [{ or: ['SOF_A', 'SOF_B', 'SOF_C'] }]],
    ['POLLIN|POLLOUT', { or: ['POLLIN', 'POLLOUT'] }],
    ['{onoff=1, linger=0}', { struct: [{ onoff: 1 }, { linger: 0 }] }],
    ['[{..., 1000}, {...,0}]', [{ struct: ['...', 1000] }, { struct: ['...', 0] }]],
    [
      '{sa_family = AF_INET, sin_port = htons(80), sin_addr = inet_addr("192.0.2.1")}',
      {
        struct: [
          { sa_family: 'AF_INET' },
          { sin_port: { 'htons()': [80] } },
          { sin_addr: { 'inet_addr()': ['"192.0.2.1"'] } },
        ],
      },
    ],
    [
      '{msg_name(...)=..., msg_iov(2)=[{..., 1}], msg_flags=0}',
      {
        struct: [{ 'msg_name(...)': '...' }, { 'msg_iov(2)': [{ struct: ['...', 1] }] }, { msg_flags: 0 }],
      },
    ],
    [
      '[{fd=4, events=POLLIN, revents=POLLIN|POLLHUP}]',
      [{ struct: [{ fd: 4 }, { events: 'POLLIN' }, { revents: { or: ['POLLIN', 'POLLHUP'] } }] }],
    ],
    ['{events=0, ptr=0}', { struct: [{ events: 0 }, { ptr: 0 }] }],
    [
      '[{cmsg_level=SOL_TCP, cmsg_data={ee_errno=ENOMSG, ee_data=1}}]',
      [
        {
          struct: [
            { cmsg_level: 'SOL_TCP' },
            { cmsg_data: { struct: [{ ee_errno: 'ENOMSG' }, { ee_data: 1 }] } },
          ],
        },
      ],
    ],
  ])('is written %s', (text, expected) => {
    const { arguments: items } = callOf(`f(${text}) = 0`);
    expect(items.map(short)).toEqual([expected]);
  });

  it('knows where it stands', () => {
    const [, second] = callOf('f(1,\n  FOO) = 0').arguments;
    expect(second?.position).toEqual({ line: 2, column: 3 });
  });

  it('is what its word is defined as', () => {
    const defines = new Map([
      ['LEVEL', 'SOL_IP'],
      ['FLAGS', 'A|1'],
    ]);
    expect(callOf('f(LEVEL, {x=FLAGS}) = 0', { defines }).arguments.map(short)).toEqual([
      'SOL_IP',
      { struct: [{ x: { or: ['A', 1] } }] },
    ]);
  });

  it.each([
    ['f(', 'expected an expression, found the end of the script'],
    ['f(1 2) = 0', "expected ',' or ')', found '2)'"],
    ['f([1) = 0', "expected ',' or ']', found ')'"],
    ['f({1) = 0', "expected ',' or '}', found ')'"],
    ['f(1,) = 0', "expected an expression, found ')'"],
    ['f(1.5) = 0', "expected an expression, found '1.5)'"],
    ['f(12ab) = 0', "expected an expression, found '12ab)'"],
    ['f(a(1,2)=3) = 0', "expected one count in the parentheses of 'a(...)='"],
    [`f(${'['.repeat(60)}`, 'nested more than 50 deep'],
  ])('cannot be written %s', (text, reason) => {
    expect(errorOf(`0 ${text}`).reason).toBe(reason);
  });

  it('cannot be defined by itself, or as something else', () => {
    const defines = new Map([
      ['SELF', 'SELF'],
      ['BAD', '1 2'],
    ]);
    expect(errorOf('0 f(SELF) = 0', { defines }).reason).toContain("this is defined as 'SELF': ");
    expect(errorOf('0 f(BAD) = 0', { defines })).toMatchObject({
      reason: "this is defined as '1 2': expected nothing more, found '2'",
      position: { line: 1, column: 5 },
    });
  });
});

describe('a result', () => {
  it.each([
    ['= 0', 0, null, null],
    ['= -1 EPIPE (Broken pipe)', -1, 'EPIPE', 'Broken pipe'],
    ['= -1 ECONNRESET(Connection reset by peer)', -1, 'ECONNRESET', 'Connection reset by peer'],
    ['= -1', -1, null, null],
    ['= 0x2 (flags O_RDWR)', 2, null, 'flags O_RDWR'],
    ['= ...', '...', null, null],
  ])('is written %s', (text, value, errno, note) => {
    const { result } = callOf(`f() ${text}`);
    expect([short(result.value), result.errno, result.note]).toEqual([value, errno, note]);
  });

  it('leaves the next event alone', () => {
    expect(callOf('f() = -1 EAGAIN (a) // +0 f() = 0').result.errno).toBe('EAGAIN');
  });
});

it('a call keeps its own text', () => {
  expect(callOf('read(4, ...,  10) = -1 EAGAIN (no)  // later').text).toBe(
    'read(4, ...,  10) = -1 EAGAIN (no)',
  );
});
