import { Ecn, Flag, icmpError } from '@halfclose/codec';
import { describe, expect, it } from 'vitest';
import { compareOutbound, formatOutbound, ScriptFault, UnsupportedError } from '../../src/index.ts';
import { Drill, ISN, segmentFrom } from '../connection.ts';
import { actionOf } from '../parse/parse.ts';

const { SYN, ACK, FIN, PSH, RST, URG, ECE, CWR, AE } = Flag;

/** What the script expects, in an established connection, of the segment `P. 1:101(100) ack 1 win 500`. */
const LINE = '> P. 1:101(100) ack 1 win 500 <nop,nop,sack 1001:2001 3001:4001>';
const SEGMENT = {
  seq: ISN + 1,
  ack: 1,
  flags: PSH | ACK,
  window: 500,
  payload: new Uint8Array(100),
  sackBlocks: [1001, 2001, 3001, 4001],
};

describe('a segment', () => {
  it('that is as expected has no difference', () => {
    expect(Drill.established().expect(LINE, SEGMENT)).toEqual([]);
  });

  it.each([
    [{ flags: ACK }, [{ field: 'flags', expected: 'P.', actual: '.' }]],
    [{ flags: PSH | ACK | FIN }, [{ field: 'flags', expected: 'P.', actual: 'FP.' }]],
    [{ flags: PSH | ACK | ECE }, [{ field: 'flags', expected: 'P.', actual: 'PE.' }]],
    [{ seq: ISN + 2 }, [{ field: 'seq', expected: '1:101(100)', actual: '2:102(100)' }]],
    [{ seq: ISN - 1 }, [{ field: 'seq', expected: '1:101(100)', actual: '4294967295:99(100)' }]],
    [{ payload: new Uint8Array(99) }, [{ field: 'seq', expected: '1:101(100)', actual: '1:100(99)' }]],
    [{ ack: 2 }, [{ field: 'ack', expected: '1', actual: '2' }]],
    [{ window: 501 }, [{ field: 'window', expected: '500', actual: '501' }]],
    [{ urgentPointer: 1 }, [{ field: 'urgent pointer', expected: '0', actual: '1' }]],
    [
      { payload: Uint8Array.of(...new Uint8Array(99), 0x41) },
      [{ field: 'payload', expected: 'zeros', actual: '0x41 at octet 99' }],
    ],
    [
      { sackBlocks: [1001, 2001] },
      [
        {
          field: 'options',
          expected: '<nop,nop,sack 1001:2001 3001:4001>',
          actual: '<nop,nop,sack 1001:2001>',
        },
      ],
    ],
    [
      { sackBlocks: null },
      [{ field: 'options', expected: '<nop,nop,sack 1001:2001 3001:4001>', actual: 'none' }],
    ],
  ])('with %o differs in just that', (fields, differences) => {
    expect(Drill.established().expect(LINE, { ...SEGMENT, ...fields })).toEqual(differences);
  });

  it('may have any window, and any options, if the script does not say', () => {
    const drill = Drill.established();
    const fields = { seq: ISN + 1, ack: 1, flags: ACK };
    expect(drill.expect('> . 1:1(0) ack 1', { ...fields, window: 7 })).toEqual([]);
    expect(drill.expect('> . 1:1(0) ack 1 <...>', { ...fields, maximumSegmentSize: 7 })).toEqual([]);
    expect(drill.expect('> . 1:1(0) ack 1', { ...fields, maximumSegmentSize: 7 })).toMatchObject([
      { field: 'options', expected: 'none', actual: '<mss 7>' },
    ]);
  });

  it('without ACK has no acknowledgment number', () => {
    const drill = Drill.established();
    expect(drill.expect('> R 1:1(0)', { seq: ISN + 1, flags: RST })).toEqual([]);
    expect(drill.expect('> R 1:1(0)', { seq: ISN + 1, flags: RST, ack: 5 })).toEqual([
      { field: 'ack', expected: '0', actual: '5' },
    ]);
  });

  it('is compared with urgent pointer where it is urgent', () => {
    const fields = { seq: ISN + 1, ack: 1, flags: ACK | URG, urgentPointer: 9 };
    expect(Drill.established().expect('> U. 1:1(0) ack 1 urg 9', fields)).toEqual([]);
  });

  it('differs in several fields at once', () => {
    const fields = { seq: ISN + 1, ack: 2, flags: FIN | ACK };
    const differences = Drill.established().expect('> . 1:1(0) ack 1', fields);
    expect(differences.map(({ field }) => field)).toEqual(['flags', 'ack']);
  });
});

