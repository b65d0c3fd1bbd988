import { type ArgumentRow, faultsOf, OCTETS } from '@halfclose/test-support';
import { describe, expect, it } from 'vitest';
import {
  checkAddress,
  checkArray,
  checkBoolean,
  checkFunction,
  checkInteger,
  checkNumber,
  checkObject,
  checkOctets,
  checkOneOf,
  checkOptions,
  checkText,
  shown,
} from '../src/arguments.ts';
import {
  cutFrame,
  decodePacket,
  encodeHeadersInto,
  encodePacket,
  encodePacketInto,
  formatIpAddress,
  FragmentView,
  headersLength,
  findIpv6Fault,
  icmpError,
  icmpErrorDscp,
  IcmpErrorLimiter,
  IcmpView,
  isDeliverableUdp,
  internetChecksum,
  IpAddress,
  ipAddressFromBytes,
  ipv4,
  Ipv4View,
  Ipv6View,
  joinFragments,
  matchesPrefix,
  onesComplementSum,
  packetLength,
  parseIpAddress,
  parseIpPrefix,
  readIpPrefix,
  PcapngWriter,
  pseudoHeaderSum,
  readPcapng,
  segmentLength,
  sourceRouteLength,
  tcpHeaderLength,
  tcpOptionsLength,
  TcpView,
  updateChecksum,
  writeIpAddress,
} from '../src/index.ts';
import { tcp4 } from './packets.ts';

const CHECKS: readonly ArgumentRow[] = [
  { of: 'checkNumber()/x', call: (value) => checkNumber('x', value, 0, 1.5), takes: ['0', '1', '1.5'] },
  {
    of: 'checkNumber()/x',
    call: (value) => checkNumber('x', value, -Infinity, Infinity),
    takes: ['-1', '0', '1', '1.5', 'Infinity', '2**32'],
  },
  { of: 'checkInteger()/x', call: (value) => checkInteger('x', value, -1, 1), takes: ['-1', '0', '1'] },
  { of: 'checkInteger()/x', call: (value) => checkInteger('x', value, 1, Infinity), takes: ['1', '2**32'] },
  { of: 'checkBoolean()/x', call: (value) => checkBoolean('x', value), takes: ['true'] },
  { of: 'checkText()/x', call: (value) => checkText('x', value), takes: ["''", 'text'] },
  { of: 'checkFunction()/x', call: (value) => checkFunction('x', value), takes: ['function'] },
  { of: 'checkOctets()/x', call: (value) => checkOctets('x', value), takes: OCTETS },
  { of: 'checkArray()/x', call: (value) => checkArray('x', value), takes: ['[]'] },
  { of: 'checkAddress()/x', call: (value) => checkAddress('x', value), takes: [] },
  { of: 'checkOneOf()/x', call: (value) => checkOneOf('x', value, ['text', 1]), takes: ['text', '1'] },
  {
    of: 'checkOptions()/x',
    call: (value) => checkOptions<{ delay: number }>('x', value, { delay: true }),
    takes: ['{}'],
  },
  {
    of: 'checkObject()/x',
    call: (value) => {
      checkObject('x', value);
    },
    takes: ['{}', 'misspelt option', '[]', ...OCTETS, 'Float64Array', 'DataView', 'ArrayBuffer'],
  },
];

const NOTHING: readonly ArgumentRow['takes'][number][] = ['undefined'];
const TIMES: ArgumentRow['takes'] = ['-1', '0', '1', '1.5', '2**32'];
const EACH_PACKET = tcp4({ payload: Uint8Array.of(1) });
const FRAME = encodePacket(EACH_PACKET);
const TEN = new Uint8Array(60);
const HERE = ipv4(10, 0, 0, 1);
/** With the data offset of a header without options. */
const tcpView = () =>
  TcpView.check(Uint8Array.of(...new Uint8Array(12), 0x50, ...new Uint8Array(7))) as TcpView;
const icmpView = () => IcmpView.check(TEN) as IcmpView;
const limiter = () => new IcmpErrorLimiter({}, () => 0);
const writer = (): PcapngWriter => new PcapngWriter();
const recordOf =
  (name: string) =>
  (value: never): void => {
    const pcapng = writer();
    pcapng.addInterface('eth0');
    pcapng.addPacket({ interfaceId: 0, time: 0, bytes: TEN, [name]: value });
  };

