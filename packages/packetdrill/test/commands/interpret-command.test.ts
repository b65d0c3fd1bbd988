import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { interpretCommand, parseScript, type CommandAction } from '../../src/index.ts';

const folder = new URL('../../scripts/linux-closing/', import.meta.url);

/** Settings as one object. */
function settingsOf(actions: readonly CommandAction[]): Record<string, string> {
  return Object.fromEntries(
    actions.flatMap((action) => (action.kind === 'sysctl' ? [[action.name, action.value]] : [])),
  );
}

describe('sysctl', () => {
  it.each([
    ['sysctl -q net.ipv4.tcp_ecn=2', { 'net.ipv4.tcp_ecn': '2' }],
    ['sysctl -w net.ipv4.a=1 net.ipv4.b=2', { 'net.ipv4.a': '1', 'net.ipv4.b': '2' }],
    ['sysctl -e -q net/ipv4/tcp_x=200', { 'net.ipv4.tcp_x': '200' }],
    [
      'sysctl -q net.ipv4.tcp_rmem="4096  540000 $((15*1024*1024))"',
      { 'net.ipv4.tcp_rmem': '4096 540000 15728640' },
    ],
    ["sysctl -q net.ipv4.tcp_rmem='1 2\t3' > /dev/null 2>&1", { 'net.ipv4.tcp_rmem': '1 2 3' }],
    ['/usr/sbin/sysctl -qw net.ipv4.a=1 # why', { 'net.ipv4.a': '1' }],
    [
      '../common/set_sysctls.py /proc/sys/net/ipv4/a=0x402 \\\n  /proc/sys/net/ipv4/b=2',
      { 'net.ipv4.a': '0x402', 'net.ipv4.b': '2' },
    ],
    [
      'sysctl -q net.ipv4.a=1\nsysctl -q net.ipv4.a=2; sysctl -q net.ipv4.b=1 && sysctl net.ipv4.c=',
      { 'net.ipv4.a': '2', 'net.ipv4.b': '1', 'net.ipv4.c': '' },
    ],
  ])('%s', (text, settings) => {
    const actions = interpretCommand(text);
    expect(settingsOf(actions)).toEqual(settings);
    expect(actions.every(({ kind }) => kind === 'sysctl')).toBe(true);
  });
});

describe('assertions', () => {
  it.each([
    ['./st.sh none', { kind: 'assert-states', states: [] }],
    ['./st.sh ESTAB', { kind: 'assert-states', states: ['ESTABLISHED'] }],
    [
      './st.sh FIN-WAIT-1 SYN-RECV FIN-WAIT-1',
      { kind: 'assert-states', states: ['FIN-WAIT-1', 'SYN-RECEIVED'] },
    ],
    ['./tm.sh none', { kind: 'assert-timer', timer: null }],
    [
      './tm.sh 59 60.5 timewait',
      { kind: 'assert-timer', timer: { from: 59e6, to: 60.5e6, name: 'timewait' } },
    ],
    ['./tm.sh 1.2 1.8', { kind: 'assert-timer', timer: { from: 1.2e6, to: 1.8e6, name: null } }],
  ])('%s', (text, action) => {
    expect(interpretCommand(text)).toEqual([action]);
  });

  it('may stand in one command', () => {
    const actions = interpretCommand('./st.sh TIME-WAIT; ./tm.sh 59 60.5 timewait');
    expect(actions.map(({ kind }) => kind)).toEqual(['assert-states', 'assert-timer']);
  });
});

it('ip tcp_metrics flush forgets what was learnt of peers', () => {
  expect(interpretCommand('ip tcp_metrics flush all > /dev/null 2>&1')).toEqual([{ kind: 'forget-metrics' }]);
});

it('a pipe that looks for a counter asserts that a packet was dropped for its reason', () => {
  expect(interpretCommand('nstat | grep TcpExtOutOfWindowIcmps > /dev/null')).toEqual([
    { kind: 'assert-dropped', reason: 'icmp-not-in-flight' },
  ]);
});

describe('a command without a meaning here', () => {
  it.each([
    ['ip tcp_metrics show > /dev/null 2>&1'],
    ['tc qdisc add dev tun0 root pfifo 2>/dev/null'],
    ['tc qdisc del dev tun0 root'],
    ['/tmp/sysctl_restore_${PPID}.sh'],
    ['nstat > /dev/null'],
    ['sysctl net.ipv4.tcp_ecn'],
    ['exit 0'],
  ])('is ignored, and says why: %s', (text) => {
    const [action, ...others] = interpretCommand(text);
    expect(action).toMatchObject({ kind: 'ignored' });
    expect(others).toEqual([]);
  });

  it('is one that an exit stands before', () => {
    const readScript = (): string => 'sysctl -q a=1\nexit 0\nsysctl -q a=2';
    expect(settingsOf(interpretCommand('./own.sh; sysctl -q b=3', { readScript }))).toEqual({
      a: '1',
      b: '3',
    });
  });

  it('is none at all in an empty command', () => {
    expect(interpretCommand(' \n# nothing\n;')).toEqual([]);
  });
});