describe('options', () => {
  const synAck = {
    seq: ISN,
    ack: 1,
    flags: SYN | ACK,
    maximumSegmentSize: 1460,
    sackPermitted: true,
    windowScale: 7,
  };

  it('are compared in their order on the wire', () => {
    const line = '> S. 0:0(0) ack 1 <mss 1460,nop,nop,sackOK,nop,wscale 7>';
    expect(Drill.listening().expect(line, synAck)).toEqual([]);
    const other = '> S. 0:0(0) ack 1 <mss 1460,sackOK,nop,nop,nop,wscale 7>';
    expect(Drill.listening().expect(other, synAck)).toMatchObject([{ field: 'options' }]);
  });

  it('have timestamps whose values are free', () => {
    const line = '> S. 0:0(0) ack 1 <mss 1460,sackOK,TS val 100 ecr 5,nop,wscale 7>';
    const fields = { ...synAck, hasTimestamps: true, timestampValue: 7, timestampEcho: 6 };
    expect(Drill.listening().expect(line, fields)).toEqual([]);
    expect(Drill.listening().expect(line, synAck)).toMatchObject([{ field: 'options' }]);
  });

  it.each([
    ['<mss 1461,nop,nop,sackOK,nop,wscale 7>'],
    ['<mss 1460,nop,nop,sackOK,nop,wscale 8>'],
    ['<mss 1460,nop,nop,sackOK>'],
    ['<mss 1460,nop,nop,sackOK,nop,wscale 7,nop,nop,nop,nop>'],
    ['<mss 1460,nop,nop,sackOK,wscale 7,nop>'],
  ])('%s are others', (options) => {
    expect(Drill.listening().expect(`> S. 0:0(0) ack 1 ${options}`, synAck)).toEqual([
      { field: 'options', expected: options, actual: '<mss 1460,nop,nop,sackOK,nop,wscale 7>' },
    ]);
  });

  it('that the codec does not interpret are compared octet by octet', () => {
    const fields = { ...synAck, unknownOptions: [{ kind: 34, data: Uint8Array.of(1, 2, 3, 4) }] };
    const start = '> S. 0:0(0) ack 1 <mss 1460,nop,nop,sackOK,nop,wscale 7,FO';
    expect(Drill.listening().expect(`${start} 01020304,nop,nop>`, fields)).toEqual([]);
    expect(Drill.listening().expect(`${start} 01020305,nop,nop>`, fields)).toMatchObject([
      { field: 'options' },
    ]);
    const unnamed = { ...synAck, unknownOptions: [{ kind: 99, data: Uint8Array.of(10, 2) }] };
    expect(Drill.listening().expect(`${start},nop,nop>`, unnamed)).toMatchObject([
      { actual: '<mss 1460,nop,nop,sackOK,nop,wscale 7,kind-99 0a02>' },
    ]);
  });
});

