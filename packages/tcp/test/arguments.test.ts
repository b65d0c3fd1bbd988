import { NO_BYTES, Segment } from '@halfclose/codec';
import { type ArgumentRow, COUNTS, faultsOf, OCTETS, type ValueKind, VALUES } from '@halfclose/test-support';
import { describe, expect, it } from 'vitest';
import {
  BlockPool,
  bsd,
  type Connection,
  type ConnectionInit,
  defaultSettings,
  linux,
  type Profile,
  profile,
  sipHash,
} from '../src/index.ts';
import { Connection as ConnectionClass } from '../src/connection.ts';
import { pathOf } from './path-of.ts';
import { Wire } from './wire.ts';

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

const ROWS: readonly ArgumentRow[] = [
  { of: 'new Connection()/init', call: (value) => new ConnectionClass(value), takes: [] },
  { of: 'new Connection()/init.localAddress', call: made('localAddress'), takes: [] },
  { of: 'new Connection()/init.remoteAddress', call: made('remoteAddress'), takes: [] },
  { of: 'new Connection()/init.localPort', call: made('localPort'), takes: COUNTS },
  { of: 'new Connection()/init.remotePort', call: made('remotePort'), takes: COUNTS },
  { of: 'new Connection()/init.profile', call: made('profile'), takes: [] },
  { of: 'new Connection()/init.path', call: made('path'), takes: [] },
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
  { of: 'onNetworkError()/kind', call: (value) => open().onNetworkError('EPROTO', value, 2000), takes: [] },
  at('onNetworkError()', (now) => open().onNetworkError('EPROTO', 'passing', now)),
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
  it.each(ROWS.map((row) => [row.of, row] as const))('%s', (_of, row) => {
    expect(faultsOf(row)).toEqual([]);
  });
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
