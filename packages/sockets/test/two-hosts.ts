import {
  Flag,
  icmpError,
  IcmpType,
  IcmpUnreachable,
  type IpAddress,
  type Packet,
  parseIpAddress,
  Segment,
  type TcpPacket,
} from '@halfclose/codec';
import { Link, type LinkOptions } from '@halfclose/netem';
import { Host, linux, type Profile } from '@halfclose/stack';
import { patience } from '@halfclose/test-support';
import { VirtualClock } from '@halfclose/timers';
import { AF_INET, Errno, errnoName, Poll, TcpSocket } from '../src/index.ts';

const LETTERS = [
  ['S', Flag.SYN],
  ['F', Flag.FIN],
  ['R', Flag.RST],
  ['P', Flag.PSH],
  ['U', Flag.URG],
  ['.', Flag.ACK],
] as const;

/** Two connected sockets: `a` called connect(), `b` came out of accept(). */
export interface Connected {
  readonly a: TcpSocket;
  readonly b: TcpSocket;
}

/** Hosts a and b with a link between them that takes 10 ms, in virtual time. b listens when told. */
export class TwoHosts {
  readonly clock = new VirtualClock();
  readonly link: Link;
  readonly a: Host;
  readonly b: Host;
  readonly addressA = address('10.0.0.1');
  readonly addressB = address('10.0.0.2');
  /** What both hosts sent since the last look: host, flags, octets of text if any. */
  #sent: string[] = [];

  constructor(profile: Partial<Profile> = {}, link: LinkOptions = {}) {
    this.link = new Link(this.clock, { delay: 10, ...link });
    const host = (name: string, word: number): Host =>
      new Host({
        timers: this.clock,
        secret: Uint32Array.of(word, 2, 3, 4),
        name,
        profile: { ...linux, ...profile },
      });
    this.a = host('a', 1);
    this.b = host('b', 2);
    this.a.addInterface(this.link.a, [{ address: this.addressA, prefixLength: 24 }]);
    this.b.addInterface(this.link.b, [{ address: this.addressB, prefixLength: 24 }]);
    for (const each of [this.a, this.b]) {
      each.observe((event) => {
        if (event.type === 'segment' && event.direction === 'sent')
          this.#sent.push(lineOf(each.name, event.packet));
      });
    }
  }

  /** What was sent since the last call, as `a S`, `b S.`, `a P.(100)`. */
  sent(): string[] {
    const sent = this.#sent;
    this.#sent = [];
    return sent;
  }

  /** Lets 100 ms pass: time for everything that does not wait for a timer. */
  settle(ms = 100): void {
    this.clock.advanceBy(ms);
  }

  listener(backlog = 5, port = 80): TcpSocket {
    const socket = new TcpSocket(this.b, AF_INET);
    must(socket.bind(this.addressB, port));
    must(socket.listen(backlog));
    return socket;
  }

  /** connect() under way. */
  connecting(port = 80): TcpSocket {
    const socket = new TcpSocket(this.a, AF_INET);
    const result = socket.connect(this.addressB, port);
    if (result !== -Errno.EINPROGRESS) throw new Error(`connect returned ${result}`);
    return socket;
  }

  connected(listener = this.listener()): Connected {
    const a = this.connecting();
    this.settle();
    const b = accepted(listener);
    listener.close();
    this.settle();
    this.sent();
    return { a, b };
  }

  /** Puts a segment on the wire to `host` that comes from a host which is not there. */
  segment(host: Host, fields: Partial<Segment>): void {
    const source = address('10.0.0.9');
    const destination = host === this.b ? this.addressB : this.addressA;
    const segment = Object.assign(new Segment(), { window: 65_535 }, fields);
    const end = host === this.b ? this.link.a : this.link.b;
    end.transmit({ kind: 'tcp', source, destination, hopLimit: 64, dscp: 0, segment });
    this.settle();
  }

  /** Sequence and acknowledgment number of each segment that a host sends from now on. */
  watchNumbers(host: Host): [seq: number, ack: number][] {
    const numbers: [number, number][] = [];
    host.observe((event) => {
      if (event.type !== 'segment' || event.direction !== 'sent') return;
      this.#sent.push(lineOf(host.name, event.packet));
      if (event.packet.kind === 'tcp') numbers.push([event.packet.segment.seq, event.packet.segment.ack]);
    });
    return numbers;
  }

