import { NO_BYTES, Segment } from '@halfclose/codec';
import { type ArgumentRow, COUNTS, faultsOf, OCTETS, type ValueKind, VALUES } from '@halfclose/test-support';
import { describe, expect, it } from 'vitest';
import {
  abortOf,
  acknowledgmentOf,
  BlockPool,
  bsd,
  checkWholeProfile,
  closeReport,
  type Connection,
  type ConnectionInit,
  cookieOf,
  decideCall,
  decidePoll,
  decideShutdown,
  defaultSettings,
  expectMore,
  finWait2Limit,
  finWait2Looks,
  finWait2Of,
  followRecord,
  formatCloseReport,
  type FourTuple,
  hasEnded,
  initialSequenceNumber,
  isAtMark,
  isFinWait2Record,
  isHeardInFinWait2,
  isSynchronized,
  keepOptionsInTimestamp,
  lingers,
  linux,
  markUrgent,
  MemoryAccount,
  orphanPatience,
  passUrgentOctet,
  pollFactsOf,
  portOffset,
  probeOf,
  type Profile,
  profile,
  readableBeforeMark,
  readUrgentOctet,
  reasonOfReset,
  receiveInFinWait2,
  receiveInListen,
  receiveInTimeWait,
  resetFor,
  sipHash,
  synBehindCookie,
  tcpInfo,
  timestampOffset,
  timeWaitOf,
  urgentOctetsAhead,
  withoutWhatNoCookieKeeps,
} from '../src/index.ts';
import { Connection as ConnectionClass } from '../src/connection/connection.ts';
import { pathOf } from './path/path-of.ts';
import { networkError } from './path/network-error.ts';
import { Wire } from './wire.ts';

const PASSING = networkError('EPROTO', 'passing');

const open = (): Connection => Wire.established().connection;
const TIMES: readonly ValueKind[] = ['-1', ...COUNTS, '1.5', '2**32'];
const NOT_NEGATIVE: readonly ValueKind[] = [...COUNTS, '1.5', 'Infinity', '2**32'];
const OR_NONE: readonly ValueKind[] = ['undefined'];

const { localAddress, remoteAddress } = open();
const INIT: ConnectionInit = {
  localAddress,
  localPort: 1,
  remoteAddress,
  remotePort: 2,
  profile: linux,
  path: pathOf(1500),
  initialSequenceNumber: 0,
  timestampOffset: 0,
  pool: new BlockPool(),
  settings: defaultSettings(linux),
};

const made = (name: keyof ConnectionInit) => (value: never) =>
  new ConnectionClass({ ...INIT, [name]: value });
const changed = (name: string) => (value: never) => open().changeSettings({ [name]: value });
const field = (name: keyof Profile) => (value: never) => profile({ [name]: value });
const at = (of: string, call: (now: never) => unknown): ArgumentRow => ({
  of: `${of}/now`,
  call,
  takes: TIMES,
});

const SEGMENT = new Segment();
const HASH = sipHash(Uint32Array.of(1, 2, 3, 4));
const TUPLE: FourTuple = INIT;
const PORTS = { localPort: 1, remotePort: 2 };
const FINITE: readonly ValueKind[] = ['-1', ...COUNTS, '1.5', '2**32'];
const OCTET_COUNTS: readonly ValueKind[] = [...COUNTS, '1.5', '2**32'];
const record = () => timeWaitOf(open());
const account = () => new MemoryAccount(linux, { drop: () => undefined } as never);
const tupled = (call: (tuple: FourTuple) => unknown) => (name: keyof FourTuple) => (value: never) =>
  call({ ...TUPLE, [name]: value });
const iss = tupled((tuple) => initialSequenceNumber(tuple, HASH, 0));
const reported = (name: string) => (value: never) =>
  formatCloseReport({ ...closeReport(open()), [name]: value });

/** Functions of a connection alone. */
const OF_CONNECTION = [
  closeReport,
  expectMore,
  finWait2Limit,
  finWait2Of,
  isAtMark,
  isFinWait2Record,
  lingers,
  markUrgent,
  passUrgentOctet,
  pollFactsOf,
  readableBeforeMark,
  timeWaitOf,
  urgentOctetsAhead,
];

