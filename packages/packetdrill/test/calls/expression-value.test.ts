import { describe, expect, it } from 'vitest';
import {
  addressOf,
  errnoNameOf,
  errnoNumber,
  fieldOf,
  integerOf,
  symbolValue,
  UnsupportedError,
  type Expression,
} from '../../src/index.ts';
import { callOf } from '../parse/parse.ts';

function expressionOf(text: string): Expression {
  const [expression] = callOf(`f(${text}) = 0`).arguments;
  if (expression === undefined) throw new Error('no argument');
  return expression;
}

describe('constants', () => {
  it.each([
    ['AF_INET6', 10],
    ['SOCK_NONBLOCK', 2048],
    ['IPPROTO_TCP', 6],
    ['SOL_SOCKET', 1],
    ['SO_LINGER', 13],
    ['SO_KEEPALIVE', 9],
    ['TCP_LINGER2', 8],
    ['TCP_USER_TIMEOUT', 18],
    ['TCP_CM_INQ', 36],
    ['MSG_WAITALL', 0x100],
    ['MSG_ZEROCOPY', 0x4000000],
    ['POLLRDHUP', 0x2000],
    ['EPOLLET', 0x80000000],
    ['O_NONBLOCK', 0x800],
    ['F_SETFL', 4],
    ['SIOCINQ', 0x541b],
    ['SIOCOUTQ', 0x5411],
    ['EPIPE', 32],
    ['ENOTRECOVERABLE', 131],
  ])('%s is %d', (name, value) => {
    expect(symbolValue(name)).toBe(value);
  });

  it('have no others', () => {
    expect(symbolValue('SO_FOO')).toBeNull();
    expect(symbolValue('toString')).toBeNull();
  });
});

describe('errors', () => {
  it('have numbers and names', () => {
    expect([errnoNumber('ECONNRESET'), errnoNameOf(104)]).toEqual([104, 'ECONNRESET']);
    expect([errnoNumber('EWOULDBLOCK'), errnoNameOf(11)]).toEqual([11, 'EAGAIN']);
    expect([errnoNumber('EFOO'), errnoNameOf(0), errnoNameOf(41), errnoNameOf(999)]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
});

describe('an expression', () => {
  it.each([
    ['42', 42],
    ['O_RDWR|O_NONBLOCK', 2050],
    ['EPOLLIN|EPOLLET', 0x80000001],
    ['htons(8080)', 8080],
  ])('%s is a number', (text, value) => {
    expect(integerOf(expressionOf(text))).toBe(value);
  });

  it.each([
    ['SO_FOO', 'line 1: the constant SO_FOO'],
    ['1|SO_FOO', 'line 1: the constant SO_FOO'],
    ['f(1)', 'line 1: the function f()'],
    ['htons()', 'line 1: the function htons()'],
    ['[1]', 'line 1: a number is wanted, not list'],
    ['...', 'line 1: a number is wanted, not ellipsis'],
  ])('%s is none', (text, reason) => {
    expect(() => integerOf(expressionOf(text))).toThrow(new UnsupportedError(reason));
  });

  it.each([
    ['inet_addr("192.0.2.1")', '192.0.2.1'],
    ['inet6_addr("FD::1")', 'fd::1'],
    ['"192.0.2.1"', '192.0.2.1'],
    ['INADDR_ANY', '0.0.0.0'],
    ['htonl(INADDR_LOOPBACK)', '127.0.0.1'],
  ])('%s is an address', (text, address) => {
    expect(String(addressOf(expressionOf(text)))).toBe(address);
  });

  it('is no address otherwise', () => {
    expect(() => addressOf(expressionOf('inet_addr("192.0.2")'))).toThrow(
      new UnsupportedError('line 1: the address "192.0.2"'),
    );
  });

  it('has fields if it is a struct', () => {
    const struct = expressionOf('{onoff=1, linger=0, msg_iov(2)=[]}');
    expect(fieldOf(struct, 'onoff')?.value).toMatchObject({ value: 1 });
    expect(fieldOf(struct, 'msg_iov')?.count).toMatchObject({ value: 2 });
    expect(fieldOf(struct, 'fd')).toBeNull();
    expect(fieldOf(expressionOf('[onoff=1]'), 'onoff')).toBeNull();
  });
});