  /** Puts `segment`, which claims to come from the peer of `socket`, on the wire. */
  inject(socket: Pick<TcpSocket, 'connection' | 'host'>, fields: Partial<Segment>): void {
    const { connection } = socket;
    if (connection === null) throw new Error('not connected');
    const segment = Object.assign(new Segment(), {
      sourcePort: connection.remotePort,
      destinationPort: connection.localPort,
      ...fields,
    });
    const [source, destination] = [connection.remoteAddress, connection.localAddress];
    const end = socket.host === this.a ? this.link.b : this.link.a;
    end.transmit({ kind: 'tcp', source, destination, hopLimit: 64, dscp: 0, segment });
    this.settle();
  }

  /** A router on the way says of the first segment that `socket` has in flight that the peer's host is unreachable. */
  unreachable({ connection }: TcpSocket): void {
    if (connection === null) throw new Error('not connected');
    const { localAddress: source, remoteAddress: destination, sender } = connection;
    const { localPort: sourcePort, remotePort: destinationPort } = connection;
    const segment = Object.assign(new Segment(), { sourcePort, destinationPort, seq: sender.sndUna });
    const about: TcpPacket = { kind: 'tcp', source, destination, hopLimit: 64, dscp: 0, segment };
    const message = icmpError(IcmpType.DESTINATION_UNREACHABLE, IcmpUnreachable.HOST, about);
    const [from, to] = [destination, source];
    this.link.b.transmit({ kind: 'icmp', source: from, destination: to, hopLimit: 64, dscp: 0, message });
    this.settle();
  }

  /** The only connection of each host, or `none`. */
  states(): string[] {
    return [this.a, this.b].map((host) => {
      const states = [...host.hosted()].map(({ connection }) => connection.state);
      for (const { state } of host.records()) states.push(state);
      return states.join(' ') || 'none';
    });
  }
}

/** The next connection of a listener. */
export function accepted(listener: TcpSocket): TcpSocket {
  const socket = listener.accept();
  if (typeof socket === 'number') throw new Error(`accept returned ${errnoName(socket)}`);
  return socket;
}

/** What a read of up to 65536 octets says: a count or the name of an error. */
export function read(socket: TcpSocket): number | string {
  return named(socket.recv(new Uint8Array(65_536)));
}

/** Receives into `target`, again and again, until there is nothing more. Returns how many octets that were. */
export function recvAll(socket: TcpSocket, target: Uint8Array): number {
  let octets = 0;
  const turn = patience('there is text to receive');
  for (let count = socket.recv(target); count > 0; count = socket.recv(target)) {
    octets += count;
    turn();
  }
  return octets;
}

/** What a write of one octet, or more, says. */
export function write(socket: TcpSocket, octets = 1): number | string {
  return named(socket.send(new Uint8Array(octets)));
}

/** SO_ERROR by name; `none` for 0. */
export function pendingError(socket: TcpSocket): string {
  return errnoName(socket.takeError()) ?? 'none';
}

/** A result, or the name of the error that it stands for. */
export function named(result: number): number | string {
  return result < 0 ? (errnoName(result) ?? result) : result;
}

/** poll() as names in the order of Linux's tables. */
export function poll(socket: TcpSocket): string {
  const flags = socket.poll();
  return (['IN', 'PRI', 'OUT', 'RDHUP', 'ERR', 'HUP'] as const)
    .filter((name) => (flags & Poll[name]) !== 0)
    .join(' ');
}

function lineOf(host: string, packet: Packet): string {
  if (packet.kind === 'icmp') return `${host} icmp`;
  const { flags, payload } = packet.segment;
  const letters = LETTERS.map(([letter, bit]) => ((flags & bit) !== 0 ? letter : '')).join('');
  return `${host} ${letters}${payload.length > 0 ? `(${payload.length})` : ''}`;
}

function must(result: number): void {
  if (result < 0) throw new Error(`a call returned ${errnoName(result)}`);
}

/** An address, which must be one. */
export function address(text: string): IpAddress {
  const parsed = parseIpAddress(text);
  if (parsed === null) throw new Error(`not an address: ${text}`);
  return parsed;
}
