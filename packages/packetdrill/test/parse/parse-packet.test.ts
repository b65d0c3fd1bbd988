import { Flag } from '@halfclose/codec';
import { describe, expect, it } from 'vitest';
import { actionOf, errorOf, tcpOf } from './parse.ts';

const { SYN, ACK, FIN, RST, PSH, URG, ECE, CWR, AE } = Flag;

describe('a TCP packet', () => {
  it('has everything that it may have', () => {
    const packet = tcpOf(
      '< [ect0, ttl 64] 1234 > 80 UP. 1:101(100) ack 5 win 257 urg 7 <mss 1000,nop,wscale 7>',
    );
    expect(packet).toEqual({
      kind: 'tcp',
      position: { line: 1, column: 3 },
      text: '< [ect0, ttl 64] 1234 > 80 UP. 1:101(100) ack 5 win 257 urg 7 <mss 1000,nop,wscale 7>',
      direction: 'inbound',
      ip: { ecn: 'ect0', tos: null, ttl: 64, flowLabel: null },
      encapsulations: [],
      ports: { source: 1234, destination: 80 },
      flags: URG | PSH | ACK,
      ace: null,
      sequence: { start: 1, end: 101, length: 100 },
      ack: 5,
      window: 257,
      urgentPointer: 7,
      options: [{ kind: 'mss', value: 1000 }, { kind: 'nop' }, { kind: 'wscale', shift: 7 }],
    });
  });

  it('leaves out what is not checked', () => {
    expect(tcpOf('> R 0:0(0)')).toMatchObject({
      direction: 'outbound',
      flags: RST,
      ack: 0,
      window: null,
      urgentPointer: 0,
      options: [],
      ports: null,
    });
    expect(tcpOf('> S. 0:0(0) ack 1 <...>').options).toBeNull();
  });

  it.each([
    ['S', SYN, null],
    ['S.', SYN | ACK, null],
    ['FP.', FIN | PSH | ACK, null],
    ['.', ACK, null],
    ['-', 0, null],
    ['SEWA', SYN | ECE | CWR | AE, null],
    ['EAP.', ECE | AE | PSH | ACK, null],
    ['.5', ACK | AE | ECE, 5],
    ['P.2', PSH | ACK | CWR, 2],
  ])('has the flags %s', (text, flags, ace) => {
    expect(tcpOf(`> ${text} 1:1(0)`)).toMatchObject({ flags, ace });
  });

  it.each([
    ['[noecn]', { ecn: 'noecn' }],
    ['[ce]', { ecn: 'ce' }],
    ['[ect01]', { ecn: 'ect01' }],
    ['(tos 0x10)', { tos: 16 }],
    ['(ttl 64)', { ttl: 64 }],
    ['(flowlabel 0x1)', { flowLabel: 1 }],
    ['[ect1, flowlabel 0xfffff]', { ecn: 'ect1', flowLabel: 0xfffff }],
  ])('says %s of the IP header', (text, ip) => {
    expect(tcpOf(`> ${text} . 1:1(0)`).ip).toMatchObject(ip);
  });

  it.each([
    [
      '<nop,nop,TS val 10 ecr 4294967295>',
      [{ kind: 'nop' }, { kind: 'nop' }, { kind: 'TS', value: 10, echo: 4294967295 }],
    ],
    ['<nop,nop,sack 1:2 3:4>', [{ kind: 'nop' }, { kind: 'nop' }, { kind: 'sack', edges: [1, 2, 3, 4] }]],
    ['<nop,nop,sackOK>', [{ kind: 'nop' }, { kind: 'nop' }, { kind: 'sackOK' }]],
    ['< sackOK , eol, eol >', [{ kind: 'sackOK' }, { kind: 'eol' }, { kind: 'eol' }]],
    ['<FO,nop,nop>', [{ kind: 'FO', cookie: Uint8Array.of() }, { kind: 'nop' }, { kind: 'nop' }]],
    [
      '<FO 0a1b2c3d,nop,nop>',
      [{ kind: 'FO', cookie: Uint8Array.of(10, 27, 44, 61) }, { kind: 'nop' }, { kind: 'nop' }],
    ],
    ['<FOEXP 12345678>', [{ kind: 'FOEXP', cookie: Uint8Array.of(0x12, 0x34, 0x56, 0x78) }]],
    [
      '<ECN e0b 1,nop,nop,nop>',
      [
        { kind: 'ECN', counters: [{ name: 'e0b', value: 1 }] },
        { kind: 'nop' },
        { kind: 'nop' },
        { kind: 'nop' },
      ],
    ],
    [
      '<ECN e1b 1 ceb 2 e0b 3,nop>',
      [
        {
          kind: 'ECN',
          counters: [
            { name: 'e1b', value: 1 },
            { name: 'ceb', value: 2 },
            { name: 'e0b', value: 3 },
          ],
        },
        { kind: 'nop' },
      ],
    ],
  ])('has the options %s', (text, options) => {
    expect(tcpOf(`> . 1:1(0) ${text}`).options).toEqual(options);
  });

  it('has an MD5 digest', () => {
    const [digest] = tcpOf('> . 1:1(0) <md5 000102030405060708090a0b0c0d0e0f,nop,nop>').options ?? [];
    expect(digest).toMatchObject({
      kind: 'md5',
      digest: Uint8Array.from({ length: 16 }, (_, index) => index),
    });
  });

  it('takes defined words for numbers and cookies', () => {
    const defines = new Map([
      ['MSS', '1460'],
      ['COOKIE', '3021b9d8'],
    ]);
    const { options } = tcpOf('> S 0:0(0) <mss MSS,nop,nop,FO COOKIE>', { defines });
    expect(options).toMatchObject([
      { value: 1460 },
      {},
      {},
      { cookie: Uint8Array.of(0x30, 0x21, 0xb9, 0xd8) },
    ]);
    const own = actionOf('--define=MSS=1000\n0 > S 0:0(0) <mss MSS>');
    expect(own).toMatchObject({ options: [{ value: 1000 }] });
  });

  it('wraps around the end of the sequence space', () => {
    expect(tcpOf('> . 4294967295:1(2)').sequence).toEqual({ start: 4294967295, end: 1, length: 2 });
  });

  it.each([
    ['> psp spi 7 . 1:1(0)', "'p' in 'psp' is no TCP flag: FSRPUEWA or ."],
    ['> encap gue . 1:1(0)', "expected 'encap psp spi' and a number, found 'encap'"],
    ['> X. 1:1(0)', "'X' in 'X.' is no TCP flag: FSRPUEWA or ."],
    ['> E.1 1:1(0)', "'E.1': the number after the dot is that of A, W and E together, 0 to 7"],
    ['> .8 1:1(0)', "'.8': the number after the dot is that of A, W and E together, 0 to 7"],
    ['> . 1:2(0)', '1:2(0) does not add up: it ends at 1'],
    ['> . 1:4294967297(1)', 'the end of the sequence is not from 0 to 4294967295: 4294967297'],
    ['> . 1:1(0) win 65536', 'the window is not from 0 to 65535: 65536'],
    ['< . 1:1(0) ack 1', "a packet that the script sends needs its window: 'win' and a number"],
    ['< . 1:1(0) win 1 <...>', '<...> leaves the options open, which can be expected but not sent'],
    ['< [ect01] . 1:1(0) win 1', 'ect01 is two marks at once, which can be expected but not sent'],
    ['> [foo] . 1:1(0)', "expected an ECN mark, tos, ttl or flowlabel, found 'foo]'"],
    ['> (ttl 256) . 1:1(0)', 'the TTL is not from 0 to 255: 256'],
    ['> (ttl 1] . 1:1(0)', "expected ')', found ']'"],
    ['> 99999 > 80 . 1:1(0)', 'the source port is not from 0 to 65535: 99999'],
    ['> . 1:1(0) <>', "expected a TCP option, found '>'"],
    ['> . 1:1(0) <foo>', "expected a TCP option, found 'foo>'"],
    ['> . 1:1(0) <nop>', 'the options take 1 octets, which is no multiple of 4; nop or eol fills up'],
    [
      '> . 1:1(0) <nop,nop,sack 1:2 1:2 1:2 1:2 1:2>',
      'the options take 44 octets, and a TCP header has room for 40',
    ],
    ['> . 1:1(0) <TS 1 ecr 2>', "expected 'val', found '1'"],
    ['> . 1:1(0) <mss MSS>', "expected the MSS, found 'MSS', which no --define gives a value"],
    ['> . 1:1(0) <FO abc>', 'the Fast Open cookie is not an even number of hexadecimal digits: abc'],
    ['> . 1:1(0) <ECN ceb 1>', "the counters of the AccECN option come as 'e0b ceb e1b' or 'e1b ceb e0b'"],
    ['>', 'expected TCP flags, found the end of the script'],
  ])('cannot be %s', (text, reason) => {
    expect(errorOf(`0 ${text}`).reason).toBe(reason);
  });

  it('says which word is defined as no number', () => {
    const defines = new Map([['MSS', 'large']]);
    expect(errorOf('0 > S 0:0(0) <mss MSS>', { defines }).reason).toBe(
      "expected the MSS, and 'MSS' is defined as 'large'",
    );
  });
});

