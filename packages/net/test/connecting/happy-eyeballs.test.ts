import { type IpAddress, ipv4, parseIpAddress } from '@halfclose/codec';
import { Link, type LinkOptions } from '@halfclose/netem';
import { Host } from '@halfclose/stack';
import { VirtualClock } from '@halfclose/timers';
import { describe, expect, it } from 'vitest';
import net, { createNet, type Net, type Server, type Socket } from '../../src/index.ts';
import { event, thrown } from '../compare.ts';
import { runUntil } from '../network/two-hosts.ts';

function ipv6(text: string): IpAddress {
  return parseIpAddress(text) ?? expect.fail(text);
}

interface Setting {
  readonly clock: VirtualClock;
  readonly link: Link;
  readonly near: Net;
  readonly far: Net;
  /** Connections that a program on the far host has seen. */
  readonly seen: Socket[];
}

/** Two hosts of both families; the far one is fd00::2, 10.0.0.2 and 10.0.0.3. */
function setting(options: LinkOptions = {}): Setting {
  const clock = new VirtualClock();
  const link = new Link(clock, { delay: 10, ...options });
  const [near, far] = [link.a, link.b].map((device, index) => {
    const host = new Host({ timers: clock, secret: Uint32Array.of(index, 2, 3, 4) });
    host.addInterface(device, [
      { address: ipv6(`fd00::${index + 1}`), prefixLength: 64 },
      { address: ipv4(10, 0, 0, index + 1), prefixLength: 24 },
      ...(index === 1 ? [{ address: ipv4(10, 0, 0, 3), prefixLength: 24 }] : []),
    ]);
    return createNet(host);
  }) as [Net, Net];
  return { clock, link, near, far, seen: [] };
}

function listen({ far, seen }: Setting, host?: string): Server {
  const server = far.createServer((peer) => {
    seen.push(peer.on('error', () => undefined).resume());
  });
  return server.listen({ port: 80, ...(host !== undefined && { host }) });
}

/** A connection to a name that has these addresses. */
function connect({ near }: Setting, addresses: string[], options: object = {}): Socket {
  return near.connect({
    port: 80,
    host: 'many',
    happyEyeballs: true,
    lookup: (_host, _options, tell) => {
      const answer = addresses.map((address) => ({ address, family: net.isIP(address) }));
      process.nextTick(tell, null, answer);
    },
    ...options,
  });
}

/** What a socket tells of its attempts, with the milliseconds of the clock. */
function attemptsOf({ clock }: Setting, socket: Socket): unknown[] {
  const log: unknown[] = [];
  socket.on('connectionAttempt', (address) => log.push(`${Math.round(clock.now())} ${address}`));
  socket.on('connectionAttemptFailed', (address, _port, _family, { code }) =>
    log.push(`${Math.round(clock.now())} ${address} ${code}`),
  );
  socket.on('connect', () => log.push(`${Math.round(clock.now())} connected ${socket.remoteAddress}`));
  return log;
}

const SILENT = 'fd00::9';

