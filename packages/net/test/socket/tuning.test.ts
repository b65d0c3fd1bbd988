import { describe, expect, it } from 'vitest';
import { Flag } from '@halfclose/codec';
import net, { type Socket } from '../../src/index.ts';
import { event, shapeOf, thrown, turnUntil } from '../compare.ts';
import { runUntil, type Setting, twoHosts } from '../network/two-hosts.ts';

interface Scene extends Setting {
  readonly client: Socket;
  readonly peer: Socket;
}

async function connected(options: object = {}, server: object = {}, setting = twoHosts()): Promise<Scene> {
  const { clock, near, far } = setting;
  const listener = far.createServer({ allowHalfOpen: true, ...server }).listen(80);
  const accepted = event(listener, 'connection') as Promise<[Socket]>;
  const client = near.connect({ port: 80, host: '10.0.0.2', ...options });
  const connect = event(client, 'connect');
  const [peer] = await runUntil(clock, accepted);
  await runUntil(clock, connect);
  listener.close();
  for (const socket of [client, peer]) socket.on('error', () => undefined);
  return { ...setting, client, peer };
}

/** The error that ends a socket, and after how many milliseconds. */
async function failure({ clock }: Setting, socket: Socket): Promise<[unknown, number]> {
  const begun = clock.now();
  const [error] = await runUntil(clock, event(socket, 'error'));
  return [error, Math.round(clock.now() - begun)];
}

describe('the user timeout', () => {
  it.each<[string, object, (socket: Socket) => unknown]>([
    ['of the option', { userTimeout: 5000 }, () => undefined],
    ['that was set', {}, (socket) => socket.setUserTimeout(5000)],
  ])('%s ends a connection whose data is not acknowledged', async (_name, options, set) => {
    const scene = await connected(options);
    const { client, link } = scene;
    set(client);
    expect(client.getUserTimeout()).toBe(5000);
    client.resume();
    link.set({ loss: 1 });
    client.write('hello');
    const [error, after] = await failure(scene, client);
    expect(error).toMatchObject({ code: 'ETIMEDOUT', reason: 'user timeout' });
    expect(after).toBeGreaterThan(4900);
    expect(after).toBeLessThan(6000);
  });

  it('is kept for connections to come, limits the attempt as well, and passes from a server to its sockets', async () => {
    const { peer } = await connected({}, { userTimeout: 7000 });
    expect(peer.getUserTimeout()).toBe(7000);
    const setting = twoHosts({ loss: 1 });
    const socket = new setting.near.Socket().setUserTimeout(3000);
    expect(socket.getUserTimeout()).toBe(3000);
    const [error, after] = await failure(setting, socket.connect(80, '10.0.0.2'));
    expect(error).toMatchObject({ code: 'ETIMEDOUT', syscall: 'connect' });
    expect(after).toBeLessThan(10_000);
  });

  it('that is set while close() flushes counts in place of the limit of that', async () => {
    const flushed = async (act: (socket: Socket) => unknown): Promise<number> => {
      const scene = await connected();
      const { client, clock, link } = scene;
      client.write(Buffer.alloc(20_000_000));
      const closing = client.close();
      expect(client.getUserTimeout()).toBe(0);
      act(client);
      link.set({ loss: 1 });
      const begun = clock.now();
      await runUntil(clock, closing);
      return clock.now() - begun;
    };
    const usual = await flushed((client) => client.setUserTimeout(0));
    const set = await flushed((client) => {
      client.setUserTimeout(2000);
      expect(client.getUserTimeout()).toBe(2000);
    });
    expect(set).toBeLessThan(4000);
    expect(usual).toBeGreaterThan(20_000);
    expect(usual).toBeLessThan(400_000);
  });

  it.each([-1, 1.5, NaN, 2 ** 31, '5', null, undefined])('is not %s', (value) => {
    const socket = new net.Socket();
    const code = typeof value === 'number' ? 'ERR_OUT_OF_RANGE' : 'ERR_INVALID_ARG_TYPE';
    expect(thrown(() => socket.setUserTimeout(value as number))).toMatchObject({ fields: [['code', code]] });
    if (value === undefined) return;
    expect(thrown(() => new net.Socket({ userTimeout: value as number }))).toMatchObject({
      fields: [['code', code]],
      message: expect.stringContaining('options.userTimeout') as string,
    });
  });
});

