import { Flag, parseIpAddress, Segment, type UnknownOption } from '@halfclose/codec';
import { describe, expect, it } from 'vitest';
import { fastOpenCookie, fastOpenOptionOf } from '../../src/index.ts';

const address = (text: string) => parseIpAddress(text) ?? expect.fail(text);
const hex = (octets: Uint8Array): string =>
  [...octets].map((octet) => octet.toString(16).padStart(2, '0')).join('');
const octets = (text: string): Uint8Array =>
  Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

describe('a Fast Open cookie', () => {
  // As Linux 6.18 makes them.
  it.each([
    ['192.0.2.1', '192.168.0.1', 'a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4', '3021b9d889017eeb'],
    ['fd3d:fa7b:d17d::1', 'fd3d:a0b:17d6::1', 'a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4', 'c1d1e9742a47a9bc'],
    ['10.248.0.2', '192.168.0.2', 'a0bf63f7-ed803d81-cd641d30-cebc4a90', '00abaaabe8e954c2'],
  ])('for %s at %s under %s is %s', (client, server, key, cookie) => {
    const words = Uint32Array.from(key.split('-'), (word) => Number.parseInt(word, 16));
    expect(hex(fastOpenCookie(address(client), address(server), words))).toBe(cookie);
  });
});

describe('the Fast Open option of a segment', () => {
  const optionOf = (flags: number, ...options: UnknownOption[]): string | null => {
    const found = fastOpenOptionOf(Object.assign(new Segment(), { flags, unknownOptions: options }));
    return found === null ? null : `${found.experimental ? 'experimental ' : ''}${hex(found.cookie)}`;
  };
  const FO = (cookie: string): UnknownOption => ({ kind: 34, data: octets(cookie) });
  const FOEXP = (cookie: string): UnknownOption => ({ kind: 254, data: octets(`f989${cookie}`) });

  it.each([
    ['a cookie of 4 to 16 octets', [FO('01234567')], '01234567'],
    ['none: a cookie is asked for', [FO('')], ''],
    ['in the form of the experiment', [FOEXP('01234567')], 'experimental 01234567'],
    ['the last of several', [FO('01234567'), FOEXP('89abcdef')], 'experimental 89abcdef'],
    ['not one of an odd length', [FO('01234567'), FO('0123456789')], '01234567'],
    ['nothing, if the last is too short', [FO('01234567'), FO('0123')], null],
    ['nothing, if it is too long', [FO('00'.repeat(18))], null],
    ['nothing of another experiment', [{ kind: 254, data: octets('abcd01234567') }], null],
    ['nothing without one', [], null],
  ] as const)('is %s', (_, options, found) => {
    expect(optionOf(Flag.SYN, ...options)).toBe(found);
    expect(optionOf(Flag.SYN | Flag.ACK, ...options)).toBe(found);
  });

  it('means nothing without SYN', () => {
    expect(optionOf(Flag.ACK, FO('01234567'))).toBe(null);
  });
});