describe('timestamps', () => {
  const ticks = '--tcp_ts_tick_usecs=1000';
  const line = (value: number): string => `> . 1:1(0) ack 1 <nop,nop,TS val ${value} ecr 5>`;
  const fields = (timestampValue: number): object => ({
    seq: ISN + 1,
    ack: 1,
    flags: ACK,
    hasTimestamps: true,
    timestampValue,
    timestampEcho: 5,
  });

  it('are as far apart as the script says, if it says how long a tick is', () => {
    const drill = Drill.established(ticks);
    expect(drill.expect(line(100), fields(-10))).toEqual([]);
    expect(drill.expect(line(150), fields(44))).toEqual([]);
    expect(drill.expect(line(150), fields(45))).toEqual([
      { field: 'TS val', expected: '150', actual: '155' },
    ]);
    expect(drill.expect(line(150), fields(35))).toMatchObject([{ actual: '145' }]);
  });

  it('may be off by a part of the time since the start', () => {
    const drill = Drill.established(ticks);
    drill.expect(line(100), fields(0));
    expect(drill.expect(line(1100), fields(1025), 200_000)).toEqual([]);
    expect(drill.expect(line(1100), fields(1026), 200_000)).toMatchObject([{ field: 'TS val' }]);
  });
});

describe('the numbers of a script', () => {
  it('count from the ISNs of both sides', () => {
    const drill = Drill.listening('< S 5000:5000(0) win 1');
    expect(drill.expect('> S. 0:0(0) ack 5001', { seq: ISN, ack: 5001, flags: SYN | ACK })).toEqual([]);
    expect(drill.expect('> . 1:1(0) ack 1', { seq: ISN + 1, ack: 5001, flags: ACK })).toEqual([]);
    expect(
      drill.expect('> . 1:1(0) ack 1 <nop,nop,sack 11:21>', {
        ...{ seq: ISN + 1, ack: 5001, flags: ACK },
        sackBlocks: [5011, 5021],
      }),
    ).toEqual([]);
  });

  it('go on from the first ISN when the connection is opened anew', () => {
    const drill = Drill.established();
    const seq = (ISN + 65_539) | 0;
    expect(drill.expect('> S. 65539:65539(0) ack 2', { seq, ack: 2, flags: SYN | ACK })).toEqual([]);
    expect(drill.expect('> S. 0:0(0) ack 2', { seq, ack: 2, flags: SYN | ACK })).toMatchObject([
      { field: 'seq', actual: '65539:65539(0)' },
    ]);
  });

  it('know the ISN of a connection that the stack opens', () => {
    const drill = Drill.connecting();
    expect(drill.expect('> S 100:100(0)', { seq: ISN, flags: SYN })).toEqual([]);
    drill.send('< S. 7000:7000(0) ack 101 win 1');
    expect(drill.expect('> . 1:1(0) ack 1', { seq: ISN + 1, ack: 7001, flags: ACK })).toEqual([]);
    expect(drill.expect('> S 100:100(0)', { seq: ISN, flags: SYN })).toEqual([]);
  });

  it('are those of the wire before there is an ISN', () => {
    const drill = Drill.listening('< . 1:1(0) ack 77 win 1');
    expect(drill.expect('> R 77:77(0)', { seq: 77, flags: RST })).toEqual([]);
  });
});

describe('the three bits of AccECN', () => {
  const fields = { seq: ISN + 1, ack: 1, flags: ACK | AE | ECE };

  it('may be written as flags or as a number', () => {
    const drill = Drill.established();
    expect(drill.expect('> EA. 1:1(0) ack 1', fields)).toEqual([]);
    expect(drill.expect('> .5 1:1(0) ack 1', fields)).toEqual([]);
    expect(drill.expect('> .4 1:1(0) ack 1', fields)).toEqual([
      { field: 'flags', expected: '.4', actual: '.5' },
    ]);
    expect(drill.expect('> P.5 1:1(0) ack 1', fields)).toEqual([
      { field: 'flags', expected: 'P.5', actual: '.5' },
    ]);
    expect(drill.expect('> W. 1:1(0) ack 1', fields)).toEqual([
      { field: 'flags', expected: 'W.', actual: 'EA.' },
    ]);
    expect(drill.expect('> .2 1:1(0) ack 1', { ...fields, flags: ACK | CWR })).toEqual([]);
  });
});

