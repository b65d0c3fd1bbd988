import {
  Flag,
  icmpError,
  type IpAddress,
  NO_BYTES,
  type Packet,
  parseIpAddress,
  Segment,
  type TcpPacket,
} from '@halfclose/codec';
import { VirtualClock } from '@halfclose/timers';
import {
  type Binding,
  Host,
  type HostOptions,
  type HostedConnection,
  type InheritedSettings,
  type Listener,
  type PacketDevice,
  type Profile,
  profile,
} from '../src/index.ts';

/** What a socket without options would say. */
export const SETTINGS: InheritedSettings = {
  connection: null,
  noDelay: false,
  receiveBuffer: 0,
};

/** An address, which must be one. */
export function ip(text: string): IpAddress {
  const address = parseIpAddress(text);
  if (address === null) throw new Error(`not an address: ${text}`);
  return address;
}

export const OWN = ip('10.0.0.1');
export const PEER = ip('10.0.0.2');
export const OWN6 = ip('fd00::1');
export const PEER6 = ip('fd00::2');

/** What a test wants to be different in a segment of the peer. */
export interface SegmentWish extends Partial<Segment> {
  readonly from?: IpAddress;
  readonly to?: IpAddress;
}

/** A packet from the peer's port 1000 to our port 80, unless told. */
export function packetOf({ from = PEER, to = OWN, ...fields }: SegmentWish): TcpPacket {
  const segment = Object.assign(
    new Segment(),
    { sourcePort: 1000, destinationPort: 80, window: 65_000 },
    fields,
  );
  return { kind: 'tcp', source: from, destination: to, hopLimit: 64, dscp: 0, segment };
}

/** A device whose other end is the test. */
export class TestDevice implements PacketDevice {
  readonly name = 'test';
  readonly mtu = 1500;
  readonly offload = { checksum: true, segmentOctets: 0 };
  readonly sent: TcpPacket[] = [];
  #receive: (packet: Packet) => void = () => undefined;

  transmit(packet: Packet): void {
    if (packet.kind === 'tcp') this.sent.push(packet);
  }

  attach(receive: (packet: Packet) => void): void {
    this.#receive = receive;
  }

  deliver(packet: Packet): void {
    this.#receive(packet);
  }
}

/** One host at 10.0.0.1 and fd00::1 whose peer is the test, in virtual time. */
export class Bench {
  readonly clock = new VirtualClock();
  readonly device = new TestDevice();
  readonly host: Host;

  constructor(changes: Partial<Profile> = {}, options: Partial<HostOptions> = {}) {
    this.host = new Host({
      timers: this.clock,
      secret: Uint32Array.of(1, 2, 3, 4),
      profile: profile(changes),
      ...options,
    });
    this.host.addInterface(this.device, [
      { address: OWN, prefixLength: 24 },
      { address: OWN6, prefixLength: 64 },
    ]);
  }

  binding(port: number, changes: Partial<Binding> = {}): Binding {
    return this.host.ports.hold({
      address: OWN,
      port,
      ipv6Only: false,
      reuseAddress: false,
      reusePort: false,
      listening: false,
      ...changes,
    });
  }

  listen(port = 80, backlog = 5, address = OWN): Listener {
    return this.host.listen(this.binding(port, { address }), backlog, SETTINGS, {
      onAcceptable: () => undefined,
    });
  }

  /** connect() to the peer; the SYN is among what was sent. */
  connect(remoteAddress = PEER, remotePort = 80): HostedConnection {
    const hosted = this.open(remoteAddress, remotePort);
    this.clock.runTasks();
    return hosted;
  }

  /** connect() to the peer; nothing was sent yet. */
  open(remoteAddress = PEER, remotePort = 80): HostedConnection {
    const hosted = this.host.connect({
      remoteAddress,
      remotePort,
      binding: null,
      localAddress: null,
      settings: SETTINGS,
    });
    if (typeof hosted === 'string') throw new Error(hosted);
    return hosted;
  }

  /** A connection to the peer in ESTABLISHED, whose next sequence number from the peer is 1. */
  connected(remoteAddress = PEER): HostedConnection {
    const hosted = this.connect(remoteAddress);
    const ack = hosted.connection.sender.sndNxt;
    this.reply(hosted, { flags: Flag.SYN | Flag.ACK, seq: 0, ack, maximumSegmentSize: 1460 });
    this.sent();
    return hosted;
  }

  /** Ends `hosted`, which we close first, and brings it to TIME-WAIT. */
  closed(hosted = this.connected()): HostedConnection {
    hosted.connection.close(false, this.clock.now());
    hosted.connection.disown(this.clock.now());
    this.host.wake(hosted);
    this.clock.runTasks();
    this.reply(hosted, { flags: Flag.FIN | Flag.ACK, seq: 1, ack: hosted.connection.sender.sndNxt });
    this.sent();
    return hosted;
  }

  /** The peer of `hosted` sends this. */
  reply(hosted: HostedConnection, fields: Partial<Segment>): void {
    const {
      localPort: destinationPort,
      remotePort: sourcePort,
      localAddress: to,
      remoteAddress: from,
    } = hosted;
    this.receive({ destinationPort, sourcePort, to, from, ...fields });
  }

  /** Somebody sends this to the host: from port 1000 to port 80 unless told. */
  receive(wish: SegmentWish): void {
    this.device.deliver(packetOf(wish));
    this.clock.runTasks();
  }

  /** An ICMP error about a segment of ours that began at `seq`. */
  icmp(hosted: HostedConnection, type: number, code: number, seq: number, parameter = 0): void {
    const {
      localAddress: source,
      remoteAddress: destination,
      localPort: sourcePort,
      remotePort: destinationPort,
    } = hosted;
    const segment = Object.assign(new Segment(), { sourcePort, destinationPort, seq, payload: NO_BYTES });
    const about: TcpPacket = { kind: 'tcp', source, destination, hopLimit: 64, dscp: 0, segment };
    const message = icmpError(type, code, about, parameter);
    const [from, to] = [source.isIPv4 ? ip('10.0.0.254') : ip('fd00::fe'), source];
    this.device.deliver({ kind: 'icmp', source: from, destination: to, hopLimit: 64, dscp: 0, message });
    this.clock.runTasks();
  }

  /** What was sent since the last call: flags, ports and octets of text. */
  sent(): string[] {
    return this.device.sent.splice(0).map(({ segment }) => {
      const { flags, sourcePort, destinationPort, payload } = segment;
      const letters = [
        ['S', Flag.SYN],
        ['F', Flag.FIN],
        ['R', Flag.RST],
        ['P', Flag.PSH],
        ['.', Flag.ACK],
      ] as const;
      const names = letters.map(([letter, bit]) => ((flags & bit) !== 0 ? letter : '')).join('');
      return `${names} ${sourcePort}>${destinationPort}${payload.length > 0 ? ` (${payload.length})` : ''}`;
    });
  }
}
