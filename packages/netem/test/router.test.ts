import { type IcmpPacket, type IpAddress, type Packet, parseIpAddress } from '@halfclose/codec';
import { VirtualClock } from '@halfclose/timers';
import { describe, expect, it } from 'vitest';
import { Link, type LinkOptions, Router, type RouterOptions } from '../src/index.ts';
import { packet, type PacketWish } from './packets.ts';

const ip = (text: string): IpAddress => parseIpAddress(text) ?? expect.fail(text);

/** Two routers in a row: 10.1.0.0/24 - one - 10.9.0.0/24 - two - 10.2.0.0/24, and the same of fd01, fd09 and fd02. */
class Row {
  readonly clock = new VirtualClock();
  readonly left: Link;
  readonly middle: Link;
  readonly right: Link;
  readonly one: Router;
  readonly two: Router;
  readonly atLeft: Packet[] = [];
  readonly atRight: Packet[] = [];

  constructor(narrow: LinkOptions = {}, options: RouterOptions = {}) {
    const { clock } = this;
    this.left = new Link(clock, { delay: 1 });
    this.middle = new Link(clock, { delay: 1, ...narrow });
    this.right = new Link(clock, { delay: 1 });
    this.one = new Router(clock, options);
    this.two = new Router(clock, options);
    this.one.addInterface(this.left.b, ['10.1.0.254/24', 'fd01::fe/64']);
    this.one.addInterface(this.middle.a, ['10.9.0.1/24', 'fd09::1/64']);
    this.two.addInterface(this.middle.b, ['10.9.0.2/24', 'fd09::2/64']);
    this.two.addInterface(this.right.a, ['10.2.0.254/24', 'fd02::fe/64']);
    for (const any of ['0.0.0.0/0', '::/0']) this.one.addRoute(any, this.middle.a);
    this.two.addRoute('10.1.0.0/16', this.middle.b);
    this.two.addRoute('fd01::/48', this.middle.b);
    this.left.a.attach((each) => this.atLeft.push(each));
    this.right.b.attach((each) => this.atRight.push(each));
  }

  /** Sends from the left; to the right, if nothing else is said. */
  send(wish: PacketWish = {}): void {
    this.left.a.transmit(packet({ from: ip('10.1.0.1'), to: ip('10.2.0.1'), ...wish }));
    this.clock.runUntilIdle();
  }

  sendMessage(wish: Partial<IcmpPacket> & { readonly type: number }): void {
    const { type, ...fields } = wish;
    const message = { type, code: 0, parameter: 7, quoted: null, body: Uint8Array.of(1, 2, 3) };
    const [source, destination] = [ip('10.1.0.1'), ip('10.2.0.1')];
    this.left.a.transmit({ kind: 'icmp', source, destination, hopLimit: 64, dscp: 0, message, ...fields });
    this.clock.runUntilIdle();
  }

  get error(): IcmpPacket {
    const [first] = this.atLeft;
    return first?.kind === 'icmp' ? first : expect.fail('no ICMP');
  }
}

const FAMILIES = [
  ['IPv4', '10.1.0.1', '10.2.0.1', '10.1.0.254', '10.9.0.2'],
  ['IPv6', 'fd01::1', 'fd02::1', 'fd01::fe', 'fd09::2'],
] as const;