describe('happy eyeballs', () => {
  it('begins with IPv6 and takes the families in turn, each after the delay, until one answers', async () => {
    const scene = setting();
    listen(scene);
    const addresses = ['10.0.0.9', '10.0.0.8', '10.0.0.2', SILENT, 'fd00::8'];
    const socket = connect(scene, addresses, { happyEyeballs: { attemptDelay: 100 } });
    const log = attemptsOf(scene, socket);
    await runUntil(scene.clock, event(socket, 'connect'));
    expect(log).toEqual([
      `0 ${SILENT}`,
      '100 10.0.0.9',
      '200 fd00::8',
      '300 10.0.0.8',
      '400 10.0.0.2',
      '420 connected 10.0.0.2',
    ]);
    expect(socket.autoSelectFamilyAttemptedAddresses).toHaveLength(5);
    expect(scene.near.connections().map(({ state }) => state)).toEqual(['ESTABLISHED']);
    socket.end('hello');
    await runUntil(scene.clock, socket.whenAcked());
    expect(socket.bytesAcked).toBe(5);
    socket.destroy();
  });

  it('waits 250 ms by default, and no longer than until an attempt has failed', async () => {
    const scene = setting();
    listen(scene, '10.0.0.2');
    const silent = connect(scene, [SILENT, '10.0.0.2']);
    const silentLog = attemptsOf(scene, silent);
    await runUntil(scene.clock, event(silent, 'connect'));
    expect(silentLog).toEqual([`0 ${SILENT}`, '250 10.0.0.2', '270 connected 10.0.0.2']);
    const refused = connect(scene, ['fd00::2', '10.0.0.2']);
    const log = attemptsOf(scene, refused);
    await runUntil(scene.clock, event(refused, 'connect'));
    expect(log).toEqual([
      '270 fd00::2',
      '290 fd00::2 ECONNREFUSED',
      '290 10.0.0.2',
      '310 connected 10.0.0.2',
    ]);
    expect(refused.tcpState).toBe('ESTABLISHED');
    silent.destroy();
    refused.destroy();
  });

  it('lets a first attempt win that answers after another was begun, of which the peer sees nothing', async () => {
    const scene = setting({ delay: 200 });
    listen(scene);
    const socket = connect(scene, ['10.0.0.2', 'fd00::2']);
    await runUntil(scene.clock, event(socket, 'connect'));
    expect(socket.remoteAddress).toBe('fd00::2');
    scene.clock.advanceBy(5000);
    expect(scene.seen.map(({ remoteFamily }) => remoteFamily)).toEqual(['IPv6']);
    expect(scene.near.connections().map(({ state }) => state)).toEqual(['ESTABLISHED']);
    expect(scene.far.connections().filter(({ state }) => state !== 'LISTEN')).toHaveLength(1);
    socket.destroy();
  });

  it('tells all errors when all have failed, as Node does of its attempts', async () => {
    const scene = setting();
    const socket = connect(scene, ['10.0.0.2', 'fd00::2', '203.0.113.1', SILENT], { synRetries: 1 });
    const [error] = (await runUntil(scene.clock, event(socket, 'error'))) as [AggregateError];
    expect(error).toBeInstanceOf(AggregateError);
    expect([Reflect.get(error, 'code'), error.message]).toEqual(['ECONNREFUSED', '']);
    expect(error.errors).toMatchObject([
      { code: 'ECONNREFUSED', address: 'fd00::2', port: 80, syscall: 'connect' },
      { code: 'ECONNREFUSED', address: '10.0.0.2' },
      { code: 'ENETUNREACH', address: '203.0.113.1' },
      { code: 'ETIMEDOUT', address: SILENT },
    ]);
    expect(scene.near.connections()).toEqual([]);
  });

  it('has the error of the one address where there is one, and of a lookup that fails', async () => {
    const scene = setting();
    const [error] = await runUntil(scene.clock, event(connect(scene, ['10.0.0.2']), 'error'));
    expect(error).toMatchObject({ message: 'connect ECONNREFUSED 10.0.0.2:80' });
    const lookup = (_host: string, _options: object, tell: (error: Error) => void): void => {
      tell(Object.assign(new Error('none'), { code: 'ENOTFOUND' }));
    };
    const [none] = await runUntil(scene.clock, event(connect(scene, [], { lookup }), 'error'));
    expect(none).toMatchObject({ code: 'ENOTFOUND' });
  });

  const abort = new AbortController();
  it.each<[string, object, (socket: Socket) => unknown, object | null]>([
    ['destroy()', {}, (socket) => socket.destroy(), null],
    ['an abort signal', { signal: abort.signal }, () => abort.abort(), { name: 'AbortError' }],
    ['connectTimeout', { connectTimeout: 700 }, () => undefined, { code: 'ETIMEDOUT', syscall: 'connect' }],
    ['resetAndDestroy() of destroy()', {}, (socket) => socket.destroy().resetAndDestroy(), null],
  ])('ends all attempts by %s', async (_name, options, act, expected) => {
    const scene = setting();
    const socket = connect(scene, [SILENT, '10.0.0.9', 'fd00::8', '10.0.0.8'], options);
    const errors: unknown[] = [];
    socket.on('error', (error) => errors.push(error));
    const third = new Promise<void>((resolve) => {
      let attempts = 0;
      socket.on('connectionAttempt', () => {
        if (++attempts === 3) resolve();
      });
    });
    await runUntil(scene.clock, third);
    expect(scene.near.connections()).toHaveLength(3);
    const closed = event(socket, 'close');
    act(socket);
    await runUntil(scene.clock, closed);
    expect(scene.near.connections()).toEqual([]);
    expect(errors).toMatchObject(expected === null ? [] : [expected]);
    expect([socket.autoSelectFamilyAttemptedAddresses?.length, socket.connecting]).toEqual([3, false]);
    scene.clock.advanceBy(5000);
    expect(scene.near.connections()).toEqual([]);
  });

  it('shows the state of an attempt that goes on', async () => {
    const scene = setting();
    for (const addresses of [
      ['fd00::2', '10.0.0.9'],
      ['fd00::2', SILENT, '10.0.0.9'],
    ]) {
      const socket = connect(scene, addresses, { happyEyeballs: { attemptDelay: 10 } });
      await runUntil(scene.clock, event(socket, 'connectionAttemptFailed'));
      scene.clock.advanceBy(50);
      expect(socket.tcpState).toBe('SYN-SENT');
      socket.destroy();
    }
  });

  it('ends where a listener destroys the socket as an attempt begins, or has failed', async () => {
    const scene = setting();
    for (const name of ['connectionAttempt', 'connectionAttemptFailed']) {
      const socket = connect(scene, ['fd00::2', '10.0.0.2']);
      socket.on(name, () => socket.destroy());
      await runUntil(scene.clock, event(socket, 'close'));
      expect(scene.near.connections()).toEqual([]);
    }
  });

  it('leaves a literal address, and a family that is asked for, as they are', async () => {
    const scene = setting();
    listen(scene);
    const literal = scene.near.connect({ port: 80, host: '10.0.0.2', happyEyeballs: true });
    await runUntil(scene.clock, event(literal, 'connect'));
    const families: unknown[] = [];
    const of4 = connect(scene, [], {
      family: 4,
      lookup: (
        _host: string,
        options: { family: unknown; all: unknown },
        tell: (...all: unknown[]) => void,
      ) => {
        families.push(options.family, options.all);
        tell(null, [
          { address: '10.0.0.9', family: 4 },
          { address: '10.0.0.2', family: 4 },
        ]);
      },
    });
    await runUntil(scene.clock, event(of4, 'connect'));
    expect([families, of4.remoteAddress]).toEqual([[4, true], '10.0.0.2']);
    literal.destroy();
    of4.destroy();
  });

  it('keeps a socket that holds no process as it is, and tells its states and its report', async () => {
    const scene = setting();
    listen(scene);
    const socket = connect(scene, [SILENT, '10.0.0.2']);
    const states: string[] = [];
    socket.on('tcpstate', (state) => states.push(state)).unref();
    await runUntil(scene.clock, event(socket, 'connect'));
    expect((Reflect.get(socket, '_handle') as { hasRef(): boolean }).hasRef()).toBe(false);
    socket.resetAndDestroy();
    const report = await runUntil(scene.clock, socket.whenReported());
    expect(report).toMatchObject({ reason: 'reset', remote: { address: '10.0.0.2' } });
    expect(states).toEqual(['SYN-SENT', 'ESTABLISHED', 'CLOSED']);
  });

  it.each<[unknown, string, string]>([
    [1, 'ERR_INVALID_ARG_TYPE', 'options.happyEyeballs'],
    ['yes', 'ERR_INVALID_ARG_TYPE', 'options.happyEyeballs'],
    [null, 'ERR_INVALID_ARG_TYPE', 'options.happyEyeballs'],
    [{ attemptDelay: 9 }, 'ERR_OUT_OF_RANGE', 'options.happyEyeballs.attemptDelay'],
    [{ attemptDelay: '9' }, 'ERR_INVALID_ARG_TYPE', 'options.happyEyeballs.attemptDelay'],
  ])('is not %j', (happyEyeballs, code, named) => {
    expect(thrown(() => net.connect({ port: 1, happyEyeballs } as never))).toMatchObject({
      fields: [['code', code]],
      message: expect.stringContaining(named) as string,
    });
  });
});