const FUNCTIONS: readonly ArgumentRow[] = [
  { of: 'decodePacket()/bytes', call: (value) => decodePacket(value), takes: OCTETS },
  { of: 'decodePacket()/options', call: (value) => decodePacket(TEN, value), takes: ['{}', ...NOTHING] },
  {
    of: 'decodePacket()/options.verifyChecksums',
    call: (verifyChecksums) => decodePacket(TEN, { verifyChecksums }),
    takes: ['true', 'null', ...NOTHING],
  },
  { of: 'FragmentView.check()/bytes', call: (value) => FragmentView.check(value), takes: OCTETS },
  { of: 'cutFrame()/frame', call: (value) => cutFrame(value, 100, 0), takes: [] },
  { of: 'cutFrame()/mtu', call: (value) => cutFrame(FRAME, value, 0), takes: ['2**32'] },
  { of: 'cutFrame()/identification', call: (value) => cutFrame(FRAME, 100, value), takes: ['0', '1'] },
  { of: 'joinFragments()/header', call: (value) => joinFragments(value, [], 0), takes: [] },
  { of: 'joinFragments()/payloads', call: (value) => joinFragments(FRAME, value, 0), takes: ['[]'] },
  { of: 'joinFragments()/payloads[0]', call: (value) => joinFragments(FRAME, [value], 0), takes: OCTETS },
  { of: 'joinFragments()/ecn', call: (value) => joinFragments(FRAME, [], value), takes: ['0', '1'] },
  { of: 'encodePacket()/packet', call: (value) => encodePacket(value), takes: [] },
  {
    of: 'encodePacket()/options',
    call: (value) => encodePacket(EACH_PACKET, value),
    takes: ['{}', ...NOTHING],
  },
  {
    of: 'encodePacket()/options.checksum',
    call: (checksum) => encodePacket(EACH_PACKET, { checksum }),
    takes: ['true', 'null', ...NOTHING],
  },
  {
    of: 'encodePacket()/identification',
    call: (identification) => encodePacket(EACH_PACKET, { identification }),
    takes: ['0', '1', 'null', ...NOTHING],
  },
  { of: 'encodeHeadersInto()/packet', call: (value) => encodeHeadersInto(value, TEN, 0), takes: [] },
  { of: 'encodeHeadersInto()/target', call: (value) => encodeHeadersInto(EACH_PACKET, value, 0), takes: [] },
  {
    of: 'encodeHeadersInto()/offset',
    call: (value) => encodeHeadersInto(EACH_PACKET, TEN, value),
    takes: ['0', '1'],
  },
  { of: 'readIpPrefix()/x', call: (value) => readIpPrefix('x', value), takes: [] },
  { of: 'parseIpPrefix()/text', call: (value) => parseIpPrefix(value), takes: ["''", 'text'] },
  { of: 'encodePacketInto()/packet', call: (value) => encodePacketInto(value, TEN, 0), takes: [] },
  { of: 'encodePacketInto()/target', call: (value) => encodePacketInto(EACH_PACKET, value, 0), takes: [] },
  {
    of: 'encodePacketInto()/offset',
    call: (value) => encodePacketInto(EACH_PACKET, TEN, value),
    takes: ['0', '1'],
  },
  { of: 'packetLength()/packet', call: (value) => packetLength(value), takes: [] },
  { of: 'headersLength()/packet', call: (value) => headersLength(value), takes: [] },
  { of: 'icmpErrorDscp()/dscp', call: (value) => icmpErrorDscp(value), takes: ['0', '1'] },
  { of: 'icmpError()/type', call: (value) => icmpError(value, 0, EACH_PACKET), takes: ['0', '1'] },
  { of: 'icmpError()/code', call: (value) => icmpError(3, value, EACH_PACKET), takes: ['0', '1'] },
  { of: 'icmpError()/about', call: (value) => icmpError(3, 0, value), takes: OCTETS },
  {
    of: 'icmpError()/parameter',
    call: (value) => icmpError(3, 0, EACH_PACKET, value),
    takes: ['0', '1', ...NOTHING],
  },
  {
    of: 'isDeliverableUdp()/bytes',
    call: (value) => isDeliverableUdp(value, 0, 0, HERE, HERE),
    takes: OCTETS,
  },
  {
    of: 'isDeliverableUdp()/offset',
    call: (value) => isDeliverableUdp(TEN, value, 10, HERE, HERE),
    takes: ['0', '1', '2**32'],
  },
  {
    of: 'isDeliverableUdp()/end',
    call: (value) => isDeliverableUdp(TEN, 0, value, HERE, HERE),
    takes: ['0', '1'],
  },
  { of: 'findIpv6Fault()/frame', call: (value) => findIpv6Fault(value), takes: OCTETS },
  {
    of: 'new IcmpErrorLimiter()/limits',
    call: (value) => new IcmpErrorLimiter(value, () => 0),
    takes: ['{}'],
  },
  {
    of: 'new IcmpErrorLimiter()/chance',
    call: (value) => new IcmpErrorLimiter({}, value),
    takes: ['function'],
  },
  { of: 'take()/target', call: (value) => limiter().take(value, 3, 3, 0), takes: [] },
  { of: 'take()/now', call: (value) => limiter().take(HERE, 3, 3, value), takes: TIMES },
  { of: 'parseIpAddress()/text', call: (value) => parseIpAddress(value), takes: ["''", 'text'] },
  { of: 'formatIpAddress()/address', call: (value) => formatIpAddress(value), takes: [] },
  { of: 'ipv4()/d', call: (value) => ipv4(10, 0, 0, value), takes: ['0', '1'] },
  { of: 'ipAddressFromBytes()/bytes', call: (value) => ipAddressFromBytes(value, 0, 4), takes: OCTETS },
  { of: 'ipAddressFromBytes()/length', call: (value) => ipAddressFromBytes(TEN, 0, value), takes: [] },
  { of: 'writeIpAddress()/address', call: (value) => writeIpAddress(value, TEN, 0), takes: [] },
  {
    of: 'writeIpAddress()/target',
    call: (value) => writeIpAddress(EACH_PACKET.source, value, 0),
    takes: OCTETS,
  },
  { of: 'matchesPrefix()/address', call: (value) => matchesPrefix(value, EACH_PACKET.source, 8), takes: [] },
  { of: 'matchesPrefix()/prefix', call: (value) => matchesPrefix(EACH_PACKET.source, value, 8), takes: [] },
  {
    of: 'matchesPrefix()/length',
    call: (value) => matchesPrefix(EACH_PACKET.source, EACH_PACKET.source, value),
    takes: ['0', '1'],
  },
  { of: 'internetChecksum()/bytes', call: (value) => internetChecksum(value), takes: OCTETS },
  {
    of: 'internetChecksum()/offset',
    call: (value) => internetChecksum(TEN, value),
    takes: ['0', '1', ...NOTHING],
  },
  {
    of: 'internetChecksum()/length',
    call: (value) => internetChecksum(TEN, 0, value),
    takes: ['0', '1', 'null', ...NOTHING],
  },
  {
    of: 'internetChecksum()/initial',
    call: (value) => internetChecksum(TEN, 0, 1, value),
    takes: ['0', '1', ...NOTHING],
  },
  { of: 'onesComplementSum()/bytes', call: (value) => onesComplementSum(value, 0, 4), takes: OCTETS },
  { of: 'onesComplementSum()/offset', call: (value) => onesComplementSum(TEN, value, 1), takes: ['0', '1'] },
  { of: 'onesComplementSum()/length', call: (value) => onesComplementSum(TEN, 1, value), takes: ['0', '1'] },
  {
    of: 'onesComplementSum()/initial',
    call: (value) => onesComplementSum(TEN, 0, 1, value),
    takes: ['0', '1', ...NOTHING],
  },
  { of: 'pseudoHeaderSum()/source', call: (value) => pseudoHeaderSum(value, HERE, 6, 20), takes: [] },
  { of: 'pseudoHeaderSum()/destination', call: (value) => pseudoHeaderSum(HERE, value, 6, 20), takes: [] },
  {
    of: 'pseudoHeaderSum()/protocol',
    call: (value) => pseudoHeaderSum(HERE, HERE, value, 20),
    takes: ['0', '1'],
  },
  {
    of: 'pseudoHeaderSum()/length',
    call: (value) => pseudoHeaderSum(HERE, HERE, 6, value),
    takes: ['0', '1'],
  },
  { of: 'updateChecksum()/checksum', call: (value) => updateChecksum(value, 0, 0), takes: ['0', '1'] },
  { of: 'updateChecksum()/before', call: (value) => updateChecksum(0, value, 0), takes: ['0', '1'] },
  { of: 'updateChecksum()/after', call: (value) => updateChecksum(0, 0, value), takes: ['0', '1'] },
  { of: 'segmentLength()/segment', call: (value) => segmentLength(value), takes: [] },
  { of: 'tcpHeaderLength()/segment', call: (value) => tcpHeaderLength(value), takes: [] },
  { of: 'tcpOptionsLength()/segment', call: (value) => tcpOptionsLength(value), takes: [] },
  {
    of: 'sourceRouteLength()/addresses',
    call: (value) => sourceRouteLength(value),
    takes: ['0', '1', '2**32'],
  },
  { of: 'equals()/other', call: (value) => HERE.equals(value), takes: [] },
  {
    of: 'tcpView.hasValidChecksum()/pseudoHeader',
    call: (value) => tcpView().hasValidChecksum(value),
    takes: ['0', '1'],
  },
  {
    of: 'icmpView.hasValidChecksum()/pseudoHeader',
    call: (value) => icmpView().hasValidChecksum(value),
    takes: ['0', '1'],
  },
  ...([Ipv4View, Ipv6View, TcpView, IcmpView] as const).flatMap((view): ArgumentRow[] => [
    { of: `${view.name}.check()/bytes`, call: (value) => view.check(value), takes: OCTETS },
    { of: `${view.name}.check()/bytes`, call: (value) => view.check(value, 0, 0), takes: OCTETS },
    {
      of: `${view.name}.check()/end`,
      call: (value) => view.check(TEN, 0, value),
      takes: ['0', '1', ...NOTHING],
    },
  ]),
  { of: 'readPcapng()/bytes', call: (value) => readPcapng(value), takes: OCTETS },
  { of: 'readPcapng()/epoch', call: (value) => readPcapng(TEN, value), takes: [...TIMES, ...NOTHING] },
  { of: 'new PcapngWriter()/options', call: (value) => new PcapngWriter(value), takes: ['{}', ...NOTHING] },
  {
    of: 'new PcapngWriter()/epoch',
    call: (epoch) => new PcapngWriter({ epoch }),
    takes: [...TIMES, ...NOTHING],
  },
  {
    of: 'new PcapngWriter()/application',
    call: (application) => new PcapngWriter({ application }),
    takes: ["''", 'text', ...NOTHING],
  },
  { of: 'addInterface()/name', call: (value) => writer().addInterface(value), takes: ["''", 'text'] },
  { of: 'addInterface()/resolution', call: (value) => writer().addInterface('', value), takes: NOTHING },
  { of: 'addPacket()/record', call: (value) => writer().addPacket(value), takes: [] },
  { of: 'addPacket()/record.interfaceId', call: recordOf('interfaceId'), takes: ['0'] },
  { of: 'addPacket()/record.bytes', call: recordOf('bytes'), takes: OCTETS },
  {
    of: 'addPacket()/record.originalLength',
    call: recordOf('originalLength'),
    takes: ['0', '1', 'null', ...NOTHING],
  },
  { of: 'addPacket()/record.comment', call: recordOf('comment'), takes: ["''", 'text', ...NOTHING] },
];