describe.each(FAMILIES)('routers in a row, over %s', (family, from, to, near, far) => {
  const isIPv4 = family === 'IPv4';
  const way = { from: ip(from), to: ip(to) };

  it('forward, and lower the hop limit', () => {
    const row = new Row();
    row.send({ ...way, hopLimit: 3 });
    expect(row.atRight.map(({ hopLimit }) => hopLimit)).toEqual([1]);
    expect([row.one.counters.forwarded, row.two.counters.forwarded]).toEqual([1, 1]);
  });

  it.each([
    [1, near],
    [2, far],
  ])('tell that %i was too low a hop limit, each from its address on the way back', (hopLimit, router) => {
    const row = new Row();
    row.send({ ...way, hopLimit, seq: 77 });
    const { source, destination, message, hopLimit: own } = row.error;
    expect([source.toString(), destination.toString()]).toEqual([router, from]);
    expect(message).toMatchObject({ type: isIPv4 ? 11 : 3, code: 0, parameter: 0, quoted: { seq: 77 } });
    // 64 where it began.
    expect(own).toBe(64 - (hopLimit - 1));
    expect([row.atLeft.length, row.atRight]).toEqual([1, []]);
  });

  it('tell the MTU of a link that a packet is too big for', () => {
    const row = new Row({ mtu: 1280 });
    row.send({ ...way, octets: 1240 - (isIPv4 ? 0 : 20) });
    expect([row.atLeft.length, row.atRight.length]).toEqual([0, 1]);
    row.send({ ...way, octets: 1241 });
    const expected = isIPv4 ? { type: 3, code: 4 } : { type: 2, code: 0 };
    expect(row.error.message).toMatchObject({ ...expected, parameter: 1280 });
    expect(row.one.counters).toMatchObject({ dropped: { 'too-big': 1 }, errorsSent: 1 });
  });

  it('tell that there is no route', () => {
    const row = new Row();
    row.send({ ...way, to: ip(isIPv4 ? '192.0.2.1' : '2001:db8::1') });
    expect(row.error.message).toMatchObject({ type: isIPv4 ? 3 : 1, code: 0 });
    expect([row.error.source.toString(), row.two.counters.dropped]).toEqual([far, { 'no-route': 1 }]);
  });

  it('answer echo requests to each of their addresses', () => {
    const row = new Row();
    const type = isIPv4 ? 8 : 128;
    row.sendMessage({ type, source: way.from, destination: ip(far) });
    row.sendMessage({ type, source: way.from, destination: ip(near), dscp: 9 });
    expect(row.atLeft).toMatchObject([
      { hopLimit: 63, message: { type: isIPv4 ? 0 : 129, parameter: 7, body: Uint8Array.of(1, 2, 3) } },
      { hopLimit: 64, dscp: 9 },
    ]);
    expect(row.atLeft.map(({ source }) => source.toString())).toEqual([far, near]);
    expect(row.one.counters.echoesAnswered).toBe(1);
  });

  it('say nothing about errors, and do about queries', () => {
    const row = new Row();
    const exceeded = { source: way.from, destination: way.to, hopLimit: 1 };
    row.sendMessage({ type: isIPv4 ? 3 : 1, ...exceeded });
    row.sendMessage({ type: isIPv4 ? 5 : 2, ...exceeded });
    expect([row.atLeft, row.one.counters.dropped]).toEqual([[], { 'hop-limit': 2 }]);
    row.sendMessage({ type: isIPv4 ? 8 : 128, ...exceeded });
    expect(row.error.message.type).toBe(isIPv4 ? 11 : 3);
  });

  it('limit their errors, but for those that tell of an MTU', () => {
    const row = new Row({ mtu: 1280 });
    for (let i = 0; i < 20; i++) row.send({ ...way, hopLimit: 1 });
    const { errorsSent, errorsLimited } = row.one.counters;
    expect(errorsSent + errorsLimited).toBe(20);
    expect([errorsSent, row.atLeft.length]).toEqual([6, 6]);
    for (let i = 0; i < 20; i++) row.send({ ...way, octets: 1400 });
    expect(row.one.counters.errorsSent).toBe(26);
    const free = new Row({}, { icmpErrors: { types: [], typesIPv6: [] } });
    for (let i = 0; i < 99; i++) free.send({ ...way, hopLimit: 1 });
    expect(free.atLeft).toHaveLength(99);
  });
});

describe('a router', () => {
  it('takes the longest prefix', () => {
    const row = new Row();
    row.one.addRoute('10.2.0.0/24', row.left.b);
    row.one.addRoute('10.2.0.0/16', row.middle.a);
    row.send();
    expect([row.atLeft.length, row.atRight.length]).toEqual([1, 0]);
  });

  it.each([
    ['martian-source', { from: ip('0.0.0.0') }],
    ['martian-source', { from: ip('127.0.0.1') }],
    ['martian-source', { from: ip('224.0.0.1') }],
    ['martian-source', { from: ip('10.1.0.255') }],
    ['martian-source', { from: ip('::'), to: ip('fd02::1') }],
    ['group', { to: ip('224.0.0.5') }],
    ['group', { to: ip('255.255.255.255') }],
    ['group', { to: ip('10.9.0.255') }],
    ['group', { to: ip('127.0.0.1') }],
    ['group', { from: ip('fd01::1'), to: ip('ff02::1') }],
    ['to-router', { to: ip('10.9.0.1') }],
  ])('drops in silence for %s', (reason, wish) => {
    const row = new Row();
    row.send({ hopLimit: 1, ...wish });
    expect([row.atLeft, row.one.counters.dropped]).toEqual([[], { [reason]: 1 }]);
  });

  it('leaves what it forwards as it is for others', () => {
    const row = new Row();
    const sent = packet({ from: ip('10.1.0.1'), to: ip('10.2.0.1') });
    row.left.a.transmit(sent);
    row.clock.runUntilIdle();
    expect(sent.hopLimit).toBe(64);
  });

  it('has its errors say by their codepoint that they are control of the network', () => {
    const row = new Row();
    const wish = { ...packet({ from: ip('10.1.0.1'), to: ip('10.2.0.1'), hopLimit: 1 }), dscp: 10 };
    row.left.a.transmit(wish);
    row.clock.runUntilIdle();
    expect(row.error.dscp).toBe(50);
  });

  it('sends nothing where it has no address of the family', () => {
    const clock = new VirtualClock();
    const link = new Link(clock);
    const router = new Router(clock);
    const received: Packet[] = [];
    router.addInterface(link.b, ['fd01::fe/64']);
    router.addRoute('10.0.0.0/8', link.b);
    link.a.attach((each) => received.push(each));
    link.a.transmit(packet({ hopLimit: 1 }));
    clock.runUntilIdle();
    expect([received, router.counters.dropped]).toEqual([[], { 'hop-limit': 1 }]);
  });

  it('refuses what is no prefix, no interface, no option', () => {
    const clock = new VirtualClock();
    const router = new Router(clock);
    const link = new Link(clock);
    expect(() => router.addInterface(link.a, ['10.0.0.1/33'])).toThrow(/^addresses\[0\]/);
    expect(() => router.addRoute('10.0.0.0/8', link.a)).toThrow(/^device must be an interface of the router/);
    expect(() => router.addRoute('10.0.0.0/33', link.a)).toThrow(/^prefix/);
    expect(() => new Router(clock, { icmpErrors: { burst: -1 } })).toThrow(/^icmpErrors\.burst/);
    expect(() => new Router(clock, { sede: 1 } as never)).toThrow(/sede/);
  });
});
