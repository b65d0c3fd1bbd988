import { describe, expect, it } from 'vitest';
import {
  decodePacket,
  encodePacket,
  findIpv6Fault,
  icmpError,
  IcmpErrorLimiter,
  type IcmpErrorLimits,
  type IcmpPacket,
  ipv4,
  isDeliverableUdp,
  isIcmpError,
} from '../src/index.ts';
import { fromHex } from './hex.ts';
import { address, tcp4, tcp6 } from './packets.ts';

function message(type: number, isIPv4 = true): IcmpPacket {
  const { source, destination } = isIPv4 ? tcp4() : tcp6();
  const message = { type, code: 0, parameter: 0, quoted: null, body: new Uint8Array(0) };
  return { kind: 'icmp', source, destination, hopLimit: 64, dscp: 0, message };
}

describe('icmpError', () => {
  it('says the same about a frame as about the packet in it', () => {
    for (const about of [tcp4(), tcp6()]) {
      const type = about.source.isIPv4 ? 3 : 1;
      expect(icmpError(type, 4, encodePacket(about), 1280)).toEqual(icmpError(type, 4, about, 1280));
    }
  });

  it('quotes echo requests', () => {
    const echo = message(8);
    expect(icmpError(11, 0, echo)).toEqual({
      type: 11,
      code: 0,
      parameter: 0,
      quoted: null,
      body: encodePacket(echo),
    });
  });

  it('has no memory in common with the frame', () => {
    const frame = encodePacket(message(8));
    const { body } = icmpError(3, 2, frame);
    frame.fill(0);
    expect(body[0]).toBe(0x45);
  });
});

describe('isIcmpError', () => {
  it.each([
    [true, [3, 4, 5, 11, 12, 19, 40, 255], [0, 8, 13, 14, 15, 16, 17, 18]],
    [false, [0, 1, 2, 3, 4, 100, 127], [128, 129, 133, 255]],
  ])('takes for one what is none of the queries of IPv4: %s', (isIPv4, errors, others) => {
    expect(errors.map((type) => isIcmpError(message(type, isIPv4)))).toEqual(errors.map(() => true));
    expect(others.map((type) => isIcmpError(message(type, isIPv4)))).toEqual(others.map(() => false));
  });
});

const IPV6 = '20010db8000000000000000000000001 20010db8000000000000000000000002';
const ipv6 = (nextHeader: string, payload: string): Uint8Array => {
  const body = fromHex(payload);
  const length = body.length.toString(16).padStart(4, '0');
  return fromHex(`60000000 ${length} ${nextHeader} 40 ${IPV6} ${payload}`);
};

// Each as Linux 6.18 answers it, but for routing headers of types that it knows and has switched off.
describe('findIpv6Fault', () => {
  it.each([
    ['an unknown protocol', ipv6('fe', '1122334455667788'), { code: 1, pointer: 6 }],
    ['ICMP of the other family', ipv6('01', '0000000000000000'), { code: 1, pointer: 6 }],
    ['one behind an extension header', ipv6('3c', 'fe00010400000000 22'), { code: 1, pointer: 40 }],
    ['an option that tells', ipv6('3c', '11009e0400000000 22'), { code: 2, pointer: 42 }],
    [
      'one that tells if the packet is not to a group',
      ipv6('3c', '1100de0400000000'),
      { code: 2, pointer: 42 },
    ],
    ['one behind padding', ipv6('00', '110000010082000000 00'), { code: 2, pointer: 45 }],
    ['one hop by hop', ipv6('00', '11009e0400000000'), { code: 2, pointer: 42 }],
    ['a route that is not done', ipv6('2b', '1100630100000000'), { code: 0, pointer: 42 }],
    ['the first of two', ipv6('2b', '3c00630100000000 11009e0400000000'), { code: 0, pointer: 42 }],
    ['an option that discards in silence', ipv6('3c', '11005e0400000000'), null],
    ['an option to be skipped', ipv6('3c', '06001e0400000000'), null],
    ['a route that is done', ipv6('2b', '1100630000000000'), null],
    ['no next header', ipv6('3b', ''), null],
    ['TCP', ipv6('06', '00'), null],
    ['UDP', ipv6('11', '00'), null],
    ['an error of ICMPv6', ipv6('3c', '3a009e0400000000 0100'), null],
    ['an ICMPv6 whose type is cut off', ipv6('3c', '3a009e0400000000'), null],
    ['a query of ICMPv6', ipv6('3c', '3a009e0400000000 8000'), { code: 2, pointer: 42 }],
    ['a header that is cut off', ipv6('3c', '11009e'), null],
    ['half a frame', fromHex('60000000 0008 fe 40'), null],
    ['IPv4', encodePacket(tcp4()), null],
  ])('%s', (_, frame, fault) => {
    expect(findIpv6Fault(frame)).toEqual(fault);
  });

  it('finds the place of each refusal for an option that tells', () => {
    expect(decodePacket(ipv6('3c', '06009e0400000000 22'))).toBe('ipv6-option-unknown');
  });
});