describe('keep-alives', () => {
  it.each<[string, object, (socket: Socket) => unknown]>([
    ['one by one', {}, (socket) => socket.setKeepAlive(true, 10_900, 5999, 3)],
    [
      'in an object',
      {},
      (socket) => socket.setKeepAlive({ enable: true, initialDelay: 10_900, interval: 5999, count: 3 }),
    ],
    [
      'as options',
      { keepAlive: true, keepAliveInitialDelay: 10_900, keepAliveInterval: 5999, keepAliveCount: 3 },
      () => undefined,
    ],
  ])('go by whole seconds, with arguments %s', async (_name, options, set) => {
    const scene = await connected(options);
    const { client, link } = scene;
    set(client);
    client.resume();
    link.set({ loss: 1 });
    const [error, after] = await failure(scene, client);
    expect(error).toMatchObject({ code: 'ETIMEDOUT', reason: 'keep-alive exhausted' });
    expect(Math.round(after / 1000)).toBe(10 + 3 * 5);
  });

  it.each<[string, object, object, 'client' | 'peer', (socket: Socket) => unknown]>([
    [
      'set on a connection',
      {},
      {},
      'client',
      (socket) => socket.setKeepAliveTimes({ idle: 300, interval: 70, probes: 4 }),
    ],
    [
      'as an option',
      { keepAliveTimes: { idle: 300, interval: 70, probes: 4 } },
      {},
      'client',
      () => undefined,
    ],
    ['of a server', {}, { keepAliveTimes: { idle: 300, interval: 70, probes: 4 } }, 'peer', () => undefined],
  ])('go by milliseconds, %s', async (_name, options, server, end, set) => {
    const scene = await connected(options, server);
    const socket = scene[end];
    set(socket);
    socket.resume();
    scene.link.set({ loss: 1 });
    const [error, after] = await failure(scene, socket);
    expect(error).toMatchObject({ code: 'ETIMEDOUT', reason: 'keep-alive exhausted' });
    // An option counts from the handshake on.
    expect(after).toBeGreaterThan(530);
    expect(after).toBeLessThan(590);
  });

  it('begin on a connection that has been silent for long', async () => {
    const { client, clock, link } = await connected();
    clock.advanceBy(100_000);
    client.setKeepAlive(true, 1000);
    link.set({ loss: 1 });
    clock.advanceBy(2500);
    expect(client.tcpInfo()?.tcpi_probes).toBe(2);
    client.destroy();
  });

  it('by milliseconds leave what is left out, and give way to whole seconds and to none', async () => {
    const { client, clock, link } = await connected();
    expect(client.getKeepAliveTimes()).toEqual({ idle: 7_200_000, interval: 75_000, probes: 9 });
    client.setKeepAliveTimes({ idle: 250 });
    expect(client.getKeepAliveTimes()).toEqual({ idle: 250, interval: 75_000, probes: 9 });
    client.setKeepAlive(true, 2000);
    expect(client.getKeepAliveTimes()).toEqual({ idle: 2000, interval: 1000, probes: 10 });
    client.setKeepAliveTimes({ idle: 250, interval: 100 });
    link.set({ loss: 1 });
    clock.advanceBy(520);
    expect(client.tcpInfo()?.tcpi_probes).toBe(3);
    client.setKeepAlive(false);
    clock.advanceBy(100_000);
    expect(client.tcpState).toBe('ESTABLISHED');
    client.destroy();
  });

  it.each<[unknown, string, string]>([
    [undefined, 'ERR_INVALID_ARG_TYPE', '"times" argument'],
    [{ idle: 0 }, 'ERR_OUT_OF_RANGE', '"times.idle"'],
    [{ idle: 32_767_001 }, 'ERR_OUT_OF_RANGE', '"times.idle"'],
    [{ interval: 1.5 }, 'ERR_OUT_OF_RANGE', '"times.interval"'],
    [{ interval: '1' }, 'ERR_INVALID_ARG_TYPE', '"times.interval"'],
    [{ probes: 128 }, 'ERR_OUT_OF_RANGE', '"times.probes"'],
  ])('by milliseconds refuse %j', (times, code, named) => {
    const error = thrown(() => new net.Socket().setKeepAliveTimes(times as object));
    expect(error).toMatchObject({
      fields: [['code', code]],
      message: expect.stringContaining(named) as string,
    });
  });

  it('by milliseconds know of no other members', () => {
    expect(() => new net.Socket().setKeepAliveTimes({ count: 1 } as object)).toThrow(
      'times.count is no option: known are idle, interval, probes',
    );
  });

  it('without an answer show in TCP_INFO', async () => {
    const { client, clock, link } = await connected();
    client.setKeepAlive(true, 1000);
    link.set({ loss: 1 });
    clock.advanceBy(3500);
    expect(client.tcpInfo()?.tcpi_probes).toBe(3);
    client.destroy();
  });

  it('of a server go to its sockets, and interval and count count without a delay', async () => {
    const scene = await connected({}, { keepAlive: true, keepAliveInterval: 5000, keepAliveCount: 2 });
    const { peer, link } = scene;
    peer.resume();
    link.set({ loss: 1 });
    const [error, after] = await failure(scene, peer);
    expect(error).toMatchObject({ code: 'ETIMEDOUT', reason: 'keep-alive exhausted' });
    expect(Math.round(after / 1000)).toBe(7200 + 2 * 5);
  });
});