describe('a command that cannot be done', () => {
  it.each([
    ['nstat | grep TcpExtTCPTimeouts > /dev/null', "'|' needs a shell"],
    ['echo 1 > /sys/module/tcp_cubic/parameters/hystart', "'>' needs a shell"],
    ['true || false', "'||' needs a shell"],
    ['exit 1', 'exit with a status other than 0'],
    ['exit 256', 'exit with a status other than 0'],
    ['sysctl net.ipv4.a=$X', "'$' needs a shell"],
    ["echo 'a", "''' needs a shell"],
    ['tc qdisc replace dev tun0 root pfifo limit 0', 'a queue that paces or drops'],
    ['tc qdisc replace dev tun0 root fq', 'a queue that paces or drops'],
    ['tc class add', 'tc class'],
    ['ip route change 192.0.2.1 mtu 1400', 'the command ip'],
    ['./st.sh LISTEN', 'the state LISTEN'],
    ['./st.sh', 'st.sh wants states, or none'],
    ['./tm.sh 1', 'tm.sh wants none, or two times and a name'],
    ['./tm.sh 1 2 alarm', 'the timer alarm'],
    ['sysctl -p', 'sysctl with -p'],
    ['set_sysctls.py tcp_ecn=1', 'set_sysctls.py with tcp_ecn=1'],
    ['sleep 1h', 'sleep wants seconds'],
    ['./other.sh', 'the script ./other.sh is not there'],
    ['./defaults.sh now', 'a script with arguments'],
    ['rm -f x', 'the command rm'],
  ])('is unsupported, and says why: %s', (text, reason) => {
    expect(interpretCommand(text)).toContainEqual(expect.objectContaining({ kind: 'unsupported', reason }));
  });
});

it('sleep takes its time', () => {
  expect(interpretCommand('sleep 0.5')).toEqual([{ kind: 'sleep', duration: 500_000 }]);
});

describe('defaults.sh', () => {
  const readScript = (path: string): string => readFileSync(new URL(path, folder), 'utf8');

  it('of the closing scripts is read from its file, and known without it', () => {
    const read = interpretCommand('./defaults.sh', { readScript });
    expect(read.filter(({ kind }) => kind !== 'sysctl').map(({ kind }) => kind)).toEqual([
      'forget-metrics',
      'ignored',
      'ignored',
    ]);
    expect(settingsOf(interpretCommand('./defaults.sh'))).toEqual(settingsOf(read));
  });

  it('of another folder is that of the public suite', () => {
    expect(settingsOf(interpretCommand('../../common/defaults.sh'))).toMatchObject({
      'net.ipv4.tcp_rmem': '4096 540000 15728640',
      'net.ipv4.tcp_congestion_control': 'cubic',
      'net.ipv4.tcp_slow_start_after_idle': '0',
    });
  });

  it('may be followed by settings of the script', () => {
    const settings = settingsOf(interpretCommand('./defaults.sh\nsysctl -q net.ipv4.tcp_ecn=1'));
    expect(settings['net.ipv4.tcp_ecn']).toBe('1');
    expect(settings['net.ipv4.tcp_retries2']).toBe('15');
  });

  it('does not call itself for ever', () => {
    const actions = interpretCommand('./defaults.sh', { readScript: () => './defaults.sh' });
    expect(actions).toEqual([
      { kind: 'unsupported', command: './defaults.sh', reason: 'scripts call each other too deep' },
    ]);
  });
});

it('every command of the closing scripts is understood', () => {
  const unsupported = readdirSync(folder)
    .filter((file) => file.endsWith('.pkt'))
    .flatMap((file) => {
      const { initCommand, events } = parseScript(readFileSync(new URL(file, folder), 'utf8'), { file });
      const texts = events.flatMap(({ action }) => (action.kind === 'command' ? [action.text] : []));
      return [initCommand?.text ?? '', ...texts].flatMap((text) => interpretCommand(text));
    })
    .filter(({ kind }) => kind === 'unsupported');
  expect(unsupported).toEqual([]);
});

it('any text is a list of actions', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      'sysctl ',
      'tc qdisc ',
      './st.sh ',
      '$((2*3))',
      '${PPID}',
      '"',
      "'",
      '\\',
      '$',
      '`',
      ';',
      '\n',
      ' ',
    ),
    fc.constantFrom('&&', '||', '|', '>', '2>&1', '#', 'a=1', '(', ')'),
    fc.string({ maxLength: 3 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      expect(Array.isArray(interpretCommand(pieces.join('')))).toBe(true);
    }),
    { numRuns: 1000 },
  );
});
