import {
  type ArgumentRow,
  COUNTS,
  faultsOf,
  OCTETS,
  SAMPLE_RECORD,
  type ValueKind,
  VALUES,
} from '@halfclose/test-support';
import { describe, expect, it } from 'vitest';
import {
  formatDump,
  formatIpOptions,
  Host,
  HostCounters,
  type HostOptions,
  LoopbackDevice,
  parseIpOptions,
  PortTable,
  type RecordEntry,
  type RecordOrigin,
  type RecordSurroundings,
  RecordTable,
  type WantedBinding,
  WireDevice,
} from '../src/index.ts';
import { Bench, ip, OWN, OWN6, PEER, SETTINGS, TestDevice } from './bench.ts';

const bench = new Bench();
const { host, clock } = bench;
const OR_NONE: readonly ValueKind[] = ['undefined'];
const OPTIONS: HostOptions = { timers: clock, secret: Uint32Array.of(1, 2, 3, 4) };
const REQUEST = {
  remoteAddress: PEER,
  remotePort: 80,
  binding: null,
  localAddress: null,
  settings: SETTINGS,
};
const OWNER = { onAcceptable: () => undefined };
const FRAMES = { name: 'tun', mtu: 1500, send: () => undefined, onFrame: () => undefined };

const option = (name: keyof HostOptions) => (value: never) => new Host({ ...OPTIONS, [name]: value });
const asked = (name: keyof typeof REQUEST) => (value: never) => host.connect({ ...REQUEST, [name]: value });
const framed = (name: keyof typeof FRAMES) => (value: never) => new WireDevice({ ...FRAMES, [name]: value });

const TIMES: readonly ValueKind[] = ['-1', ...COUNTS, '1.5', '2**32'];
const NOT_NEGATIVE: readonly ValueKind[] = [...COUNTS, '1.5', '2**32'];
const WANTED: WantedBinding = {
  address: OWN,
  port: 80,
  ipv6Only: false,
  reuseAddress: false,
  reusePort: false,
  listening: false,
};
const wanting = (name: keyof WantedBinding) => (value: never) =>
  new PortTable().hold({ ...WANTED, [name]: value });

const AROUND: RecordSurroundings = {
  timers: clock,
  ports: new PortTable(),
  duration: 60_000,
  recheck: 0,
  seed: 1,
  timestampOffset: () => 0,
  onExpired: () => undefined,
  onPutOff: () => undefined,
};
const ORIGIN: RecordOrigin = {
  localAddress: OWN,
  localPort: 80,
  remoteAddress: PEER,
  remotePort: 1000,
  binding: AROUND.ports.hold(WANTED),
};
const around = (name: keyof RecordSurroundings) => (value: never) =>
  new RecordTable({ ...AROUND, [name]: value });
const origin = (name: keyof RecordOrigin) => (value: never) =>
  new RecordTable(AROUND).addTimeWait({ ...ORIGIN, [name]: value }, SAMPLE_RECORD, 0);
const finWait2 = (limit: number, deadline: number, looks: number) =>
  new RecordTable(AROUND).addFinWait2(ORIGIN, SAMPLE_RECORD, limit, deadline, looks);

/** Calls a method on a table with one entry, and that entry. */
const entered =
  (call: (table: RecordTable, entry: RecordEntry, value: never) => unknown) => (value: never) => {
    const ports = new PortTable();
    const table = new RecordTable({ ...AROUND, ports });
    table.addFinWait2({ ...ORIGIN, binding: ports.hold(WANTED) }, SAMPLE_RECORD, 60_000, 60_000);
    const entry = table.find(OWN, 80, PEER, 1000);
    if (entry === null) throw new Error('no entry');
    return call(table, entry, value);
  };