describe('the type of service', () => {
  it('is in packets of both directions and families, as asked for before, at and after connecting', async () => {
    const seen = new Set<string>();
    const setting = twoHosts();
    const { link } = setting;
    const watch = (name: string) => (packet: { dscp: number }) => {
      seen.add(`${name} ${packet.dscp << 2}`);
      return 'pass' as const;
    };
    link.aToB.set({ rules: [watch('client')] });
    link.bToA.set({ rules: [watch('server')] });
    const { client, peer } = await connected({ typeOfService: 0x13 }, { typeOfService: 0x20 }, setting);
    expect([...seen].sort()).toEqual(['client 16', 'server 32']);
    expect([client.getTypeOfService(), peer.getTypeOfService()]).toEqual([0x10, 0x20]);
    seen.clear();
    client.setTypeOfService(0xff).write('x');
    await runUntil(setting.clock, client.whenAcked());
    expect([client.getTypeOfService(), seen.has('client 252')]).toEqual([252, true]);
    client.destroy();
    peer.destroy();
  });

  it('is 0 first, and what was set without a connection', () => {
    const socket = new net.Socket();
    expect(socket.getTypeOfService()).toBe(0);
    expect(socket.setTypeOfService(0xff).getTypeOfService()).toBe(0xff);
    expect(new net.Socket({ typeOfService: 3 }).getTypeOfService()).toBe(3);
  });

  it.each<[unknown, string]>([
    [-1, 'ERR_OUT_OF_RANGE'],
    [256, 'ERR_OUT_OF_RANGE'],
    [1.5, 'ERR_OUT_OF_RANGE'],
    [NaN, 'ERR_INVALID_ARG_TYPE'],
    ['1', 'ERR_INVALID_ARG_TYPE'],
    [undefined, 'ERR_INVALID_ARG_TYPE'],
  ])('is not %s', (value, code) => {
    expect(thrown(() => new net.Socket().setTypeOfService(value as number))).toMatchObject({
      fields: [['code', code]],
      message: expect.stringContaining('"tos"') as string,
    });
  });
});

