import { decodePacket, encodePacket, type IpAddress, type Packet } from '@halfclose/codec';
import { Link, type LinkOptions, Random } from '@halfclose/netem';
import { Host, linux, type PacketDevice, type Profile } from '@halfclose/stack';
import { VirtualClock } from '@halfclose/timers';
import { AF_INET, AF_INET6, Errno, TcpSocket } from '../src/index.ts';
import { HostInvariants } from './host-invariants.ts';
import { type StreamPlan, StreamProgram } from './stream-program.ts';
import { address } from './two-hosts.ts';

const PORT = 7;
/** Nothing that these programs do takes longer, whatever the link does. */
const LONGEST_RUN = 4 * 3600 * 1000;

const ADDRESSES = {
  IPv4: { client: address('10.0.0.1'), server: address('10.0.0.2') },
  IPv6: { client: address('fd00::1'), server: address('fd00::2') },
};
const LOOPBACK = { IPv4: address('127.0.0.1'), IPv6: address('::1') };

/** What a simulation is about; everything else comes from the seed. */
export interface SimulationOptions {
  readonly family: 'IPv4' | 'IPv6';
  readonly profile: Partial<Profile>;
  /**
   * How packets travel: as octets with checksums (the default), as objects on a link that cuts up large segments
   * itself, or within one host.
   */
  readonly way?: 'octets' | 'offload' | 'loopback';
}

/** Encodes and decodes all that goes out, so that what arrives has been octets with checksums. */
class EncodedEnd implements PacketDevice {
  readonly name: string;
  readonly mtu: number;
  readonly offload = { checksum: false, segmentOctets: 0 };
  readonly #end: PacketDevice;

  constructor(end: PacketDevice) {
    this.name = end.name;
    this.mtu = end.mtu;
    this.#end = end;
  }

  transmit(packet: Packet): void {
    const decoded = decodePacket(encodePacket(packet));
    if (typeof decoded === 'string') throw new Error(`a host sent what cannot be decoded: ${decoded}`);
    this.#end.transmit(decoded);
  }

  attach(receive: (packet: Packet) => void): void {
    this.#end.attach(receive);
  }
}

/** Two hosts over a bad link, or one over loopback, with programs that send streams both ways; all of it decided by one number. */
export class Simulation {
  readonly clock = new VirtualClock();
  readonly #random: Random;
  readonly #client: Host;
  readonly #server: Host;
  readonly #serverAddress: IpAddress;
  readonly #programs: StreamProgram[] = [];
  readonly #listener: TcpSocket;
  readonly #family: number;
  readonly #invariants: HostInvariants;