const FUNCTIONS: readonly ArgumentRow[] = [
  ...OF_CONNECTION.map((call): ArgumentRow => ({ of: `${call.name}()/connection`, call, takes: [] })),
  { of: 'readUrgentOctet()/connection', call: (value) => readUrgentOctet(value, false), takes: [] },
  { of: 'readUrgentOctet()/peek', call: (value) => readUrgentOctet(open(), value), takes: ['true'] },
  { of: 'tcpInfo()/connection', call: (value) => tcpInfo(value, 0), takes: [] },
  at('tcpInfo()', (now) => tcpInfo(open(), now)),
  { of: 'hasEnded()/state', call: (value) => hasEnded(value), takes: [] },
  { of: 'isSynchronized()/state', call: (value) => isSynchronized(value), takes: [] },
  { of: 'reasonFor()/state', call: (value) => open().reasonFor(value), takes: [] },
  { of: 'formatCloseReport()/report', call: (value) => formatCloseReport(value), takes: [] },
  { of: 'formatCloseReport()/report.local', call: reported('local'), takes: [] },
  { of: 'formatCloseReport()/report.remote', call: reported('remote'), takes: [] },
  { of: 'formatCloseReport()/report.octets', call: reported('octets'), takes: [] },
  { of: 'formatCloseReport()/report.marks', call: reported('marks'), takes: ['[]'] },
  { of: 'formatCloseReport()/report.states', call: reported('states'), takes: ['[]'] },
  { of: 'defaultSettings()/profile', call: (value) => defaultSettings(value), takes: [] },
  { of: 'orphanPatience()/profile', call: (value) => orphanPatience(value), takes: [] },
  { of: 'checkWholeProfile()/name', call: (value) => checkWholeProfile(value, linux), takes: ["''", 'text'] },
  { of: 'checkWholeProfile()/base', call: (value) => checkWholeProfile('base', value), takes: [] },
  { of: 'decideCall()/call', call: (value) => decideCall(value, 0), takes: [] },
  { of: 'decideCall()/facts', call: (value) => decideCall('recv', value), takes: COUNTS },
  { of: 'decidePoll()/facts', call: (value) => decidePoll(value), takes: COUNTS },
  {
    of: 'decideShutdown()/direction',
    call: (value) => decideShutdown(value, 'ESTABLISHED', linux),
    takes: [],
  },
  { of: 'decideShutdown()/state', call: (value) => decideShutdown('read', value, linux), takes: [] },
  {
    of: 'decideShutdown()/profile',
    call: (value) => decideShutdown('read', 'ESTABLISHED', value),
    takes: [],
  },
  ...[abortOf, acknowledgmentOf, probeOf].flatMap((call): ArgumentRow[] => [
    { of: `${call.name}()/ports`, call: (value) => call(value, record(), 0, linux), takes: [] },
    { of: `${call.name}()/record`, call: (value) => call(PORTS, value, 0, linux), takes: [] },
    at(`${call.name}()`, (now) => call(PORTS, record(), now, linux)),
  ]),
  { of: 'probeOf()/profile', call: (value) => probeOf(PORTS, record(), 0, value), takes: [] },
  { of: 'finWait2Looks()/deadline', call: (value) => finWait2Looks(value, 0, linux), takes: FINITE },
  { of: 'finWait2Looks()/lastReceivedAt', call: (value) => finWait2Looks(0, value, linux), takes: FINITE },
  { of: 'finWait2Looks()/profile', call: (value) => finWait2Looks(0, 0, value), takes: [] },
  { of: 'followRecord()/connection', call: (value) => followRecord(value, 'ignore', SEGMENT, 0), takes: [] },
  { of: 'followRecord()/answer', call: (value) => followRecord(open(), value, SEGMENT, 0), takes: [] },
  { of: 'followRecord()/segment', call: (value) => followRecord(open(), 'ignore', value, 0), takes: [] },
  at('followRecord()', (now) => followRecord(open(), 'ignore', SEGMENT, now)),
  { of: 'isHeardInFinWait2()/record', call: (value) => isHeardInFinWait2(value, SEGMENT, linux), takes: [] },
  {
    of: 'isHeardInFinWait2()/segment',
    call: (value) => isHeardInFinWait2(record(), value, linux),
    takes: [],
  },
  {
    of: 'isHeardInFinWait2()/profile',
    call: (value) => isHeardInFinWait2(record(), SEGMENT, value),
    takes: [],
  },
  {
    of: 'receiveInFinWait2()/record',
    call: (value) => receiveInFinWait2(value, SEGMENT, 0, linux),
    takes: [],
  },
  {
    of: 'receiveInFinWait2()/segment',
    call: (value) => receiveInFinWait2(record(), value, 0, linux),
    takes: [],
  },
  at('receiveInFinWait2()', (now) => receiveInFinWait2(record(), SEGMENT, now, linux)),
  {
    of: 'receiveInFinWait2()/profile',
    call: (value) => receiveInFinWait2(record(), SEGMENT, 0, value),
    takes: [],
  },
  {
    of: 'receiveInTimeWait()/record',
    call: (value) => receiveInTimeWait(value, SEGMENT, false, 0, linux),
    takes: [],
  },
  {
    of: 'receiveInTimeWait()/segment',
    call: (value) => receiveInTimeWait(record(), value, false, 0, linux),
    takes: [],
  },
  {
    of: 'receiveInTimeWait()/listening',
    call: (value) => receiveInTimeWait(record(), SEGMENT, value, 0, linux),
    takes: ['true'],
  },
  at('receiveInTimeWait()', (now) => receiveInTimeWait(record(), SEGMENT, false, now, linux)),
  {
    of: 'receiveInTimeWait()/profile',
    call: (value) => receiveInTimeWait(record(), SEGMENT, false, 0, value),
    takes: [],
  },
  { of: 'reasonOfReset()/segment', call: (value) => reasonOfReset(value), takes: [] },
  { of: 'receiveInListen()/segment', call: (value) => receiveInListen(value), takes: [] },
  { of: 'resetFor()/segment', call: (value) => resetFor(value), takes: [] },
  { of: 'hash()/words', call: (value) => HASH(value), takes: [] },
  { of: 'initialSequenceNumber()/tuple', call: (value) => initialSequenceNumber(value, HASH, 0), takes: [] },
  { of: 'initialSequenceNumber()/tuple.localAddress', call: iss('localAddress'), takes: [] },
  { of: 'initialSequenceNumber()/tuple.localPort', call: iss('localPort'), takes: COUNTS },
  { of: 'initialSequenceNumber()/tuple.remoteAddress', call: iss('remoteAddress'), takes: [] },
  { of: 'initialSequenceNumber()/tuple.remotePort', call: iss('remotePort'), takes: COUNTS },
  {
    of: 'initialSequenceNumber()/hash',
    call: (value) => initialSequenceNumber(TUPLE, value, 0),
    takes: ['function'],
  },
  at('initialSequenceNumber()', (now) => initialSequenceNumber(TUPLE, HASH, now)),
  { of: 'portOffset()/tuple', call: (value) => portOffset(value, HASH), takes: [] },
  { of: 'portOffset()/hash', call: (value) => portOffset(TUPLE, value), takes: ['function'] },
  { of: 'timestampOffset()/local', call: (value) => timestampOffset(value, remoteAddress, HASH), takes: [] },
  { of: 'timestampOffset()/remote', call: (value) => timestampOffset(localAddress, value, HASH), takes: [] },
  {
    of: 'timestampOffset()/hash',
    call: (value) => timestampOffset(localAddress, remoteAddress, value),
    takes: ['function'],
  },
  { of: 'cookieOf()/tuple', call: (value) => cookieOf(value, 0, 1460, HASH, 0), takes: [] },
  { of: 'cookieOf()/irs', call: (value) => cookieOf(TUPLE, value, 1460, HASH, 0), takes: FINITE },
  { of: 'cookieOf()/mss', call: (value) => cookieOf(TUPLE, 0, value, HASH, 0), takes: ['-1', ...COUNTS] },
  { of: 'cookieOf()/hash', call: (value) => cookieOf(TUPLE, 0, 1460, value, 0), takes: ['function'] },
  at('cookieOf()', (now) => cookieOf(TUPLE, 0, 1460, HASH, now)),
  {
    of: 'withoutWhatNoCookieKeeps()/syn',
    call: (value) => withoutWhatNoCookieKeeps(value, linux),
    takes: [],
  },
  {
    of: 'withoutWhatNoCookieKeeps()/profile',
    call: (value) => withoutWhatNoCookieKeeps(SEGMENT, value),
    takes: [],
  },
  {
    of: 'keepOptionsInTimestamp()/answer',
    call: (value) => keepOptionsInTimestamp(value, SEGMENT, 0),
    takes: [],
  },
  {
    of: 'keepOptionsInTimestamp()/syn',
    call: (value) => keepOptionsInTimestamp(new Segment(), value, 0),
    takes: [],
  },
  {
    of: 'keepOptionsInTimestamp()/offset',
    call: (value) => keepOptionsInTimestamp(new Segment(), SEGMENT, value),
    takes: FINITE,
  },
  {
    of: 'synBehindCookie()/tuple',
    call: (value) => synBehindCookie(value, SEGMENT, 0, linux, HASH, 0),
    takes: [],
  },
  {
    of: 'synBehindCookie()/segment',
    call: (value) => synBehindCookie(TUPLE, value, 0, linux, HASH, 0),
    takes: [],
  },
  {
    of: 'synBehindCookie()/timestampOffset',
    call: (value) => synBehindCookie(TUPLE, SEGMENT, value, linux, HASH, 0),
    takes: FINITE,
  },
  {
    of: 'synBehindCookie()/profile',
    call: (value) => synBehindCookie(TUPLE, SEGMENT, 0, value, HASH, 0),
    takes: [],
  },
  {
    of: 'synBehindCookie()/hash',
    call: (value) => synBehindCookie(TUPLE, SEGMENT, 0, linux, value, 0),
    takes: ['function'],
  },
  at('synBehindCookie()', (now) => synBehindCookie(TUPLE, SEGMENT, 0, linux, HASH, now)),
  {
    of: 'new MemoryAccount()/profile',
    call: (value) => new MemoryAccount(value, account().counters),
    takes: [],
  },
  { of: 'new MemoryAccount()/counters', call: (value) => new MemoryAccount(linux, value), takes: [] },
  { of: 'account.change()/before', call: (value) => account().change(value, 0), takes: OCTET_COUNTS },
  { of: 'account.change()/after', call: (value) => account().change(0, value), takes: OCTET_COUNTS },
  {
    of: 'account.availableToReceive()/held',
    call: (value) => account().availableToReceive(value),
    takes: OCTET_COUNTS,
  },
  {
    of: 'account.availableToSend()/held',
    call: (value) => account().availableToSend(value),
    takes: OCTET_COUNTS,
  },
];