describe('an argument of the codec that is none throws by its name, and any other is taken', () => {
  it.each(FUNCTIONS.map((row) => [row.of, row] as const))('%s', (_of, row) => {
    expect(faultsOf(row)).toEqual([]);
  });
});

it.each([NaN, 2 ** 32, 0.5, Infinity, -(2 ** 32)])('an address has a word of 32 bits for %d', (word) => {
  expect(new IpAddress(word, word, word, word).equals(new IpAddress(0, 0, 0, 0))).toBe(true);
});

it.each(['length', 0.5])('%s is not the number of an interface', (interfaceId) => {
  expect(() => recordOf('interfaceId')(interfaceId as never)).toThrow(
    /^record\.interfaceId must be an integer/,
  );
});

it('an address is read where all of it is', () => {
  expect(() => ipAddressFromBytes(new Uint8Array(5), 2, 4)).toThrow('bytes: too short for an address');
});

it('an address is written where there is room for it', () => {
  expect(() => writeIpAddress(HERE, new Uint8Array(5), 2)).toThrow('target: too short for an address');
});

it('a pseudo-header has addresses of one family', () => {
  expect(() => pseudoHeaderSum(HERE, new IpAddress(0, 0, 0, 1), 6, 20)).toThrow(
    'destination must be of the family of source',
  );
});

