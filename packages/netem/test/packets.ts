import { Flag, ipv4, Segment, type IpAddress, type Packet, type TcpPacket } from '@halfclose/codec';
import { VirtualClock } from '@halfclose/timers';
import { createLink, type Link, type LinkEvent, type LinkOptions } from '../src/index.ts';

export const A = ipv4(10, 0, 0, 1);
export const B = ipv4(10, 0, 0, 2);

/** What a test wants to be different in a packet from A to B. */
export interface PacketWish extends Partial<Segment> {
  readonly octets?: number;
  readonly from?: IpAddress;
  readonly to?: IpAddress;
  readonly hopLimit?: number;
}

/** A TCP packet with ACK and `octets` octets of text; its headers have 40 octets. */
export function packet(wish: PacketWish = {}): TcpPacket {
  const { octets = 0, from = A, to = B, hopLimit = 64, ...fields } = wish;
  const segment = Object.assign(
    new Segment(),
    { sourcePort: 1000, destinationPort: 80, flags: Flag.ACK },
    fields,
  );
  if (octets > 0) segment.payload = Uint8Array.from({ length: octets }, (_, i) => i & 255);
  return { kind: 'tcp', source: from, destination: to, hopLimit, dscp: 0, segment };
}

/** One arrival: the time and the sequence number, by which tests tell packets apart. */
export interface Arrival {
  readonly at: number;
  readonly seq: number;
  readonly packet: Packet;
}

/** A link whose ends write down what they receive. */
export interface Bench {
  readonly clock: VirtualClock;
  readonly link: Link;
  readonly atB: Arrival[];
  readonly atA: Arrival[];
  readonly events: LinkEvent[];
  /** Sends `count` packets from a, numbered from 0, one each `interval` milliseconds. */
  send(count: number, wish?: PacketWish, interval?: number): void;
}

/** A link in virtual time. */
export function bench(options: LinkOptions = {}): Bench {
  const clock = new VirtualClock();
  const events: LinkEvent[] = [];
  const link = createLink(clock, { observe: (event) => events.push(event), ...options });
  const [atA, atB]: [Arrival[], Arrival[]] = [[], []];
  const record = (arrivals: Arrival[]) => (packet: Packet) => {
    const seq = packet.kind === 'tcp' ? packet.segment.seq : Number.NaN;
    arrivals.push({ at: clock.now(), seq, packet });
  };
  link.a.attach(record(atA));
  link.b.attach(record(atB));
  const send = (count: number, wish: PacketWish = {}, interval = 0) => {
    for (let seq = 0; seq < count; seq++) {
      link.a.transmit(packet({ seq, ...wish }));
      clock.advanceBy(interval);
    }
  };
  return { clock, link, atA, atB, events, send };
}

/** The arrivals as `seq@time`. */
export function listed(arrivals: readonly Arrival[]): string[] {
  return arrivals.map(({ at, seq }) => `${seq}@${at}`);
}
