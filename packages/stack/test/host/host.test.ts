import { Flag, LOOPBACK_IPV4, LOOPBACK_IPV6 } from '@halfclose/codec';
import { VirtualClock } from '@halfclose/timers';
import { describe, expect, it } from 'vitest';
import { Host, linux } from '../../src/index.ts';
import { Bench, ip, OWN, OWN6, packetOf, PEER, PEER6, SETTINGS, TestDevice } from '../bench.ts';

describe('routes', () => {
  it('lead to the device of the address’s prefix, from the address there', () => {
    const { host } = new Bench();
    expect([host.sourceFor(PEER)?.equals(OWN), host.sourceFor(PEER6)?.equals(OWN6)]).toEqual([true, true]);
  });

  it('lead to loopback for 127.0.0.0/8, ::1 and the host’s own addresses', () => {
    const { host, device, clock } = new Bench();
    for (const address of [ip('127.1.2.3'), LOOPBACK_IPV6, OWN]) {
      host.connect({
        remoteAddress: address,
        remotePort: 9,
        binding: null,
        localAddress: null,
        settings: SETTINGS,
      });
    }
    clock.runTasks();
    expect([host.counters.packetsSent, device.sent.length, [...host.hosted()].length]).toEqual([6, 0, 0]);
  });

  it('are none where none was given: ENETUNREACH', () => {
    const { host } = new Bench();
    const request = {
      remoteAddress: ip('192.0.2.1'),
      remotePort: 9,
      binding: null,
      localAddress: null,
      settings: SETTINGS,
    };
    expect([host.connect(request), host.sourceFor(ip('192.0.2.1'))]).toEqual(['ENETUNREACH', null]);
  });

  it.each(['255.255.255.255', '224.0.0.1', 'ff02::1'])('do not lead a connection to %s (MUST-46)', (text) => {
    const { host, device } = new Bench();
    host.addRoute(ip('0.0.0.0'), 0, device, OWN);
    host.addRoute(ip('::'), 0, device, OWN6);
    const request = {
      remoteAddress: ip(text),
      remotePort: 9,
      binding: null,
      localAddress: null,
      settings: SETTINGS,
    };
    expect(host.connect(request)).toBe('ENETUNREACH');
  });

  it('may end in silence instead', () => {
    const { host, clock } = new Bench({}, { unroutable: 'blackhole' });
    const hosted = host.connect({
      remoteAddress: ip('192.0.2.1'),
      remotePort: 9,
      binding: null,
      localAddress: null,
      settings: SETTINGS,
    });
    clock.advanceBy(5000);
    expect(typeof hosted === 'string' ? hosted : hosted.connection.state).toBe('SYN-SENT');
  });

  it('follow the longest prefix', () => {
    const bench = new Bench();
    const other = new TestDevice();
    bench.host.addInterface(other, [{ address: ip('172.16.0.1'), prefixLength: 16 }]);
    bench.host.addRoute(ip('0.0.0.0'), 0, bench.device, OWN);
    bench.host.addRoute(ip('192.0.2.0'), 24, other, ip('172.16.0.1'));
    expect([
      String(bench.host.sourceFor(ip('192.0.2.1'))),
      String(bench.host.sourceFor(ip('192.0.3.1'))),
    ]).toEqual(['172.16.0.1', '10.0.0.1']);
  });

  it('refuse a prefix that cannot be', () => {
    const { host, device } = new Bench();
    expect(() => host.addRoute(PEER, 33, device, OWN)).toThrow(RangeError);
    expect(() => host.addRoute(PEER6, 129, device, OWN6)).toThrow(RangeError);
  });
});

