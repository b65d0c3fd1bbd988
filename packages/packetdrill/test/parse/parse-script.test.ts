import { describe, expect, it } from 'vitest';
import { parseScript } from '../../src/index.ts';
import { actionOf, errorOf } from './parse.ts';

describe('a script', () => {
  it('has options, a first command, events and a last command', () => {
    const script = parseScript(
      '--tolerance_usecs=60000\n--strict_segments // all of them\n`./defaults.sh`\n0 close(3) = 0\n`rm x`\n',
      { file: 'a.pkt' },
    );
    expect(script.file).toBe('a.pkt');
    expect(script.options).toEqual([
      { position: { line: 1, column: 1 }, name: 'tolerance_usecs', value: '60000' },
      { position: { line: 2, column: 1 }, name: 'strict_segments', value: null },
    ]);
    expect(script.initCommand).toEqual({
      kind: 'command',
      position: { line: 3, column: 1 },
      text: './defaults.sh',
    });
    expect(script.events.map(({ position, action }) => [position.line, action.kind])).toEqual([[4, 'call']]);
    expect(script.cleanupCommand?.text).toBe('rm x');
  });

  it('needs none of them but an event', () => {
    const script = parseScript('0 close(3) = 0');
    expect([script.options, script.initCommand, script.cleanupCommand]).toEqual([[], null, null]);
    expect(errorOf('// nothing').message).toBe(
      'script:1:11: expected an event, found the end of the script\n    // nothing\n              ^',
    );
  });

  it('has comments of both kinds wherever a blank may stand', () => {
    const { events } = parseScript('/* two\nlines */ 0 // zero\n close(/* fd */ 3) /**/ = 0 // = 1\n// end');
    expect(events).toHaveLength(1);
  });

  it.each([
    ['--a=1', 'a', '1'],
    ['--a 1', 'a', '1'],
    ['--a', 'a', null],
    ['--a=192.0.2.1', 'a', '192.0.2.1'],
    ['--a=fd::1', 'a', 'fd::1'],
    ['--a="b c"', 'a', '"b c"'],
    ['--a = b', 'a', 'b'],
    ['--define=X=1', 'define', 'X=1'],
  ])('takes the option %s', (line, name, value) => {
    const [option] = parseScript(`${line}\n0 close(3) = 0`).options;
    expect([option?.name, option?.value]).toEqual([name, value]);
  });

  it('has commands over several lines, with their line ends', () => {
    expect(actionOf('0 `a \\\n b\nc`')).toMatchObject({ kind: 'command', text: 'a \\\n b\nc' });
  });

  it('has code over several lines', () => {
    expect(actionOf('0 %{ assert 1\nassert 2 }%')).toMatchObject({ kind: 'code', unsupported: null });
  });

  it('takes events without line ends between them', () => {
    expect(parseScript('0 close(3) = 0 +0 close(4) = 0').events).toHaveLength(2);
  });
});

describe('the time of an event', () => {
  it.each([
    ['0', { kind: 'absolute', at: 0 }],
    ['1.5', { kind: 'absolute', at: 1_500_000 }],
    ['.000001', { kind: 'absolute', at: 1 }],
    ['+.1', { kind: 'relative', after: 100_000 }],
    ['+ 0.30', { kind: 'relative', after: 300_000 }],
    ['*', { kind: 'any' }],
    ['1~2.5', { kind: 'absolute-range', from: 1_000_000, to: 2_500_000 }],
    ['+.1~+.2', { kind: 'relative-range', from: 100_000, to: 200_000 }],
  ])('is written %s', (text, time) => {
    expect(parseScript(`${text} > . 1:1(0) ack 1`).events[0]?.time).toEqual(time);
  });

  it('of a blocking call has an end', () => {
    expect(actionOf('+0...0.15 read(4, ..., 100) = 100')).toMatchObject({ name: 'read', end: 150_000 });
    expect(actionOf('1...2 close(4) = 0')).toMatchObject({ end: 2_000_000 });
    expect(actionOf('0.1...0.2 close(4) = 0')).toMatchObject({ end: 200_000 });
    expect(actionOf('+0 ... 0.004 close(4) = 0')).toMatchObject({ end: 4000 });
    expect(actionOf('0 close(4) = 0')).toMatchObject({ end: null });
  });
});

describe('an error', () => {
  it('shows file, line, column and the line with a mark', () => {
    const error = errorOf('0 close(3) = 0\n\t+0  close(4 = 0', { file: 'dir/b.pkt' });
    expect(error.message).toBe(
      "dir/b.pkt:2:14: expected ',' or ')', found '='\n    \t+0  close(4 = 0\n    \t            ^",
    );
    expect([error.file, error.position, error.reason]).toEqual([
      'dir/b.pkt',
      { line: 2, column: 14 },
      "expected ',' or ')', found '='",
    ]);
  });

  it.each([
    ['close(3) = 0', '1:1', "expected a time in seconds, found 'close(3)'"],
    ['0 close(3)', '1:11', "expected '=', found the end of the script"],
    ['0 close 3', '1:9', "expected '(', found '3'"],
    ['0 ?', '1:3', "expected a packet, a system call, a command or a code block, found '?'"],
    ['-1 close(3) = 0', '1:1', 'the time is negative: -1'],
    ['1e9 close(3) = 0', '1:1', "expected a time in seconds, found '1e9'"],
    ['99999999999999 close(3) = 0', '1:1', 'the time is too long: 99999999999999'],
    ['* close(3) = 0', '1:1', '* is for packets that the stack sends'],
    ['* < . 1:1(0) win 1', '1:1', '* is for packets that the stack sends'],
    ['+0~+1 < . 1:1(0) win 1', '1:1', 'a range of time is for packets that the stack sends'],
    ['2~1 > . 1:1(0)', '1:1', 'the range of time runs backwards'],
    ['+0~1 > . 1:1(0)', '1:4', 'one end of the range of time is relative and the other is not'],
    ['0~+1 > . 1:1(0)', '1:3', 'one end of the range of time is relative and the other is not'],
    ['1...0.5 close(3) = 0', '1:1', 'the call is to return before it is made'],
    [
      '0 close(3) = 0 `a` +0 close(3) = 0',
      '1:20',
      'a command without a time ends the script, and something stands behind it',
    ],
    ['`a` `b`', '1:5', "expected a time in seconds, found '`b`'"],
    ['0 `a', '1:3', 'the command has no closing back quote'],
    ['0 %{ pass', '1:3', 'the code block has no closing }%'],
    ['/* 0 close(3) = 0', '1:1', 'the comment has no end'],
    ['--define=1\n0 close(3) = 0', '1:1', '--define wants NAME=value'],
    ['0 open("a) = 3', '1:8', 'the string has no end'],
    ['0 close(3) = "a"', '1:14', 'the result of a system call is a number or ...'],
  ])('is made of: %s', (text, place, reason) => {
    const { position, reason: actual } = errorOf(text);
    expect([`${position.line}:${position.column}`, actual]).toEqual([place, reason]);
  });
});