const TABLES: readonly ArgumentRow[] = [
  { of: 'ports.conflicts()/wanted', call: (value) => new PortTable().conflicts(value), takes: [] },
  {
    of: 'ports.conflicts()/except',
    call: (value) => new PortTable().conflicts(WANTED, value),
    takes: ['null', ...OR_NONE],
  },
  { of: 'ports.isFree()/port', call: (value) => new PortTable().isFree(value), takes: COUNTS },
  {
    of: 'ports.isFreeForConnect()/port',
    call: (value) => new PortTable().isFreeForConnect(value),
    takes: COUNTS,
  },
  { of: 'ports.hold()/wanted', call: (value) => new PortTable().hold(value), takes: [] },
  { of: 'ports.hold()/wanted.address', call: wanting('address'), takes: [] },
  { of: 'ports.hold()/wanted.port', call: wanting('port'), takes: COUNTS },
  {
    of: 'ports.hold()/ephemeral',
    call: (value) => new PortTable().hold(WANTED, value),
    takes: ['true', ...OR_NONE],
  },
  {
    of: 'ports.holdEphemeral()/address',
    call: (value) => new PortTable().holdEphemeral(value, 80),
    takes: [],
  },
  {
    of: 'ports.holdEphemeral()/port',
    call: (value) => new PortTable().holdEphemeral(OWN, value),
    takes: COUNTS,
  },
  { of: 'ports.at()/port', call: (value) => new PortTable().at(value, 0), takes: COUNTS },
  { of: 'ports.at()/place', call: (value) => new PortTable().at(80, value), takes: [...COUNTS, '2**32'] },
  { of: 'ports.release()/binding', call: (value) => new PortTable().release(value), takes: [] },
  { of: 'new RecordTable()/around', call: (value) => new RecordTable(value), takes: [] },
  { of: 'new RecordTable()/around.timers', call: around('timers'), takes: [] },
  { of: 'new RecordTable()/around.ports', call: around('ports'), takes: [] },
  { of: 'new RecordTable()/around', call: around('timestampOffset'), takes: ['function'] },
  { of: 'new RecordTable()/around', call: around('onExpired'), takes: ['function'] },
  { of: 'new RecordTable()/around.duration', call: around('duration'), takes: NOT_NEGATIVE },
  { of: 'new RecordTable()/around.recheck', call: around('recheck'), takes: NOT_NEGATIVE },
  { of: 'new RecordTable()/around.seed', call: around('seed'), takes: ['-1', ...COUNTS] },
  { of: 'records.find()/local', call: (value) => new RecordTable(AROUND).find(value, 1, PEER, 2), takes: [] },
  {
    of: 'records.find()/localPort',
    call: (value) => new RecordTable(AROUND).find(OWN, value, PEER, 2),
    takes: COUNTS,
  },
  { of: 'records.find()/remote', call: (value) => new RecordTable(AROUND).find(OWN, 1, value, 2), takes: [] },
  {
    of: 'records.find()/remotePort',
    call: (value) => new RecordTable(AROUND).find(OWN, 1, PEER, value),
    takes: COUNTS,
  },
  {
    of: 'records.addTimeWait()/origin',
    call: (value) => new RecordTable(AROUND).addTimeWait(value, SAMPLE_RECORD, 0),
    takes: [],
  },
  { of: 'records.addTimeWait()/origin.localAddress', call: origin('localAddress'), takes: [] },
  { of: 'records.addTimeWait()/origin.localPort', call: origin('localPort'), takes: COUNTS },
  { of: 'records.addTimeWait()/origin.remoteAddress', call: origin('remoteAddress'), takes: [] },
  { of: 'records.addTimeWait()/origin.remotePort', call: origin('remotePort'), takes: COUNTS },
  { of: 'records.addTimeWait()/origin.binding', call: origin('binding'), takes: [] },
  {
    of: 'records.addTimeWait()/record',
    call: (value) => new RecordTable(AROUND).addTimeWait(ORIGIN, value, 0),
    takes: [],
  },
  {
    of: 'records.addTimeWait()/now',
    call: (value) => new RecordTable(AROUND).addTimeWait(ORIGIN, SAMPLE_RECORD, value),
    takes: TIMES,
  },
  {
    of: 'records.addFinWait2()/origin',
    call: (value) => new RecordTable(AROUND).addFinWait2(value, SAMPLE_RECORD, 1, 1),
    takes: [],
  },
  {
    of: 'records.addFinWait2()/limit',
    call: (value) => finWait2(value, 1, 0),
    takes: [...NOT_NEGATIVE, 'Infinity'],
  },
  {
    of: 'records.addFinWait2()/deadline',
    call: (value) => finWait2(1, value, 0),
    takes: [...TIMES, 'Infinity'],
  },
  {
    of: 'records.addFinWait2()/looks',
    call: (value) => finWait2(1, 1, value),
    takes: [...COUNTS, '2**32', 'undefined'],
  },
  { of: 'records.update()/entry', call: entered((table, _, value) => table.update(value)), takes: [] },
  { of: 'records.putOff()/entry', call: entered((table, _, value) => table.putOff(value, 1)), takes: [] },
  {
    of: 'records.putOff()/looks',
    call: entered((table, entry, value) => table.putOff(entry, value)),
    takes: [...COUNTS, '2**32'],
  },
  { of: 'records.restart()/entry', call: entered((table, _, value) => table.restart(value, 0)), takes: [] },
  {
    of: 'records.restart()/now',
    call: entered((table, entry, value) => table.restart(entry, value)),
    takes: TIMES,
  },
  {
    of: 'records.closeFinWait2()/entry',
    call: entered((table, _, value) => table.closeFinWait2(value, 0)),
    takes: [],
  },
  {
    of: 'records.closeFinWait2()/now',
    call: entered((table, entry, value) => table.closeFinWait2(entry, value)),
    takes: TIMES,
  },
  { of: 'records.remove()/entry', call: entered((table, _, value) => table.remove(value)), takes: [] },
  { of: 'counters.drop()/reason', call: (value) => new HostCounters().drop(value), takes: [] },
  { of: 'listener.complete()/hosted', call: (value) => bench.listen(84).complete(value), takes: [] },
  { of: 'call()/caller', call: (value) => host.call(value), takes: [] },
  { of: 'loopback.transmit()/packet', call: (value) => new LoopbackDevice().transmit(value), takes: [] },
  { of: 'wireDevice.transmit()/packet', call: (value) => new WireDevice(FRAMES).transmit(value), takes: [] },
  { of: 'formatDump()/rows', call: (value) => formatDump(value), takes: ['[]'] },
  { of: 'formatDump()/rows[0]', call: (value) => formatDump([value]), takes: [] },
  { of: 'formatIpOptions()/route', call: (value) => formatIpOptions(value), takes: ['null'] },
  {
    of: 'formatIpOptions()/route.hops',
    call: (hops) => formatIpOptions({ strict: false, hops, learned: false }),
    takes: ['[]'],
  },
  {
    of: 'formatIpOptions()/route.hops[0]',
    call: (hop) => formatIpOptions({ strict: false, hops: [hop], learned: false }),
    takes: [],
  },
];

