import { ipv4, type Segment } from '@halfclose/codec';
import { BlockPool, Connection, ConnectionEvent, linux, type Profile } from '../src/index.ts';

/** What happens to a segment on its way: pass it on (`true`), or lose it (`false`). */
export type Way = (segment: Segment, from: 'a' | 'b') => boolean;

export interface PairOptions {
  readonly profile?: Profile;
  readonly mtu?: number;
  readonly delay?: number;
  readonly segmentOctets?: number;
}

interface InFlight {
  readonly at: number;
  readonly to: 'a' | 'b';
  readonly segment: Segment;
}

/** Two connections joined by a wire with a delay, in virtual time that jumps to the next wake-up. */
export class Pair {
  readonly a: Connection;
  b: Connection;
  now = 1000;
  readonly sent: { readonly from: 'a' | 'b'; readonly segment: Segment; readonly at: number }[] = [];
  readonly events = { a: 0, b: 0 };
  way: Way = () => true;
  readonly #wire: InFlight[] = [];
  readonly #delay: number;
  #bIsOpen = false;

  constructor(options: PairOptions = {}) {
    const profile = options.profile ?? linux;
    const pool = new BlockPool();
    const path = () => ({
      mtu: options.mtu ?? 1500,
      segmentOctets: options.segmentOctets ?? 0,
      byReference: false,
    });
    this.#delay = options.delay ?? 5;
    const addressA = ipv4(10, 0, 0, 1);
    const addressB = ipv4(10, 0, 0, 2);
    const common = { profile, pool };
    this.a = new Connection({
      ...common,
      path: path(),
      localAddress: addressA,
      localPort: 1000,
      remoteAddress: addressB,
      remotePort: 80,
      initialSequenceNumber: 0x7fffff00,
      timestampOffset: 5,
    });
    this.b = new Connection({
      ...common,
      path: path(),
      localAddress: addressB,
      localPort: 80,
      remoteAddress: addressA,
      remotePort: 1000,
      initialSequenceNumber: -500,
      timestampOffset: 77,
    });
  }

  /** Opens actively from a, passively at b. */
  connect(): this {
    this.a.connect(this.now);
    this.run(200);
    return this;
  }

  /** Sends what either side has to say. */
  flush(): void {
    for (const name of ['a', 'b'] as const) {
      const connection = this[name];
      for (let s = connection.nextSegment(this.now); s !== null; s = connection.nextSegment(this.now)) {
        this.sent.push({ from: name, segment: s, at: this.now });
        if (this.way(s, name)) {
          this.#wire.push({ at: this.now + this.#delay, to: name === 'a' ? 'b' : 'a', segment: s });
        }
      }
      this.events[name] |= connection.takeEvents();
    }
  }

  /** Runs for `ms` of virtual time. */
  run(ms: number): void {
    const end = this.now + ms;
    this.flush();
    for (;;) {
      const next = Math.min(this.#wire[0]?.at ?? Infinity, this.a.deadline, this.b.deadline);
      if (next > end) break;
      this.now = Math.max(this.now, next);
      while ((this.#wire[0]?.at ?? Infinity) <= this.now) {
        const { to, segment } = this.#wire.shift() ?? { to: 'a' as const, segment: null };
        if (segment === null) break;
        if (to === 'b' && !this.#bIsOpen && this.b.state === 'CLOSED') {
          this.#bIsOpen = true;
          this.b.accept(segment, this.now);
        } else this[to].receive(segment, this.now);
      }
      if (this.a.deadline <= this.now) this.a.tick(this.now);
      if (this.b.deadline <= this.now) this.b.tick(this.now);
      this.flush();
    }
    this.now = end;
  }

  /** What was sent since the start, in tcpdump's manner with relative numbers. */
  trace(from = 0): string[] {
    return this.sent.slice(from).map(({ from: name, segment }) => {
      const own = this[name].sender.iss;
      const other = this[name === 'a' ? 'b' : 'a'].sender.iss;
      const flags = segment.flags;
      const letters = [
        flags & 2 ? 'S' : '',
        flags & 1 ? 'F' : '',
        flags & 4 ? 'R' : '',
        flags & 8 ? 'P' : '',
        flags & 16 ? '.' : '',
      ].join('');
      const seq = (segment.seq - own) | 0;
      const length = segment.payload.length;
      const ack = flags & 16 ? ` ack ${(segment.ack - other) | 0}` : '';
      return `${name} ${letters} ${seq}:${seq + length}(${length})${ack}`;
    });
  }
}

export { ConnectionEvent };
