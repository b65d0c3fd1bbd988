import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { findUnsupported, parseScript } from '../../src/index.ts';

it('says what in a script cannot be run, and where', () => {
  const script = parseScript(
    [
      '`./unknown.sh`',
      '0 close(3) = 0',
      '0 < udp (10)',
      '0 > gre: . 1:1(0)',
      '0 %{ import os }%',
      '0 `nstat | grep x`',
      '0 > (flowlabel 0x1) . 1:1(0)',
      '`rm x`',
    ].join('\n'),
  );
  expect(findUnsupported(script).map(({ position, reason }) => `${position.line}: ${reason}`)).toEqual([
    '1: the script ./unknown.sh is not there: ./unknown.sh',
    '3: UDP',
    '4: a packet within gre',
    "5: code: the statement 'import'",
    "6: '|' needs a shell: nstat | grep x",
    '7: a flow label',
    '8: the command rm: rm x',
  ]);
});

it('names each call, option, flag and setting that is not there, where it first stands', () => {
  const script = parseScript(
    [
      '`sysctl -q net.ipv4.tcp_unheard_of=1`',
      '0 socket(..., SOCK_DGRAM, 0) = 3',
      '+0 setsockopt(3, SOL_SOCKET, SO_TIMESTAMPING, [1], 4) = 0',
      '+0 setsockopt(3, SOL_SOCKET, SO_TIMESTAMPING, [2], 4) = 0',
      '+0 send(3, ..., 10, MSG_PROXY|MSG_NOSIGNAL|0x10000000) = 10',
      '+0 splice(3, 0, 4, 0, 1, 0) = 1',
      '+0 close(3) = 0',
    ].join('\n'),
  );
  expect(findUnsupported(script).map(({ position, reason }) => `${position.line}: ${reason}`)).toEqual([
    '1: sysctl net.ipv4.tcp_unheard_of',
    '2: socket(): only SOCK_STREAM',
    '3: setsockopt(): SO_TIMESTAMPING',
    '5: send(): MSG_PROXY|0x10000000',
    '6: the call splice()',
  ]);
});

it('finds nothing in the closing scripts', () => {
  const folder = new URL('../../scripts/linux-closing/', import.meta.url);
  const found = readdirSync(folder)
    .filter((name) => name.endsWith('.pkt'))
    .flatMap((file) => findUnsupported(parseScript(readFileSync(new URL(file, folder), 'utf8'), { file })));
  expect(found).toEqual([]);
});
