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

it('finds nothing in the closing scripts', () => {
  const folder = new URL('../../scripts/linux-closing/', import.meta.url);
  const found = readdirSync(folder)
    .filter((name) => name.endsWith('.pkt'))
    .flatMap((file) => findUnsupported(parseScript(readFileSync(new URL(file, folder), 'utf8'), { file })));
  expect(found).toEqual([]);
});