describe('isDeliverableUdp', () => {
  const FOUR = [ipv4(192, 0, 2, 1), ipv4(192, 0, 2, 2)] as const;
  const SIX = [address('2001:db8::1'), address('2001:db8::2')] as const;
  const deliverable = (hex: string, [from, to] = FOUR): boolean => {
    const bytes = fromHex(hex);
    return isDeliverableUdp(bytes, 0, bytes.length, from, to);
  };

  it.each([
    ['whole', '03e8 0009 0009 ffe6 78', true],
    ['with an octet of padding', '03e8 0009 0009 ffe6 78 00', true],
    ['with a wrong checksum', '03e8 0009 0009 ffe7 78', false],
    ['without a checksum', '03e8 0009 0009 0000 78', true],
    ['shorter than its header says', '03e8 0009 000a 0000 78', false],
    ['with a length below that of its header', '03e8 0009 0007 0000 78', false],
    ['of half a header', '03e8 0009', false],
  ])('%s', (_, hex, expected) => {
    expect(deliverable(hex)).toBe(expected);
  });

  it('has a checksum over IPv6', () => {
    expect(deliverable('03e8 0009 0009 0000 78', SIX)).toBe(false);
    expect(deliverable('03e8 0009 0009 2876 78', SIX)).toBe(true);
    const bytes = fromHex('03e8 0009 0009 0000 78');
    expect(isDeliverableUdp(bytes, 0, 9, ...SIX, false)).toBe(true);
  });
});

describe('IcmpErrorLimiter', () => {
  const ONE = ipv4(192, 0, 2, 1);
  /** Each error costs one. */
  const limiter = (limits: IcmpErrorLimits = {}): IcmpErrorLimiter => new IcmpErrorLimiter(limits, () => 0.5);
  /** How many of `count` may go to each of the targets at `now`. */
  const sent = (
    of: IcmpErrorLimiter,
    count: number,
    now: number,
    target = ONE,
    type = 3,
    code = 3,
  ): number => {
    let all = 0;
    for (let i = 0; i < count; i++) if (of.take(target, type, code, now) === 'send') all++;
    return all;
  };

  it('lets six go to one address at once, and then one in each interval', () => {
    const limits = limiter();
    expect([sent(limits, 60, 0), sent(limits, 60, 999), sent(limits, 60, 1000)]).toEqual([6, 0, 1]);
    expect(limits.take(ONE, 3, 3, 1000)).toBe('target-limit');
    // As many are saved up again, and no more.
    expect(sent(limits, 60, 60_000)).toBe(6);
  });

  it('has an interval of its own for IPv6', () => {
    const limits = limiter();
    const six = address('2001:db8::1');
    expect([sent(limits, 60, 0, six, 1), sent(limits, 60, 100, six, 1)]).toEqual([6, 1]);
  });

  it('lets a burst go to all, and then so many in a second', () => {
    const limits = limiter();
    const toAll = (count: number, now: number): number => {
      let all = 0;
      for (let i = 0; i < count; i++) all += sent(limits, 1, now, ipv4(10, now & 255, i >> 8, i & 255));
      return all;
    };
    expect([toAll(3000, 0), toAll(3000, 20), toAll(3000, 10_000)]).toEqual([50, 20, 50]);
    expect(limits.take(ipv4(10, 9, 9, 9), 3, 3, 10_000)).toBe('global-limit');
  });

  it('does not tell by what is left how many others got', () => {
    const chances = [0, 0.34, 0.99];
    let at = 0;
    const limits = new IcmpErrorLimiter({ burst: 3, perSecond: 0 }, () => chances[at++ % 3] ?? 0);
    expect(Array.from({ length: 6 }, (_, i) => limits.take(ipv4(10, 0, 0, i), 3, 3, 0))).toEqual([
      'send',
      'send',
      'send',
      'global-limit',
      'global-limit',
      'global-limit',
    ]);
  });

  it('limits neither what tells of an MTU, nor types that it is not told to', () => {
    const limits = limiter({ burst: 0 });
    expect([sent(limits, 9, 0, ONE, 3, 4), sent(limits, 9, 0, address('::2'), 2, 0)]).toEqual([9, 9]);
    expect([sent(limits, 9, 0, ONE, 0, 0), sent(limits, 9, 0, ONE, 11, 0)]).toEqual([9, 0]);
    expect(sent(limiter({ burst: 0, types: [3] }), 9, 0, ONE, 11, 0)).toBe(9);
    expect(sent(limiter({ burst: 0, typesIPv6: [] }), 9, 0, address('::2'), 1, 0)).toBe(9);
  });

  it('has no limit for an address with an interval of 0', () => {
    expect(sent(limiter({ interval: 0 }), 60, 0)).toBe(50);
  });

  it('gives nothing for time that goes backwards', () => {
    const limits = limiter();
    expect([sent(limits, 60, 10_000), sent(limits, 60, 0)]).toEqual([6, 0]);
  });

  it('remembers a bounded number of addresses, those that were told last', () => {
    const limits = limiter({ burst: 1e6, perSecond: 1e6 });
    const addressOf = (i: number) => ipv4(10, i >> 16, (i >> 8) & 255, i & 255);
    sent(limits, 6, 0, addressOf(0));
    for (let i = 1; i <= 4095; i++) sent(limits, 6, 0, addressOf(i));
    expect(sent(limits, 9, 0, addressOf(0))).toBe(0);
    sent(limits, 6, 0, addressOf(5000));
    expect([sent(limits, 9, 0, addressOf(0)), sent(limits, 9, 0, addressOf(1))]).toEqual([0, 6]);
  });

  it.each([
    ['interval', -1],
    ['intervalIPv6', NaN],
    ['perSecond', Infinity],
    ['burst', '5'],
    ['types', 3],
    ['typesIPv6[1]', [1, 256]],
  ])('refuses a bad limits.%s', (name, value) => {
    const limits = { [name.replace(/\[.*/, '')]: value };
    expect(() => limiter(limits as IcmpErrorLimits)).toThrow(`limits.${name} must be`);
  });
});