const ROWS: readonly ArgumentRow[] = [
  { of: 'new Host()/options', call: (value) => new Host(value), takes: [] },
  { of: 'new Host()/options.timers', call: option('timers'), takes: [] },
  { of: 'new Host()/options.secret', call: option('secret'), takes: [] },
  { of: 'new Host()/options.name', call: option('name'), takes: ["''", 'text', ...OR_NONE] },
  { of: 'new Host()/options.profile', call: option('profile'), takes: OR_NONE },
  { of: 'new Host()/options.allocate', call: option('allocate'), takes: ['function', ...OR_NONE] },
  { of: 'new Host()/options.unroutable', call: option('unroutable'), takes: OR_NONE },
  { of: 'addInterface()/device', call: (value) => host.addInterface(value, []), takes: [] },
  {
    of: 'addInterface()/device.offload',
    call: (offload) => host.addInterface(Object.assign(new TestDevice(), { offload }), []),
    takes: ['{}', 'misspelt option', '[]', ...OCTETS, 'Float64Array', 'DataView', 'ArrayBuffer'],
  },
  {
    of: 'addInterface()/addresses',
    call: (value) => host.addInterface(new TestDevice(), value),
    takes: ['[]'],
  },
  {
    of: 'addInterface()/addresses[0]',
    call: (value) => host.addInterface(new TestDevice(), [value]),
    takes: [],
  },
  {
    of: 'addInterface()/addresses[0].prefixLength',
    call: (prefixLength) => host.addInterface(new TestDevice(), [{ address: OWN, prefixLength }]),
    takes: COUNTS,
  },
  { of: 'addRoute()/prefix', call: (value) => host.addRoute(value, 0, bench.device, OWN), takes: [] },
  {
    of: 'addRoute()/prefixLength',
    call: (value) => host.addRoute(PEER, value, bench.device, OWN),
    takes: COUNTS,
  },
  { of: 'addRoute()/device', call: (value) => host.addRoute(PEER, 32, value, OWN), takes: [] },
  { of: 'addRoute()/source', call: (value) => host.addRoute(PEER, 32, bench.device, value), takes: [] },
  { of: 'isLocal()/address', call: (value) => host.isLocal(value), takes: [] },
  { of: 'sourceFor()/destination', call: (value) => host.sourceFor(value), takes: [] },
  {
    of: 'addObserver()/observer',
    call: (value) => new Host(OPTIONS).addObserver(value),
    takes: ['function'],
  },
  {
    of: 'observe()/observer',
    call: (value) => new Host(OPTIONS).observe(value),
    takes: ['function', 'null'],
  },
  {
    of: 'subscribe()/subscriber',
    call: (value) => new Host(OPTIONS).subscribe(value),
    takes: ['{}', 'misspelt option', '[]', ...OCTETS, 'Float64Array', 'DataView', 'ArrayBuffer'],
  },
  {
    of: 'emit()/event',
    call: (value) => host.emit(value),
    takes: ['{}', 'misspelt option', '[]', ...OCTETS, 'Float64Array', 'DataView', 'ArrayBuffer'],
  },
  { of: 'connect()/request', call: (value) => host.connect(value), takes: [] },
  { of: 'connect()/request.remoteAddress', call: asked('remoteAddress'), takes: [] },
  { of: 'connect()/request.remotePort', call: asked('remotePort'), takes: COUNTS },
  { of: 'connect()/request.localAddress', call: asked('localAddress'), takes: ['null'] },
  { of: 'connect()/request.binding', call: asked('binding'), takes: ['null'] },
  { of: 'connect()/request.settings', call: asked('settings'), takes: [] },
  { of: 'listen()/binding', call: (value) => host.listen(value, 5, SETTINGS, OWNER), takes: [] },
  {
    of: 'listen()/backlog',
    call: (value) => new Bench().host.listen(new Bench().binding(80), value, SETTINGS, OWNER),
    takes: ['-1', ...COUNTS],
  },
  { of: 'listen()/settings', call: (value) => host.listen(bench.binding(81), 5, value, OWNER), takes: [] },
  { of: 'listen()/owner', call: (value) => host.listen(bench.binding(82), 5, SETTINGS, value), takes: [] },
  { of: 'changeBacklog()/listener', call: (value) => host.changeBacklog(value, 1), takes: [] },
  {
    of: 'changeBacklog()/backlog',
    call: (value) => host.changeBacklog(bench.listen(83), value),
    takes: ['-1', ...COUNTS],
  },
  { of: 'accept()/listener', call: (value) => host.accept(value), takes: [] },
  { of: 'closeListener()/listener', call: (value) => host.closeListener(value), takes: [] },
  { of: 'freePort()/address', call: (value) => host.freePort(value), takes: [] },
  { of: 'wake()/hosted', call: (value) => host.wake(value), takes: [] },
  { of: 'watch()/hosted', call: (value) => host.watch(value), takes: [] },
  { of: 'abort()/hosted', call: (value) => host.abort(value, 'abort'), takes: [] },
  { of: 'abort()/reason', call: (value) => host.abort(bench.connect(), value), takes: [] },
  { of: 'new WireDevice()/frames', call: (value) => new WireDevice(value), takes: [] },
  { of: 'new WireDevice()/frames.name', call: framed('name'), takes: ["''", 'text'] },
  { of: 'new WireDevice()/frames.mtu', call: framed('mtu'), takes: [] },
  { of: 'new WireDevice()/frames', call: framed('send'), takes: ['function'] },
  { of: 'new WireDevice()/frames', call: framed('onFrame'), takes: ['function'] },
  {
    of: 'wireDevice.attach()/receive',
    call: (value) => new WireDevice(FRAMES).attach(value),
    takes: ['function'],
  },
  {
    of: 'wireDevice.attach()/reassembler',
    call: (value) => new WireDevice(FRAMES).attach(() => undefined, value),
    takes: OR_NONE,
  },
  {
    of: 'loopback.attach()/receive',
    call: (value) => new LoopbackDevice().attach(value),
    takes: ['function'],
  },
  { of: 'parseIpOptions()/options', call: (value) => parseIpOptions(value), takes: OCTETS },
];

