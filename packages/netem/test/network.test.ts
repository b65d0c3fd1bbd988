import { ipv4, parseIpAddress, type IcmpPacket, type Packet } from '@halfclose/codec';
import { VirtualClock } from '@halfclose/timers';
import { describe, expect, test } from 'vitest';
import { Network, type LinkOptions, type NetworkOptions } from '../src/index.ts';
import { packet, type PacketWish } from './packets.ts';

const address = { client: '10.0.0.1', relay: '10.0.0.2', server: '10.0.0.3', router: '10.0.0.254' };
const ipOf = (text: string) => parseIpAddress(text) ?? expect.fail();

/** A network of three hosts that write down what they receive. */
function threeHosts(options: NetworkOptions = {}, links: Partial<Record<Host, LinkOptions>> = {}) {
  const clock = new VirtualClock();
  const network = new Network(clock, { delay: 10, ...options });
  const log: string[] = [];
  const received: Packet[] = [];
  const join = (name: Host) => {
    const device = network.attach([address[name], `2001:db8::${address[name].slice(-1)}`], links[name]);
    device.attach((packet) => {
      log.push(`${name} ${packet.kind} from ${packet.source.toString()} at ${clock.now()}`);
      received.push(packet);
    });
    return device;
  };
  const hosts = { client: join('client'), relay: join('relay'), server: join('server') };
  const send = (from: Host, to: string, wish: PacketWish = {}) => {
    hosts[from].transmit(packet({ from: ipOf(address[from]), to: ipOf(to), ...wish }));
    clock.runUntilIdle();
  };
  return { clock, network, hosts, log, received, send };
}
type Host = 'client' | 'relay' | 'server';

describe('a network', () => {
  test('takes a packet to the host that has the address, over both links', () => {
    const { log, network, send } = threeHosts({}, { server: { delay: 40 } });
    send('client', address.relay);
    send('relay', address.server);
    send('server', address.client);
    expect(log).toEqual([
      'relay tcp from 10.0.0.1 at 20',
      'server tcp from 10.0.0.2 at 70',
      'client tcp from 10.0.0.3 at 120',
    ]);
    expect(network.counters).toEqual({ forwarded: 3, dropped: {} });
  });

  test('carries IPv6', () => {
    const { log, send } = threeHosts();
    send('client', '2001:db8::3', { from: ipOf('2001:db8::1') });
    expect(log).toEqual(['server tcp from 2001:db8::1 at 20']);
  });

  test('a link can be found and changed', () => {
    const { log, network, send } = threeHosts();
    network.linkOf(address.server).partition();
    send('client', address.server);
    send('client', address.relay);
    expect(log).toEqual(['relay tcp from 10.0.0.1 at 30']);
    expect(network.linkOf(ipOf('2001:db8::3')).bToA.counters.dropped).toEqual({ partition: 1 });
  });

  test('each link has chances of its own, decided by one seed', () => {
    const losses = (seed: number) => {
      const { network, send } = threeHosts({ seed, loss: 0.5 });
      for (let i = 0; i < 50; i++) send('client', address.server);
      return [address.client, address.server].map(
        (host) => network.linkOf(host).aToB.counters.dropped['loss'],
      );
    };
    expect(losses(3)).toEqual(losses(3));
    expect(losses(3)).not.toEqual(losses(4));
  });

  test('addresses are checked', () => {
    const network = new Network(new VirtualClock());
    network.attach(['10.0.0.1']);
    expect(() => network.attach([ipv4(10, 0, 0, 1)])).toThrow(/10\.0\.0\.1 is taken/);
    expect(() => network.attach(['10.0.0'])).toThrow(/addresses\[0\] must be an IP address, not "10\.0\.0"/);
    expect(() => network.linkOf('10.0.0.9')).toThrow(/10\.0\.0\.9 belongs to no host/);
  });
});

describe('a switch', () => {
  test('is silent about what it cannot forward, and leaves the hop limit alone', () => {
    const { log, network, received, send } = threeHosts();
    send('client', '10.9.9.9');
    send('client', address.server, { hopLimit: 1 });
    expect(log).toEqual(['server tcp from 10.0.0.1 at 30']);
    expect(received[0]?.hopLimit).toBe(1);
    expect(network.counters.dropped).toEqual({ 'no-route': 1 });
  });
});

describe('a router', () => {
  const routed = (links?: Partial<Record<Host, LinkOptions>>) =>
    threeHosts({ router: [address.router, '2001:db8::fe'] }, links);
  const errorAt = (received: readonly Packet[]): IcmpPacket =>
    received[0]?.kind === 'icmp' ? received[0] : expect.fail('no ICMP');

  test('lowers the hop limit', () => {
    const { received, send } = routed();
    send('client', address.server, { hopLimit: 64 });
    expect(received[0]?.hopLimit).toBe(63);
  });

  test.each([
    ['10.9.9.9', address.client, [3, 1]],
    ['2001:db8::99', '2001:db8::1', [1, 0]],
  ])('reports that %s is unreachable', (to, from, [type, code]) => {
    const { log, received, send } = routed();
    send('client', to, { from: ipOf(from), seq: 77, octets: 100 });
    expect(log).toHaveLength(1);
    const { destination, message } = errorAt(received);
    expect(destination.toString()).toBe(from);
    expect(message).toMatchObject({ type, code, quoted: { seq: 77, sourcePort: 1000 } });
    expect(message.quoted?.destination.toString()).toBe(to);
  });

  test.each([
    [address.server, address.client, [11, 0]],
    ['2001:db8::3', '2001:db8::1', [3, 0]],
  ])('reports a hop limit that ran out on the way to %s', (to, from, [type, code]) => {
    const { log, received, send } = routed();
    send('client', to, { from: ipOf(from), hopLimit: 1 });
    expect(log).toHaveLength(1);
    expect(errorAt(received).message).toMatchObject({ type, code });
  });

  test.each([
    [address.server, address.client, [3, 4]],
    ['2001:db8::3', '2001:db8::1', [2, 0]],
  ])('reports what is too big for the link of %s, with its MTU', (to, from, [type, code]) => {
    const { network, received, send } = routed({ server: { mtu: 1280 } });
    send('client', to, { from: ipOf(from), octets: 1400 });
    expect(errorAt(received).message).toMatchObject({ type, code, parameter: 1280 });
    expect(network.counters.dropped).toEqual({ 'too-big': 1 });
  });
});
