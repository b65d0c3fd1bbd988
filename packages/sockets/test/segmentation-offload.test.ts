import { type Packet, packetLength } from '@halfclose/codec';
import { drop, Network, segment } from '@halfclose/netem';
import { Host, linux, type PacketDevice } from '@halfclose/stack';
import { VirtualClock } from '@halfclose/timers';
import { describe, expect, it } from 'vitest';
import { AF_INET, TcpSocket } from '../src/index.ts';
import { accepted, address, recvAll, TwoHosts } from './two-hosts.ts';

const OCTETS = 200_000;
/** As much as a device can be handed at once. */
const SEGMENT_OCTETS = 65_000;

/** Sends OCTETS from one socket to the other. Returns the milliseconds that it took. */
function transfer(clock: VirtualClock, from: TcpSocket, to: TcpSocket): number {
  const into = new Uint8Array(65_536);
  const began = clock.now();
  for (let sent = 0, received = 0; received < OCTETS && clock.now() - began < 60_000;) {
    if (sent < OCTETS) sent += Math.max(0, from.send(new Uint8Array(Math.min(OCTETS - sent, 65_536))));
    clock.advanceBy(1);
    received += recvAll(to, into);
  }
  return clock.now() - began;
}

/** A device that takes larger packets than the link behind it passes, as a tunnel on the way does. */
function unawareOfMtu(device: PacketDevice): PacketDevice {
  return {
    name: device.name,
    mtu: 1500,
    offload: device.offload,
    transmit: (packet: Packet) => device.transmit(packet),
    attach: (receive) => device.attach(receive),
  };
}

/** A transfer to a host behind a router and a link that passes 600 octets, what of it was too large, and how long it took. */
function transferThroughNarrowLink(segmentOctets: number) {
  const clock = new VirtualClock();
  let isTold = false;
  const tooLarge = { before: 0, after: 0 };
  const network = new Network(clock, {
    delay: 5,
    router: ['10.0.0.254'],
    segmentOctets,
    observe: ({ kind, direction, packet }) => {
      if (kind === 'delivered' && packet.kind === 'icmp') isTold = true;
      if (kind === 'sent' && direction === 'aToB' && packetLength(packet) > 600)
        tooLarge[isTold ? 'after' : 'before']++;
    },
  });
  const host = (word: number, text: string, device: PacketDevice): Host => {
    const made = new Host({ timers: clock, secret: Uint32Array.of(word, 2, 3, 4), profile: linux });
    made.addInterface(device, [{ address: address(text), prefixLength: 24 }]);
    return made;
  };
  const client = host(1, '10.0.0.1', network.attach(['10.0.0.1']));
  const server = host(2, '10.0.0.2', unawareOfMtu(network.attach(['10.0.0.2'], { mtu: 600 })));
  const listener = new TcpSocket(server, AF_INET);
  listener.bind(address('10.0.0.2'), 80);
  listener.listen(1);
  const from = new TcpSocket(client, AF_INET);
  from.connect(address('10.0.0.2'), 80);
  clock.advanceBy(100);
  const took = transfer(clock, from, accepted(listener));
  return { took, tooLarge, mss: from.connection?.sender.mss };
}

describe('a device that segments', () => {
  it('makes segments that the peer takes: its MSS, less options (RFC 9293, MUST-16)', () => {
    const lengths = new Map<number, number>();
    const watch = segment(({ payload }) => {
      lengths.set(payload.length, (lengths.get(payload.length) ?? 0) + 1);
      return false;
    });
    const hosts = new TwoHosts({}, { segmentOctets: SEGMENT_OCTETS, aToB: { rules: [drop(watch)] } });
    const listener = hosts.listener();
    listener.options.set('TCP_MAXSEG', 500, 0);
    const { a, b } = hosts.connected(listener);
    expect(transfer(hosts.clock, a, b)).toBeLessThan(500);
    expect(Math.max(...lengths.keys())).toBe(488);
    expect(lengths.get(488)).toBeGreaterThan(OCTETS / 488 - 20);
  });

  it('makes segments that the path passes once an ICMP error told its MTU, as a stack that segments does', () => {
    const alone = transferThroughNarrowLink(0);
    const { took, tooLarge, mss } = transferThroughNarrowLink(SEGMENT_OCTETS);
    expect([mss, tooLarge.after]).toEqual([548, 0]);
    expect(tooLarge.before).toBeGreaterThan(0);
    expect(took).toBeLessThan(500);
    expect(took).toBeLessThanOrEqual(alone.took * 1.1);
  });

  it('makes segments of what was found to pass where routers drop and say nothing (RFC 4821)', () => {
    const passing = 1300;
    const rules = [drop(segment(({ payload }) => payload.length > passing))];
    const hosts = new TwoHosts({ mtuProbing: 1 }, { segmentOctets: SEGMENT_OCTETS, aToB: { rules } });
    const { a, b } = hosts.connected();
    expect(transfer(hosts.clock, a, b)).toBeLessThan(5000);
    expect(a.connection?.sender.mss).toBeLessThanOrEqual(passing);
  });
});