describe('an argument that is none throws by its name, and any other is taken', () => {
  it.each([...ROWS, ...TABLES].map((row) => [row.of, row] as const))('%s', (_of, row) => {
    expect(faultsOf(row)).toEqual([]);
  });
});

describe('a misspelt option', () => {
  it.each<[() => unknown, string]>([
    [() => new Host({ ...OPTIONS, nmae: 'x' } as never), 'options.nmae is no option: did you mean name?'],
    [
      () => new Host({ ...OPTIONS, unroutabel: 'x' } as never),
      'options.unroutabel is no option: did you mean unroutable?',
    ],
    [
      () => new Host({ ...OPTIONS, profile: { ...host.profile, timeWiat: 1 } as never }),
      'options.profile.timeWiat is no option: did you mean timeWait?',
    ],
    [
      () => host.addInterface(new TestDevice(), [{ address: OWN, prefixlength: 24 } as never]),
      'addresses[0].prefixlength is no option: did you mean prefixLength?',
    ],
    [
      () => host.connect({ ...REQUEST, remotPort: 1 } as never),
      'request.remotPort is no option: did you mean remotePort?',
    ],
  ])('is refused with what was probably meant (%#)', (call, message) => {
    expect(call).toThrow(TypeError);
    expect(call).toThrow(message);
  });
});