describe('a check of arguments', () => {
  it.each(CHECKS.map((row) => [row.of, row] as const))(
    '%s throws by the name for all but what it takes',
    (_of, row) => {
      expect(faultsOf(row)).toEqual([]);
    },
  );

  it.each<[() => void, ErrorConstructor | TypeErrorConstructor, string]>([
    [() => checkInteger('x', '1', 0, 9), TypeError, 'x must be an integer, not "1"'],
    [() => checkInteger('x', 10, 0, 9), RangeError, 'x must be an integer from 0 to 9, not 10'],
    [() => checkNumber('x', NaN, 0, Number.MAX_VALUE), RangeError, 'x must be a number from 0 on, not NaN'],
    [
      () => checkNumber('x', NaN, -Number.MAX_VALUE, Number.MAX_VALUE),
      RangeError,
      'x must be finite, not NaN',
    ],
    [() => checkOneOf('x', 'c', ['a', 'b']), RangeError, 'x must be one of "a", "b", not "c"'],
    [() => checkOneOf('x', 1n, ['a', 'b']), TypeError, 'x must be one of "a", "b", not 1'],
  ])('tells the type of error from the value: %s', (check, kind, message) => {
    expect(check).toThrow(kind);
    expect(check).toThrow(message);
  });

  it('takes octets of another realm', () => {
    class Foreign extends Uint8Array {}
    const foreign = new Foreign(1);
    Object.setPrototypeOf(foreign, Object.getPrototypeOf(Uint8Array.prototype) as object);
    expect(foreign instanceof Uint8Array).toBe(false);
    expect(() => checkOctets('x', foreign)).not.toThrow();
  });
});