const ROWS: readonly ArgumentRow[] = [
  { of: 'new Connection()/init', call: (value) => new ConnectionClass(value), takes: [] },
  { of: 'new Connection()/init.localAddress', call: made('localAddress'), takes: [] },
  { of: 'new Connection()/init.remoteAddress', call: made('remoteAddress'), takes: [] },
  { of: 'new Connection()/init.localPort', call: made('localPort'), takes: COUNTS },
  { of: 'new Connection()/init.remotePort', call: made('remotePort'), takes: COUNTS },
  { of: 'new Connection()/init.profile', call: made('profile'), takes: [] },
  { of: 'new Connection()/init.path', call: made('path'), takes: [] },
  { of: 'new Connection()/init.memory', call: made('memory'), takes: OR_NONE },
  { of: 'new Connection()/init.settings', call: made('settings'), takes: [] },
  {
    of: 'new Connection()/init.initialSequenceNumber',
    call: made('initialSequenceNumber'),
    takes: ['-1', ...COUNTS],
  },
  { of: 'new Connection()/init.timestampOffset', call: made('timestampOffset'), takes: ['-1', ...COUNTS] },
  at('connect()', (now) => new ConnectionClass(INIT).connect(now)),
  { of: 'accept()/syn', call: (value) => new ConnectionClass(INIT).accept(value, 0), takes: [] },
  at('accept()', (now) => new ConnectionClass(INIT).accept(new Segment(), now)),
  { of: 'receive()/segment', call: (value) => open().receive(value, 2000), takes: [] },
  at('receive()', (now) => open().receive(new Segment(), now)),
  at('tick()', (now) => open().tick(now)),
  at('nextSegment()', (now) => open().nextSegment(now)),
  { of: 'send()/bytes', call: (value) => open().send(value), takes: OCTETS },
  { of: 'read()/max', call: (value) => open().read(value, 2000), takes: [...COUNTS, 'Infinity', '2**32'] },
  at('read()', (now) => open().read(1, now)),
  { of: 'readInto()/target', call: (value) => open().readInto(value, false, 2000), takes: OCTETS },
  { of: 'readInto()/peek', call: (value) => open().readInto(NO_BYTES, value, 2000), takes: ['true'] },
  at('readInto()', (now) => open().readInto(NO_BYTES, false, now)),
  { of: 'markUnread()/octets', call: (value) => open().markUnread(value), takes: [...COUNTS, '2**32'] },
  at('shutdownSend()', (now) => open().shutdownSend(now)),
  at('shutdownReceive()', (now) => open().shutdownReceive(now)),
  { of: 'close()/lingerZero', call: (value) => open().close(value, 2000), takes: ['true'] },
  at('close()', (now) => open().close(false, now)),
  at('disown()', (now) => open().disown(now)),
  { of: 'abort()/reason', call: (value) => open().abort(value, 2000), takes: [] },
  at('abort()', (now) => open().abort('abort', now)),
  at('updateKeepAlive()', (now) => open().updateKeepAlive(now)),
  { of: 'onNetworkError()/error', call: (value) => open().onNetworkError(value, 0, 2000), takes: [] },
  {
    of: 'onNetworkError()/error.severity',
    call: (value) => open().onNetworkError({ ...PASSING, severity: value }, 0, 2000),
    takes: [],
  },
  { of: 'onNetworkError()/seq', call: (value) => open().onNetworkError(PASSING, value, 2000), takes: FINITE },
  { of: 'mayBeQuoted()/seq', call: (value) => open().mayBeQuoted(value), takes: FINITE },
  at('onNetworkError()', (now) => open().onNetworkError(PASSING, 0, now)),
  { of: 'exceedsMtu()/mtu', call: (value) => open().exceedsMtu(value), takes: NOT_NEGATIVE },
  { of: 'changePath()/path', call: (value) => open().changePath(value), takes: [] },
  { of: 'changeSettings()/changes', call: (value) => open().changeSettings(value), takes: ['{}'] },
  { of: 'changeSettings()/changes.keepAlive', call: changed('keepAlive'), takes: ['true'] },
  { of: 'changeSettings()/changes.sendBuffer', call: changed('sendBuffer'), takes: NOT_NEGATIVE },
  { of: 'changeSettings()/changes.linger2', call: changed('linger2'), takes: ['-1', ...NOT_NEGATIVE] },
  { of: 'changeSettings()/changes.timeToLive', call: changed('timeToLive'), takes: COUNTS },
  { of: 'changeSettings()/changes.dscp', call: changed('dscp'), takes: COUNTS },
  { of: 'new BlockPool()/allocate', call: (value) => new BlockPool(value), takes: ['function', ...OR_NONE] },
  { of: 'sipHash()/key', call: (value) => sipHash(value), takes: [] },
  { of: 'profile()/changes', call: (value) => profile(value), takes: ['{}'] },
  { of: 'profile()/base', call: (value) => profile({}, value), takes: OR_NONE },
  { of: 'profile()/changes.minRto', call: field('minRto'), takes: NOT_NEGATIVE },
  { of: 'profile()/changes.sack', call: field('sack'), takes: ['true'] },
  { of: 'profile()/changes.name', call: field('name'), takes: ["''", 'text'] },
  { of: 'profile()/changes.synCookies', call: field('synCookies'), takes: COUNTS },
  { of: 'profile()/changes.congestionControl', call: field('congestionControl'), takes: [] },
  { of: 'profile()/changes.lingerUntil', call: field('lingerUntil'), takes: ['text'] },
  { of: 'profile()/changes.hopLimit', call: field('hopLimit'), takes: ['1'] },
  { of: 'profile()/changes.ephemeralPortFirst', call: field('ephemeralPortFirst'), takes: ['1'] },
];

