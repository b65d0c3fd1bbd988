import { type ArgumentRow, COUNTS, faultsOf, OCTETS, type ValueKind, VALUES } from '@halfclose/test-support';
import { describe, expect, it } from 'vitest';
import { Host, type HostOptions, LoopbackDevice, parseIpOptions, WireDevice } from '../src/index.ts';
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
    of: 'observe()/observer',
    call: (value) => new Host(OPTIONS).observe(value),
    takes: ['function', 'null'],
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
    of: 'loopback.attach()/receive',
    call: (value) => new LoopbackDevice().attach(value),
    takes: ['function'],
  },
  { of: 'parseIpOptions()/options', call: (value) => parseIpOptions(value), takes: OCTETS },
];

describe('an argument that is none throws by its name, and any other is taken', () => {
  it.each(ROWS.map((row) => [row.of, row] as const))('%s', (_of, row) => {
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