describe('an ICMP message', () => {
  it.each([
    ['< icmp unreachable', { type: 'unreachable', code: null, mtu: null, quote: null }],
    [
      '< icmp unreachable host_unreachable [0:10(10)]',
      {
        type: 'unreachable',
        code: 'host_unreachable',
        quote: { kind: 'tcp', sequence: { start: 0, end: 10, length: 10 } },
      },
    ],
    ['< icmp unreachable frag_needed mtu 800 [1:1001(1000)]', { code: 'frag_needed', mtu: 800 }],
    ['< icmp packet_too_big mtu 1400 [0:1440(1440)]', { type: 'packet_too_big', code: null, mtu: 1400 }],
    ['< icmp echo_request id 7 [raw (8)]', { code: null, echoId: 7, quote: { kind: 'raw', length: 8 } }],
    ['> icmp type_3 code_1 [udp (8)]', { type: 'type_3', code: 'code_1', quote: { kind: 'udp', length: 8 } }],
  ])('is written %s', (text, fields) => {
    expect(actionOf(`0 ${text}`)).toMatchObject({ kind: 'icmp', ...fields });
  });

  it('takes defined words for its type and code', () => {
    const defines = new Map([['CODE', 'host_unreachable']]);
    expect(actionOf('0 < icmp unreachable CODE', { defines })).toMatchObject({ code: 'host_unreachable' });
  });
});

describe('a packet that is not ours to run', () => {
  it.each([
    ['< udp (1000)', { kind: 'udp', length: 1000, ports: null }],
    ['> udp 53 > 1000 (10)', { kind: 'udp', ports: { source: 53, destination: 1000 } }],
    ['< ipv4 192.0.2.1 > 192.0.2.2: . 1:1(0) win 1', { encapsulations: [{ protocol: 'ipv4' }] }],
    [
      '> ipv6 fd::1 > fd::2: gre: . 1:1(0)',
      { encapsulations: [{ protocol: 'ipv6' }, { protocol: 'gre', text: 'gre:' }] },
    ],
    ['> mpls (label 1, tc 0, ttl 3) [S]: . 1:1(0)', { encapsulations: [{ protocol: 'mpls' }] }],
    [
      '> encap psp spi 23 P. 1:2(1)',
      { encapsulations: [{ protocol: 'psp', text: 'encap psp spi 23' }], flags: PSH | ACK },
    ],
  ])('is read all the same: %s', (text, fields) => {
    expect(actionOf(`0 ${text}`)).toMatchObject(fields);
  });
});