describe('the name that was probably meant', () => {
  const hint = (given: string): string => {
    const known = { delay: true, duplicate: true, mtu: true } as const;
    try {
      checkOptions('options', { [given]: 1 } as never, known);
      return 'known';
    } catch (error) {
      return String(error);
    }
  };

  it.each([
    ['delya', 'did you mean delay?'],
    ['DELAY', 'did you mean delay?'],
    ['dely', 'did you mean delay?'],
    ['duplciates', 'did you mean duplicate?'],
    ['MTU', 'did you mean mtu?'],
    ['bandwidth', 'known are delay, duplicate, mtu'],
    ['toString', 'known are delay, duplicate, mtu'],
    ['__proto__', 'known are delay, duplicate, mtu'],
  ])('of %s: %s', (given, expected) => {
    expect(hint(given)).toBe(`TypeError: options.${given} is no option: ${expected}`);
  });

  it('is looked for among the names of the object itself alone', () => {
    expect(() =>
      checkOptions('options', Object.create({ other: 1 }) as never, { delay: true }),
    ).not.toThrow();
  });
});

describe('a value in a message', () => {
  it.each([
    [Symbol('s'), 'Symbol(s)'],
    [Object.create(null), 'an object'],
    [1n, '1'],
    [[], 'an array'],
    [() => 0, 'a function'],
    ['a"b', '"a\\"b"'],
    [null, 'null'],
  ])('is shown whatever it is (%#)', (value, text) => {
    expect(shown(value)).toBe(text);
  });
});