describe('an argument that is none throws by its name, and any other is taken', () => {
  it.each([...ROWS, ...FUNCTIONS].map((row) => [row.of, row] as const))('%s', (_of, row) => {
    expect(faultsOf(row)).toEqual([]);
  });
});

// A call of what is no function would begin with its name, too.
it.each<[string, (hash: never) => unknown]>([
  ['initialSequenceNumber()', (hash) => initialSequenceNumber(TUPLE, hash, 0)],
  ['portOffset()', (hash) => portOffset(TUPLE, hash)],
  ['timestampOffset()', (hash) => timestampOffset(localAddress, remoteAddress, hash)],
  ['cookieOf()', (hash) => cookieOf(TUPLE, 0, 1460, hash, 0)],
  ['synBehindCookie()', (hash) => synBehindCookie(TUPLE, SEGMENT, 0, linux, hash, 0)],
])('%s says what a hash must be', (_of, call) => {
  expect(() => call(5 as never)).toThrow('hash must be a function, not 5');
});

it('a key has four words', () => {
  expect(() => sipHash(new Uint32Array(3))).toThrow(new RangeError('key must have four words, not 3'));
});

describe('a profile', () => {
  it.each(Object.keys(linux))('takes its own %s from any other profile', (name) => {
    for (const each of [linux, bsd])
      expect(profile({ [name]: each[name as keyof Profile] })).toHaveProperty(name);
  });

  it.each([
    [{ timeWiat: 1 }, 'changes.timeWiat is no option: did you mean timeWait?'],
    [{ maxBackLog: 1 }, 'changes.maxBackLog is no option: did you mean maxBacklog?'],
    [{ finwait2: 1 }, 'changes.finwait2 is no option: did you mean finWait2?'],
  ])('refuses %j with what was probably meant', (changes, message) => {
    expect(() => profile(changes as Partial<Profile>)).toThrow(TypeError);
    expect(() => profile(changes as Partial<Profile>)).toThrow(message);
  });

  it('that another begins with is whole', () => {
    const { sack: _sack, ...most } = linux;
    expect(() => profile({}, most as Profile)).toThrow('base.sack is missing');
    expect(() => profile({}, null as never)).toThrow('base must be a Profile: linux, rfc9293, bsd, or what');
  });
});

describe('a connection', () => {
  it('goes on after calls that were refused', () => {
    const wire = Wire.established();
    const { connection } = wire;
    const calls: readonly ((value: never) => unknown)[] = [
      (value) => connection.send(value),
      (value) => connection.read(value, value),
      (value) => connection.readInto(value, value, value),
      (value) => connection.markUnread(value),
      (value) => connection.receive(value, value),
      (value) => connection.nextSegment(value),
      (value) => connection.tick(value),
      (value) => connection.abort(value, value),
      (value) => connection.close(value, value),
      (value) => connection.changeSettings({ sendBuffer: value, userTimeout: value }),
    ];
    wire.send('P. 1:11(10) ack 1').expect('. 1:1(0) ack 11');
    for (const kind of ['undefined', 'NaN', 'text', 'DataView', 'Float64Array', 'symbol', 'bigint'] as const)
      for (const call of calls) expect(() => call(VALUES[kind]() as never)).toThrow();
    expect([connection.readable, connection.state, connection.deadline]).toEqual([
      10,
      'ESTABLISHED',
      Infinity,
    ]);
    wire.write(5).expect('P. 1:6(5) ack 11');
  });
});