describe('ephemeral ports (RFC 6056)', () => {
  it('lie in the profile’s range and differ', () => {
    const bench = new Bench();
    const ports = Array.from({ length: 50 }, () => bench.connect().localPort);
    expect([new Set(ports).size, Math.min(...ports) >= 32_768, Math.max(...ports) <= 60_999]).toEqual([
      50,
      true,
      true,
    ]);
  });

  it('are the same for other destinations when there are too few', () => {
    const bench = new Bench({ ephemeralPortFirst: 40_000, ephemeralPortLast: 40_000 });
    expect([bench.connect(PEER, 80).localPort, bench.connect(PEER, 81).localPort]).toEqual([40_000, 40_000]);
  });

  it('run out: EADDRNOTAVAIL', () => {
    const bench = new Bench({ ephemeralPortFirst: 40_000, ephemeralPortLast: 40_001 });
    bench.connect();
    bench.connect();
    const request = {
      remoteAddress: PEER,
      remotePort: 80,
      binding: null,
      localAddress: null,
      settings: SETTINGS,
    };
    expect(bench.host.connect(request)).toBe('EADDRNOTAVAIL');
  });

  it('depend on the secret', () => {
    const other = new Bench({}, { secret: Uint32Array.of(9, 9, 9, 9) });
    expect(new Bench().connect().localPort).not.toBe(other.connect().localPort);
  });

  it('spare those that listeners hold', () => {
    const bench = new Bench({ ephemeralPortFirst: 40_000, ephemeralPortLast: 40_001 });
    bench.listen(40_000);
    expect(bench.connect().localPort).toBe(40_001);
  });
});

describe('a host', () => {
  it('wants a secret of 128 bits', () => {
    expect(() => new Host({ timers: new VirtualClock(), secret: new Uint32Array(3) })).toThrow(RangeError);
  });

  it('knows Linux as its profile unless told', () => {
    expect(new Host({ timers: new VirtualClock(), secret: new Uint32Array(4) }).profile).toBe(linux);
  });

  it('has ISNs that move with time and differ from host to host', () => {
    const isn = (bench: Bench): number => bench.connect().connection.sender.iss;
    const [first, other] = [new Bench(), new Bench({}, { secret: Uint32Array.of(9, 9, 9, 9) })];
    const all = [isn(first), isn(other), isn(first)];
    expect(new Set(all).size).toBe(3);
  });

  it('leaves nothing of a connection that was reset', () => {
    const bench = new Bench();
    const hosted = bench.connected();
    bench.reply(hosted, { flags: Flag.RST, seq: 1 });
    expect([
      [...bench.host.hosted()].length,
      bench.host.ports.isFree(hosted.localPort),
      bench.clock.pendingTimers,
    ]).toEqual([0, true, 0]);
  });

  it('tells its observer of segments, states and timers', () => {
    const bench = new Bench();
    const seen = new Set<string>();
    bench.host.observe((event) => seen.add(event.type === 'segment' ? event.direction : event.type));
    const hosted = bench.connect();
    bench.clock.advanceBy(1000);
    bench.reply(hosted, { flags: Flag.RST | Flag.ACK, seq: 0, ack: hosted.connection.sender.sndNxt });
    bench.receive({ flags: Flag.RST });
    expect([...seen].sort()).toEqual(['dropped', 'received', 'sent', 'state', 'timer']);
  });
});