describe('an attempt to connect', () => {
  it('ends after connectTimeout, by the clock of the host', async () => {
    const setting = twoHosts({ loss: 1 });
    const socket = setting.near.connect({ port: 80, host: '10.0.0.2', connectTimeout: 1500 });
    const [error, after] = await failure(setting, socket);
    expect(shapeOf(error)).toMatchObject({
      message: 'connect ETIMEDOUT 10.0.0.2:80',
      fields: expect.arrayContaining([
        ['code', 'ETIMEDOUT'],
        ['syscall', 'connect'],
        ['address', '10.0.0.2'],
        ['port', 80],
      ]) as unknown[],
    });
    expect([after, socket.destroyed]).toEqual([1500, true]);
    expect(setting.near.connections()).toEqual([]);
  });

  it('has its lookup within connectTimeout, and all its addresses', async () => {
    const setting = twoHosts({ loss: 1 });
    const { near } = setting;
    const lookup = (): void => undefined;
    const [error] = await failure(setting, near.connect({ port: 1, host: 'x', lookup, connectTimeout: 10 }));
    expect(error).toMatchObject({ code: 'ETIMEDOUT', syscall: 'connect', address: 'x', port: 1 });
    const all = near.connect({
      port: 80,
      host: 'x',
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: 10_000,
      connectTimeout: 20,
      lookup: (_host, _options, tell) => {
        tell(
          null,
          ['10.0.0.2', '10.0.0.3'].map((address) => ({ address, family: 4 })),
        );
      },
    });
    const [second, after] = await failure(setting, all);
    expect([after, second]).toMatchObject([20, { code: 'ETIMEDOUT', address: '10.0.0.2' }]);
  });

  it('is not ended by it once it has come to something, nor is the next one', async () => {
    const scene = await connected({ connectTimeout: 1000 });
    const { client, clock, link, far } = scene;
    clock.advanceBy(5000);
    expect(client.destroyed).toBe(false);
    client.destroy();
    await runUntil(clock, event(client, 'close'));
    client.connect({ port: 1, host: '10.0.0.2', connectTimeout: 1000 });
    await failure(scene, client);
    const listener = far.createServer().listen(81);
    link.set({ delay: 2000 });
    client.connect(81, '10.0.0.2');
    await runUntil(clock, event(client, 'connect'));
    client.destroy();
    listener.close();
  });

  it('sends its SYN again for as long as so many doublings take, as on Linux', async () => {
    let syns = 0;
    const setting = twoHosts({
      aToB: {
        rules: [
          (packet) => {
            if (packet.kind === 'tcp' && packet.segment.flags === Flag.SYN) syns++;
            return 'pass';
          },
        ],
      },
    });
    setting.link.bToA.set({ loss: 1 });
    await failure(setting, setting.near.connect({ port: 80, host: '10.0.0.2', synRetries: 1 }));
    const one = syns;
    syns = 0;
    await failure(setting, setting.near.connect({ port: 80, host: '10.0.0.2', synRetries: 3 }));
    expect([one, syns]).toEqual([3, 8]);
  });

  it.each<[object, string, string]>([
    [{ connectTimeout: -1 }, 'ERR_OUT_OF_RANGE', 'options.connectTimeout'],
    [{ connectTimeout: '1' }, 'ERR_INVALID_ARG_TYPE', 'options.connectTimeout'],
    [{ synRetries: 0 }, 'ERR_OUT_OF_RANGE', 'options.synRetries'],
    [{ synRetries: 128 }, 'ERR_OUT_OF_RANGE', 'options.synRetries'],
    [{ keepAliveInterval: '1' }, 'ERR_INVALID_ARG_TYPE', 'options.keepAliveInterval'],
    [{ keepAliveCount: -1 }, 'ERR_OUT_OF_RANGE', 'options.keepAliveCount'],
    [{ congestionControl: 7 }, 'ERR_INVALID_ARG_TYPE', 'options.congestionControl'],
    [{ typeOfService: 256 }, 'ERR_OUT_OF_RANGE', 'options.typeOfService'],
    [{ sendBufferSize: -1 }, 'ERR_SOCKET_BAD_BUFFER_SIZE', 'Buffer size'],
  ])('refuses %j', (options, code, named) => {
    expect(thrown(() => net.connect({ port: 1, ...options }))).toMatchObject({
      fields: [['code', code]],
      message: expect.stringContaining(named) as string,
    });
  });
});