describe('a host', () => {
  it.each(['0.0.0.0', '::', '224.0.0.1', 'ff02::1'])('has no interface with the address %s', (text) => {
    const other = new Bench().host;
    const before = other.addresses.length;
    expect(() => other.addInterface(new TestDevice(), [{ address: ip(text), prefixLength: 8 }])).toThrow(
      /^addresses\[0\]\.address must be that of a host/,
    );
    expect(other.addresses.length).toBe(before);
  });

  it('has no route from an address of the other family', () => {
    expect(() => host.addRoute(PEER, 32, bench.device, OWN6)).toThrow(
      'source must be of the family of prefix',
    );
  });

  it('goes on after calls that were refused', () => {
    const other = new Bench();
    const hosted = other.connected();
    for (const make of Object.values(VALUES)) {
      for (const call of [
        (value: never) => other.host.wake(value),
        (value: never) => other.host.abort(value, value),
        (value: never) => other.host.connect(value),
        (value: never) => other.host.listen(value, value, value, value),
        (value: never) => other.host.accept(value),
        (value: never) => other.host.addInterface(value, value),
      ])
        expect(() => call(make() as never)).toThrow();
    }
    hosted.connection.send(new Uint8Array(5));
    other.host.wake(hosted);
    other.clock.runTasks();
    expect(other.sent()).toEqual([`P. ${hosted.localPort}>80 (5)`]);
    expect([[...other.host.hosted()].length, [...other.host.listeners()].length]).toEqual([1, 0]);
  });
});