describe('an owner’s callback', () => {
  it('that throws loses no work of others', () => {
    const bench = new Bench();
    const [first, second] = [bench.connected(), bench.connected()];
    const told: string[] = [];
    first.owner = {
      onConnectionEvents: () => {
        told.push('first');
        throw new Error('out of the program');
      },
    };
    second.owner = { onConnectionEvents: () => told.push('second') };
    const segment = { flags: Flag.ACK | Flag.PSH, seq: 1, payload: new Uint8Array(5) };
    expect(() => {
      for (const hosted of [first, second]) {
        const { localPort: destinationPort, remotePort: sourcePort } = hosted;
        bench.device.deliver(
          packetOf({ ...segment, destinationPort, sourcePort, ack: hosted.connection.sender.sndNxt }),
        );
      }
      bench.clock.runTasks();
    }).toThrow('out of the program');
    bench.clock.runTasks();
    expect([told, first.connection.readable, second.connection.readable]).toEqual([
      ['first', 'second'],
      5,
      5,
    ]);
  });

  it('that throws loses no work of its own connection', () => {
    const bench = new Bench();
    const hosted = bench.connected();
    hosted.owner = {
      onConnectionEvents: () => {
        throw new Error('out of the program');
      },
    };
    const ack = hosted.connection.sender.sndNxt;
    bench.sent();
    expect(() => {
      bench.reply(hosted, { flags: Flag.ACK | Flag.PSH, seq: 1, ack, payload: new Uint8Array(5) });
    }).toThrow('out of the program');
    bench.clock.advanceBy(200);
    expect(bench.sent()).toHaveLength(1);
    expect(() => {
      bench.reply(hosted, { flags: Flag.RST | Flag.ACK, seq: 6, ack });
    }).toThrow('out of the program');
    bench.clock.runTasks();
    expect([[...bench.host.hosted()].length, bench.clock.pendingTimers]).toEqual([0, 0]);
  });

  it('may close other connections', () => {
    const bench = new Bench();
    const [first, second] = [bench.connected(), bench.connected()];
    first.owner = {
      onConnectionEvents: () => {
        second.connection.abort('abort', bench.clock.now());
        bench.host.wake(second);
      },
    };
    bench.reply(first, {
      flags: Flag.ACK | Flag.PSH,
      seq: 1,
      ack: first.connection.sender.sndNxt,
      payload: new Uint8Array(5),
    });
    expect([bench.sent().includes(`R. ${second.localPort}>80`), [...bench.host.hosted()]]).toEqual([
      true,
      [first],
    ]);
  });
});

describe('loopback', () => {
  it('connects a host to itself over both families', () => {
    const { host, clock } = new Bench();
    for (const address of [LOOPBACK_IPV4, LOOPBACK_IPV6]) {
      const binding = host.ports.hold({
        address,
        port: 80,
        ipv6Only: false,
        reuseAddress: false,
        reusePort: false,
        listening: false,
      });
      const listener = host.listen(binding, 5, SETTINGS, { onAcceptable: () => undefined });
      const hosted = host.connect({
        remoteAddress: address,
        remotePort: 80,
        binding: null,
        localAddress: null,
        settings: SETTINGS,
      });
      clock.runTasks();
      const child = host.accept(listener);
      expect([
        typeof hosted === 'string' ? hosted : hosted.connection.state,
        child?.connection.state,
      ]).toEqual(['ESTABLISHED', 'ESTABLISHED']);
    }
  });
});

describe('a host that is not made rightly', () => {
  const timers = new VirtualClock();
  const secret = Uint32Array.of(1, 2, 3, 4);
  it.each([
    ['options must be an object', undefined],
    ['options.secret must be a Uint32Array', { timers, secret: [1, 2, 3, 4] }],
    ['options.secret must hold at least four', { timers, secret: Uint32Array.of(1) }],
    ['options.timers must be a TimerService', { secret, timers: {} }],
    ['options.profile must be a Profile', { secret, timers, profile: 'bsd' }],
  ])('says: %s', (message, options) => {
    expect(() => new Host(options as never)).toThrow(message);
  });

  it.each([
    ['device must be a PacketDevice', [undefined, []]],
    ['addresses must be an array', [new TestDevice(), undefined]],
    ['addresses[0].address must be an IpAddress', [new TestDevice(), [{ prefixLength: 24 }]]],
    [
      'prefixLength must be an integer from 0 to 32',
      [new TestDevice(), [{ address: ip('10.0.0.1'), prefixLength: 33 }]],
    ],
  ])('nor an interface: %s', (message, [device, addresses]) => {
    const host = new Host({ timers, secret });
    expect(() => {
      host.addInterface(device as never, addresses as never);
    }).toThrow(message);
  });
});