describe('the IP header', () => {
  const fields = { seq: ISN + 1, ack: 1, flags: ACK };
  it.each([
    ['[noecn]', Ecn.NotEct, []],
    ['[ect0]', Ecn.Ect0, []],
    ['[ect01]', Ecn.Ect0, []],
    ['[ect01]', Ecn.Ect1, []],
    ['(tos 0x03)', Ecn.Ce, []],
    ['(ttl 64)', Ecn.NotEct, []],
    ['(ttl 0)', Ecn.NotEct, []],
    ['', Ecn.Ce, []],
    ['[noecn]', Ecn.Ect0, [{ field: 'ecn', expected: 'noecn', actual: 'ect0' }]],
    ['[ce]', Ecn.Ect1, [{ field: 'ecn', expected: 'ce', actual: 'ect1' }]],
    ['[ect01]', Ecn.Ce, [{ field: 'ecn', expected: 'ect01', actual: 'ce' }]],
    ['(tos 0x10)', Ecn.Ect0, [{ field: 'tos', expected: '16', actual: '2' }]],
    ['(ttl 63)', Ecn.NotEct, [{ field: 'ttl', expected: '63', actual: '64' }]],
  ])('%s with ECN %d', (text, ecn, differences) => {
    expect(Drill.established().expect(`> ${text} . 1:1(0) ack 1`, { ...fields, ecn })).toEqual(differences);
  });
});

describe('other packets', () => {
  it('are not TCP where TCP is expected', () => {
    const { connection, settings } = Drill.established();
    const about = segmentFrom(connection, {});
    const { source, destination } = about;
    const message = icmpError(3, 1, about);
    const packet = { kind: 'icmp', source, destination, hopLimit: 64, dscp: 0, message } as const;
    const compare = (line: string): unknown => {
      const action = actionOf(`0 ${line}`);
      if (!('direction' in action)) throw new Error('no packet');
      return compareOutbound(action, packet, { connection, settings, elapsed: 0 });
    };
    expect(compare('> . 1:1(0)')).toEqual([{ field: 'protocol', expected: 'tcp', actual: 'icmp' }]);
    expect(compare('> icmp unreachable host_unreachable')).toEqual([]);
    expect(compare('> icmp unreachable')).toEqual([{ field: 'code', expected: '0', actual: '1' }]);
    expect(compare('> icmp echo_reply')).toMatchObject([{ field: 'type' }, { field: 'code' }]);
    expect(() => compare('> icmp gone')).toThrow(new ScriptFault("there is no ICMP type 'gone'"));
    expect(() => compare('> udp (10)')).toThrow(new UnsupportedError('UDP'));
    expect(() => compare('> gre: . 1:1(0)')).toThrow(new UnsupportedError('a packet within gre'));
    expect(() => compare('> (flowlabel 0x1) . 1:1(0)')).toThrow(new UnsupportedError('a flow label'));
    expect(formatOutbound(packet, connection)).toBe('> icmp type_3 code_1');
  });
});

it('a packet is shown as the script would write it', () => {
  const { connection } = Drill.established();
  const show = (fields: object): string => formatOutbound(segmentFrom(connection, fields), connection);
  expect(show(SEGMENT)).toBe('> P. 1:101(100) ack 1 win 500 <nop,nop,sack 1001:2001 3001:4001>');
  expect(show({ seq: ISN + 1, flags: RST })).toBe('> R 1:1(0) win 0');
  expect(show({ seq: ISN, flags: 0 })).toBe('> - 0:0(0) win 0');
  expect(
    show({ seq: ISN, flags: SYN | URG, urgentPointer: 3, hasTimestamps: true, timestampValue: -1 }),
  ).toBe('> SU 0:0(0) win 0 urg 3 <nop,nop,TS val 4294967295 ecr 0>');
});
