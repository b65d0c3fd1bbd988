import type { Packet } from '@halfclose/codec';
import { Timer, VirtualClock } from '@halfclose/timers';
import {
  ConnectionEvent,
  Host,
  type HostedConnection,
  type PacketDevice,
  type Profile,
  profile,
} from '../src/index.ts';
import { ip, SETTINGS } from './bench.ts';

const CLIENT = ip('10.0.0.1');
const SERVER = ip('10.0.0.2');
/** Milliseconds of the way from one host to the other. */
const DELAY = 5;

/** Octets that repeat with a period that no size of segments has. */
const PERIOD = 251;
const PATTERN = Uint8Array.from({ length: PERIOD + 65_536 }, (_, i) => i % PERIOD);

/** One end of a way between two hosts: packets arrive at the other end some milliseconds later, in order. */
class PipeEnd implements PacketDevice {
  readonly name = 'pipe';
  readonly mtu = 1500;
  readonly offload = { checksum: true, segmentOctets: 0 };
  readonly #clock: VirtualClock;
  readonly #onTransmit: () => void;
  #receive: (packet: Packet) => void = () => undefined;
  #underWay: { readonly at: number; readonly packet: Packet }[] = [];
  other: PipeEnd | null = null;
  readonly #timer = new Timer((now) => {
    this.#deliver(now);
  });

  constructor(clock: VirtualClock, onTransmit: () => void) {
    this.#clock = clock;
    this.#onTransmit = onTransmit;
  }

  transmit(packet: Packet): void {
    this.#onTransmit();
    const at = this.#clock.now() + DELAY;
    this.#underWay.push({ at, packet });
    if (!this.#timer.armed) this.#clock.arm(this.#timer, at);
  }

  attach(receive: (packet: Packet) => void): void {
    this.#receive = receive;
  }

  #deliver(now: number): void {
    const due = this.#underWay.filter(({ at }) => at <= now);
    this.#underWay = this.#underWay.slice(due.length);
    const { other } = this;
    for (const { packet } of due) if (other !== null) other.#receive(packet);
    const [first] = this.#underWay;
    if (first !== undefined) this.#clock.arm(this.#timer, first.at);
  }
}

/** One direction of a connection: a program that writes, and one that reads and compares. */
export class Stream {
  readonly #number: number;
  readonly #writer: Host;
  readonly #reader: Host;
  readonly source: HostedConnection;
  readonly sink: HostedConnection;
  written = 0;
  /** Octets that arrived and were as written. */
  read = 0;
  isReading = false;
  #toWrite = 0;

  constructor(number: number, writer: Host, source: HostedConnection, reader: Host, sink: HostedConnection) {
    this.#number = number;
    this.#writer = writer;
    this.#reader = reader;
    this.source = source;
    this.sink = sink;
    source.owner = {
      onConnectionEvents: (events) => {
        if ((events & ConnectionEvent.Writable) !== 0) this.#write();
      },
    };
    sink.owner = {
      onConnectionEvents: (events) => {
        if (this.isReading && (events & ConnectionEvent.Readable) !== 0) this.#read();
      },
    };
  }

  /** Writes so many octets more, as many at once as are taken. */
  write(octets: number): void {
    this.#toWrite += octets;
    this.#write();
  }

  startReading(): void {
    this.isReading = true;
    this.#read();
  }

  #write(): void {
    while (this.#toWrite > 0) {
      const size = Math.min(this.#toWrite, 65_536);
      const taken = this.source.connection.send(this.#text(this.written, size));
      this.written += taken;
      this.#toWrite -= taken;
      this.#writer.wake(this.source);
      if (taken < size) return;
    }
  }

  #read(): void {
    const { connection } = this.sink;
    for (;;) {
      const text = connection.read(65_536, this.#reader.now);
      if (text.length === 0) break;
      if (Buffer.compare(text, this.#text(this.read, text.length)) !== 0)
        throw new Error(`other octets than were written from ${this.read} on`);
      this.read += text.length;
    }
    this.#reader.wake(this.sink);
  }

  #text(from: number, octets: number): Uint8Array {
    const start = (from + this.#number) % PERIOD;
    return PATTERN.subarray(start, start + octets);
  }
}

/** Two hosts with many connections between them, all from client to server, in virtual time. */
export class Crowd {
  readonly clock = new VirtualClock();
  readonly client: Host;
  readonly server: Host;
  readonly streams: Stream[] = [];
  /** The most memory that either host had in use. */
  peak = 0;

  constructor(connections: number, changes: Partial<Profile>) {
    const [here, there] = [this.#end(), this.#end()];
    here.other = there;
    there.other = here;
    this.client = this.#host(1, changes);
    this.client.addInterface(here, [{ address: CLIENT, prefixLength: 24 }]);
    this.server = this.#host(2, changes);
    this.server.addInterface(there, [{ address: SERVER, prefixLength: 24 }]);
    this.#connect(connections);
  }

  #end(): PipeEnd {
    return new PipeEnd(this.clock, () => {
      this.peak = Math.max(this.peak, this.client.memory.used, this.server.memory.used);
    });
  }

  #host(secret: number, changes: Partial<Profile>): Host {
    return new Host({
      timers: this.clock,
      secret: Uint32Array.of(secret, 2, 3, 4),
      profile: profile(changes),
    });
  }

  #connect(connections: number): void {
    const port = {
      address: SERVER,
      port: 80,
      ipv6Only: false,
      reuseAddress: false,
      reusePort: false,
      listening: false,
    };
    const listener = this.server.listen(this.server.ports.hold(port), connections, SETTINGS, {
      onAcceptable: () => undefined,
    });
    const sources = new Map<number, HostedConnection>();
    for (let i = 0; i < connections; i++) {
      const source = this.client.connect({
        remoteAddress: SERVER,
        remotePort: 80,
        binding: null,
        localAddress: null,
        settings: SETTINGS,
      });
      if (typeof source === 'string') throw new Error(source);
      sources.set(source.localPort, source);
    }
    this.clock.advanceBy(100);
    for (let sink = this.server.accept(listener); sink !== null; sink = this.server.accept(listener)) {
      const source = sources.get(sink.remotePort);
      if (source === undefined) throw new Error('a connection from nowhere');
      this.streams.push(new Stream(this.streams.length, this.client, source, this.server, sink));
    }
  }
}
