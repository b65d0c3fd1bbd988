import { Flag, ipv4, type Segment } from '@halfclose/codec';
import {
  acknowledgmentOf,
  BlockPool,
  Connection,
  defaultSettings,
  linux,
  type Profile,
  profile,
  receiveInTimeWait,
  timeWaitOf,
} from '../src/index.ts';
import { assertInvariants } from './invariants.ts';
import { pathOf } from './path/path-of.ts';
import { patience } from '@halfclose/test-support';

/** One end of a {@link Pair}. */
export type End = 'a' | 'b';

/** What becomes of a segment: how long each of its copies takes, in milliseconds; none: it is lost. */
export type Way = (segment: Segment, from: End) => readonly number[];

interface InFlight {
  readonly at: number;
  readonly to: End;
  readonly segment: Segment;
}

/** Two connections and the wire between them, in virtual time. Invariants are asserted after every step. */
export class Pair {
  readonly a: Connection;
  readonly b: Connection;
  now = 1000;
  readonly #wire: InFlight[] = [];
  readonly #way: Way;

  constructor(way: Way, changes: Partial<Profile> = {}) {
    this.#way = way;
    const end = (own: number, other: number, initialSequenceNumber: number): Connection =>
      new Connection({
        localAddress: ipv4(10, 0, 0, own),
        localPort: own,
        remoteAddress: ipv4(10, 0, 0, other),
        remotePort: other,
        profile: profile(changes, linux),
        path: pathOf(1500),
        initialSequenceNumber,
        timestampOffset: own,
        pool: new BlockPool(),
        settings: defaultSettings(profile(changes, linux)),
      });
    this.a = end(1, 2, 0x7fff_ff00);
    this.b = end(2, 1, -500);
  }

  /** Lets `ms` pass. */
  run(ms: number): void {
    const limit = this.now + ms;
    this.flush();
    for (const turn = patience('time stands still', 1_000_000); ; turn()) {
      const next = Math.min(this.#nextArrival, this.a.deadline, this.b.deadline);
      if (next > limit) break;
      this.now = Math.max(this.now, next);
      this.#deliver();
      for (const end of [this.a, this.b]) if (end.deadline <= this.now) end.tick(this.now);
      this.flush();
    }
    this.now = limit;
  }

  /** Sends what either end has to say. */
  flush(): void {
    for (const from of ['a', 'b'] as const) {
      const connection = this[from];
      const turn = patience('there are segments to send');
      for (let s = connection.nextSegment(this.now); s !== null; s = connection.nextSegment(this.now)) {
        turn();
        this.#transmit(s, from);
      }
      assertInvariants(connection);
    }
  }

  get #nextArrival(): number {
    return this.#wire.reduce((earliest, { at }) => Math.min(earliest, at), Infinity);
  }

  #deliver(): void {
    const isDue = ({ at }: InFlight): boolean => at <= this.now;
    for (let i = this.#wire.findIndex(isDue); i >= 0; i = this.#wire.findIndex(isDue)) {
      for (const { to, segment } of this.#wire.splice(i, 1)) this.#arrive(segment, to);
    }
  }

  /** Does what a stack would: listens once, and answers for an end in TIME-WAIT. */
  #arrive(segment: Segment, to: End): void {
    const connection = this[to];
    if (connection.history.length === 0) {
      if ((segment.flags & (Flag.SYN | Flag.ACK)) === Flag.SYN) connection.accept(segment, this.now);
    } else if (connection.state === 'TIME-WAIT') {
      const entry = timeWaitOf(connection);
      const { answer } = receiveInTimeWait(entry, segment, false, this.now, connection.profile);
      if (answer === 'acknowledge') this.#transmit(acknowledgmentOf(connection, entry, this.now), to);
    } else connection.receive(segment, this.now);
  }

  #transmit(segment: Segment, from: End): void {
    for (const delay of this.#way(segment, from)) {
      this.#wire.push({ at: this.now + delay, to: from === 'a' ? 'b' : 'a', segment });
    }
  }
}
