import { describe, expect, it } from 'vitest';
import { defaultDefines, ParseError, parseScript, settingsOf, UnsupportedError } from '../../src/index.ts';
import { settingsFrom } from '../connection.ts';

describe('settings', () => {
  it('are those of the original unless the script has others', () => {
    const { localAddress, remoteAddress, nonFatal, ...others } = settingsFrom();
    expect([String(localAddress), String(remoteAddress), [...nonFatal]]).toEqual([
      '192.168.0.1',
      '192.0.2.1',
      [],
    ]);
    expect(others).toEqual({
      mode: 'ipv4',
      bindPort: 8080,
      connectPort: 8080,
      mtu: 1500,
      mss: 0,
      tolerance: 4000,
      tolerancePercent: 12.5,
      timestampTick: 0,
      timestampEchoScaled: false,
      strictSegments: false,
      initScripts: null,
    });
    expect(settingsFrom('', 'ipv6')).toMatchObject({ mode: 'ipv6', mtu: 1520 });
    expect(settingsFrom('', 'mapped')).toMatchObject({ mode: 'mapped', mtu: 1500 });
  });

  it('are read from the option lines, of which the last one counts', () => {
    const settings = settingsFrom(
      [
        ...[
          '--ip_version=ipv6',
          '--local_ip=fd::1/64',
          '--bind_port=80',
          '--mtu=1400',
          '--mtu=1300',
          '--mss=900',
        ],
        ...['--tolerance_usecs=5', '--tcp_ts_tick_usecs=1000', '--tcp_ts_ecr_scaled', '--strict_segments'],
        ...['--non_fatal=packet', '--init_scripts=a.sh', '--speed=0', '--define=X=1'],
      ].join('\n'),
    );
    expect(settings).toMatchObject({
      mode: 'ipv6',
      bindPort: 80,
      mtu: 1300,
      mss: 900,
      tolerance: 5,
      timestampTick: 1000,
      timestampEchoScaled: true,
      strictSegments: true,
      nonFatal: new Set(['packet']),
      initScripts: 'a.sh',
    });
    expect(String(settings.localAddress)).toBe('fd::1');
  });

  it('cannot forgive wrong results of calls', () => {
    expect(() => settingsFrom('--non_fatal=syscall')).toThrow('--non_fatal=syscall');
  });

  it.each([
    ['--toleranse_usecs=1', 'there is no option --toleranse_usecs'],
    ['--tolerance_usecs=many', "--tolerance_usecs wants a number from 0 to 9007199254740991, not 'many'"],
    ['--tolerance_usecs=1.5', "--tolerance_usecs wants a number from 0 to 9007199254740991, not '1.5'"],
    ['--mtu=67', "--mtu wants a number from 68 to 65535, not '67'"],
    ['--mtu', "--mtu wants a number from 68 to 65535, not ''"],
    ['--ip_version=5', "--ip_version wants ipv4, ipv6 or ipv4-mapped-ipv6, not '5'"],
    ['--local_ip=here', "--local_ip wants an IP address, not 'here'"],
    ['--non_fatal=all', "--non_fatal wants packet, syscall, or both, not 'all'"],
  ])('cannot be %s', (line, reason) => {
    const script = parseScript(`\n  ${line}\n0 close(3) = 0`, { file: 'a.pkt' });
    expect(() => settingsOf(script, 'ipv4')).toThrow(ParseError);
    expect(() => settingsOf(script, 'ipv4')).toThrow(`a.pkt:2:3: ${reason}\n      ${line}\n      ^`);
  });

  it.each([
    ['--wire_client', '--wire_client'],
    ['--is_anyip', '--is_anyip'],
    ['--local_ip=fd::1', '--local_ip=fd::1 in mode ipv4'],
  ])('may be beyond us: %s', (line, reason) => {
    expect(() => settingsFrom(line)).toThrow(new UnsupportedError(reason));
  });
});

it('the public suite has its words defined in each mode', () => {
  expect(defaultDefines('ipv4').get('CMSG_LEVEL_IP')).toBe('SOL_IP');
  expect(defaultDefines('mapped').get('CMSG_LEVEL_IP')).toBe('SOL_IPV6');
  expect(defaultDefines('ipv6').get('CODE')).toBe('address_unreachable');
});