  constructor(seed: number, options: SimulationOptions) {
    const random = new Random(seed);
    this.#random = random;
    const { family, way = 'octets' } = options;
    const isIPv4 = family === 'IPv4';
    this.#family = isIPv4 ? AF_INET : AF_INET6;
    // Enough patience that no attempt to connect or to close ends for bad luck alone.
    const patience = { synRetries: 12, synAckRetries: 12, orphanRetries: 15 };
    const profile: Profile = { ...linux, ...patience, ...options.profile };
    const host = (name: string): Host =>
      new Host({ timers: this.clock, secret: secret(random), name, profile });
    const badness = badLink(seed, random, isIPv4);
    this.#client = host('client');
    this.#server = way === 'loopback' ? this.#client : host('server');
    this.#serverAddress = way === 'loopback' ? LOOPBACK[family] : ADDRESSES[family].server;
    if (way !== 'loopback') {
      const link = new Link(this.clock, way === 'offload' ? { ...badness, segmentOctets: 65_536 } : badness);
      const [a, b] = way === 'offload' ? [link.a, link.b] : [new EncodedEnd(link.a), new EncodedEnd(link.b)];
      const prefixLength = isIPv4 ? 24 : 64;
      this.#client.addInterface(a, [{ address: ADDRESSES[family].client, prefixLength }]);
      this.#server.addInterface(b, [{ address: ADDRESSES[family].server, prefixLength }]);
    }
    this.#invariants = new HostInvariants(this.hosts);
    this.#listener = new TcpSocket(this.#server, this.#family);
    this.#configure(this.#listener);
    must(this.#listener.bind(this.#serverAddress, PORT));
    must(this.#listener.listen(16));
    // Connections may come in another order than they were begun, so all streams of a run have the same shape.
    const [up, down] = this.#plans();
    this.#listener.owner = {
      onReadiness: () => {
        for (
          let child = this.#listener.accept();
          typeof child !== 'number';
          child = this.#listener.accept()
        ) {
          this.#programs.push(new StreamProgram(this.clock, child, random, down));
        }
      },
    };
    for (let i = 1 + random.below(3); i > 0; i--) this.#begin(up);
  }

  /** Both hosts, for those who want to watch. */
  get hosts(): readonly Host[] {
    return this.#client === this.#server ? [this.#client] : [this.#client, this.#server];
  }

  /** Runs to the end, and checks that nothing is left of it. Throws what went wrong. */
  run(): void {
    while (this.clock.step()) {
      this.#invariants.check();
      if (this.clock.now() > LONGEST_RUN) throw new Error(`still going on: ${this.#progress}`);
      if (this.#programs.every((program) => program.closed)) this.#listener.close();
    }
    this.#checkNothingIsLeft();
  }

  get #progress(): string {
    return this.#programs.map((program) => program.progress).join('; ');
  }

  #begin(plan: StreamPlan): void {
    const socket = new TcpSocket(this.#client, this.#family);
    this.#configure(socket);
    const result = socket.connect(this.#serverAddress, PORT);
    if (result !== -Errno.EINPROGRESS) throw new Error(`connect returned ${result}`);
    this.#programs.push(new StreamProgram(this.clock, socket, this.#random, plan));
  }

  #configure(socket: TcpSocket): void {
    const random = this.#random;
    if (random.chance(0.3)) must(socket.options.set('TCP_NODELAY', 1, 0));
    if (random.chance(0.3)) must(socket.options.set('SO_RCVBUF', 1000 + random.below(20_000), 0));
    if (random.chance(0.3)) must(socket.options.set('SO_SNDBUF', 3000 + random.below(20_000), 0));
    if (random.chance(0.2)) must(socket.options.set('TCP_MAXSEG', 100 + random.below(1300), 0));
  }

  #plans(): readonly [StreamPlan, StreamPlan] {
    const random = this.#random;
    const octets = () => (random.chance(0.1) ? 0 : random.below(random.chance(0.2) ? 300_000 : 40_000));
    const [up, down] = [octets(), octets()];
    const plan = () => ({
      pause: random.chance(0.5) ? 0 : random.uniform() * 0.3,
      pauseMilliseconds: random.chance(0.2) ? 5000 : 100,
      writeOctets: random.chance(0.2) ? 100_000 : 1 + random.below(5000),
      readOctets: random.chance(0.3) ? 65_536 : 1 + random.below(5000),
      afterPeer: false,
    });
    const turn = random.below(4);
    return [
      { ...plan(), octets: up, salt: 1, expected: down, expectedSalt: 2, afterPeer: turn === 0 },
      { ...plan(), octets: down, salt: 2, expected: up, expectedSalt: 1, afterPeer: turn === 1 },
    ];
  }

  #checkNothingIsLeft(): void {
    if (!this.#programs.every((program) => program.closed)) {
      throw new Error(`everything is quiet, but not done: ${this.#progress}`);
    }
    if (this.clock.pendingTimers > 0) throw new Error(`${this.clock.pendingTimers} timers are left`);
    for (const host of this.hosts) {
      for (const { connection } of host.hosted())
        throw new Error(`${host.name}: left in ${connection.state}`);
      for (const { binding } of host.listeners())
        throw new Error(`${host.name}: port ${binding.port} listens`);
      const { used, holders } = host.memory;
      if (used !== 0 || holders !== 0) throw new Error(`${host.name}: ${used} octets in ${holders} buffers`);
      for (const { state } of host.records()) throw new Error(`${host.name}: a record is left in ${state}`);
      for (let port = 0; port < 65_536; port++) {
        if (!host.ports.isFree(port)) throw new Error(`${host.name}: port ${port} is still held`);
      }
    }
  }
}

function badLink(seed: number, random: Random, isIPv4: boolean): LinkOptions {
  const upTo = (most: number): number => (random.chance(0.3) ? 0 : random.uniform() * most);
  return {
    seed,
    mtu: isIPv4 ? 576 + random.below(2000) : 1280 + random.below(2000),
    delay: upTo(100),
    jitter: upTo(20),
    ...(random.chance(0.3)
      ? { rate: 200_000 + random.below(5_000_000), queue: { packets: 5 + random.below(50), markAt: 4 } }
      : {}),
    loss: random.chance(0.2) ? { goodToBad: 0.03, badToGood: 0.6 } : upTo(0.12),
    duplicate: upTo(0.1),
    reorder: { probability: upTo(0.2), delay: upTo(60) },
    // One flipped bit is always found by the checksum; several can cancel out.
    corrupt: upTo(0.05),
  };
}

function secret(random: Random): Uint32Array {
  return Uint32Array.of(random.uint32(), random.uint32(), random.uint32(), random.uint32());
}

function must(result: number): void {
  if (result < 0) throw new Error(`a call returned ${result}`);
}