describe('buffers', () => {
  it('take twice what was set, before and after, on sockets and on those of servers', async () => {
    const sizes = { sendBufferSize: 10_000, recvBufferSize: 20_000 };
    const { client, peer } = await connected(sizes, { sendBufferSize: 30_000, recvBufferSize: 40_000 });
    const of = (socket: Socket): number[] => [socket.getSendBufferSize(), socket.getRecvBufferSize()];
    expect([of(client), of(peer)]).toEqual([
      [20_000, 40_000],
      [60_000, 80_000],
    ]);
    client.setSendBufferSize(1).setRecvBufferSize(1);
    expect(of(client)).toEqual([4608, 2304]);
    expect(of(new net.Socket(sizes))).toEqual([20_000, 40_000]);
    client.destroy();
    peer.destroy();
  });

  it('hold back a writer, and what is offered to a peer', async () => {
    const small = await connected({ sendBufferSize: 8000 }, { recvBufferSize: 8000 });
    small.client.write(Buffer.alloc(1_000_000));
    small.clock.advanceBy(1000);
    const { client } = small;
    expect(client.writableLength).toBeGreaterThan(900_000);
    expect(client.tcpInfo()?.tcpi_snd_wnd).toBeLessThan(16_001);
    client.destroy();
    small.peer.destroy();
  });

  it.each([0, -1, 1.5, 2 ** 32, '1', undefined])('are not of %s bytes', (size) => {
    const expected = { fields: [['code', 'ERR_SOCKET_BAD_BUFFER_SIZE']] };
    expect(thrown(() => new net.Socket().setSendBufferSize(size as number))).toMatchObject(expected);
    expect(thrown(() => new net.Socket().setRecvBufferSize(size as number))).toMatchObject(expected);
  });
});

describe('the congestion control', () => {
  it('is chosen by an option, changed later, and passes from a server to its sockets', async () => {
    const { client, peer } = await connected({ congestionControl: 'reno' }, { congestionControl: 'reno' });
    expect([client.getCongestionControl(), peer.getCongestionControl()]).toEqual(['reno', 'reno']);
    expect(client.setCongestionControl('cubic').getCongestionControl()).toBe('cubic');
    const fresh = new net.Socket();
    expect([fresh.getCongestionControl(), fresh.setCongestionControl('reno').getCongestionControl()]).toEqual(
      ['cubic', 'reno'],
    );
    client.destroy();
    peer.destroy();
  });

  it('is ENOENT by a name that is not known', () => {
    const expected = { message: 'setsockopt ENOENT' };
    expect(thrown(() => new net.Socket().setCongestionControl('bbr' as 'reno'))).toMatchObject(expected);
    expect(thrown(() => new net.Socket({ congestionControl: 'x' as 'reno' }))).toMatchObject(expected);
  });
});

describe('TCP_QUICKACK', () => {
  /** How long the server waits before it acknowledges what it does not answer. */
  async function wait(set: (socket: Socket) => unknown): Promise<number> {
    const { client, peer, clock } = await connected();
    peer.resume();
    set(peer);
    client.write('x');
    const begun = clock.now();
    await runUntil(clock, client.whenAcked());
    client.destroy();
    peer.destroy();
    return clock.now() - begun;
  }

  it('taken away has acknowledgments wait for an answer, and set again not', async () => {
    const late = await wait((peer) => peer.setQuickAck(false));
    expect(late).toBeGreaterThan(40);
    expect(await wait((peer) => peer.setQuickAck(false).setQuickAck())).toBeLessThan(25);
    expect(thrown(() => new net.Socket().setQuickAck(1 as never))).toMatchObject({
      fields: [['code', 'ERR_INVALID_ARG_TYPE']],
    });
  });
});

it('does no harm to sockets of the kernel', async () => {
  const nodeNet = process.getBuiltinModule('node:net');
  const path = `\0halfclose-tuning-${process.pid}`;
  const server = nodeNet.createServer((peer) => peer.end()).listen(path);
  await event(server, 'listening');
  const client = new net.Socket({ userTimeout: 1000, sendBufferSize: 5000, congestionControl: 'reno' });
  client.connect(path);
  await event(client, 'connect');
  client
    .setUserTimeout(5)
    .setTypeOfService(8)
    .setSendBufferSize(6000)
    .setQuickAck()
    .setKeepAlive(true, 1, 2, 3);
  expect([client.getUserTimeout(), client.getTypeOfService(), client.getSendBufferSize()]).toEqual([
    5, 8, 12_000,
  ]);
  client.resume();
  await turnUntil(() => client.destroyed, 'ended');
  server.close();
});
