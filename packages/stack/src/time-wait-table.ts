import { IpAddress } from '@halfclose/codec';
import type { FourTuple, TimeWait } from '@halfclose/tcp';
import { Timer, type TimerService } from '@halfclose/timers';
import { AddressPairs } from './address-pairs.ts';
import { RecordIndex } from './record-index.ts';
import { RecordStore } from './record-store.ts';

/** A connection in TIME-WAIT as a value, made when it is looked at. */
export interface TimeWaitEntry extends FourTuple {
  /** Its place in the table. */
  readonly slot: number;
  readonly record: TimeWait;
  /** When it entered the state, or the 2MSL began anew. */
  readonly since: number;
  /** When 2MSL are over. */
  readonly deadline: number;
}

/** The int32 fields of an entry: 40 octets. */
const Field = {
  /** IPv4: the addresses. IPv6: twice the number of their pair. */
  Remote: 0,
  Local: 1,
  /** Local port in the high half, remote port in the low one. */
  Ports: 2,
  SndNxt: 3,
  RcvNxt: 4,
  TsRecent: 5,
  /** Milliseconds since the table was made, modulo 2^32. */
  Deadline: 6,
  /** Window in the high half; in the low one the flags, and when a challenge went out last. */
  WindowAndFlags: 7,
  /** Neighbours in the order of expiry; -1: none. */
  Next: 8,
  Previous: 9,
} as const;
const FIELDS = 10;

const HAS_TIMESTAMPS = 0x8000;
const IS_IPV6 = 0x4000;
/** The challenge's time in units of 32 ms since the table was made, in 14 bits; 0: none. That lasts for 8 minutes. */
const CHALLENGE_MASK = 0x3fff;
const CHALLENGE_UNIT = 32;

/** Entries that one run of the timer lets go at most, so that a million at once do not hold up the process. */
const EXPIRIES_PER_RUN = 10_000;

/** What a table needs of its host. */
export interface TimeWaitSurroundings {
  readonly timers: TimerService;
  /** 2MSL in milliseconds. */
  readonly duration: number;
  /** Seed of the hash. */
  readonly seed: number;
  /** The offset of the timestamps between two addresses, which no entry keeps. */
  timestampOffset(local: IpAddress, remote: IpAddress): number;
  /** 2MSL of an entry are over; it is no longer in the table. */
  onExpired(entry: TimeWaitEntry, now: number): void;
}

/**
 * The connections in TIME-WAIT of a host: compact records and an index over them, at most 48 octets an entry for IPv4.
 * All stay for the same time, so the order of entry is the order of expiry: one timer and a list serve them all, and a
 * restart moves an entry to the end. Finding, adding, restarting and expiring one cost the same with ten or a million.
 */
export class TimeWaitTable {
  readonly #around: TimeWaitSurroundings;
  readonly #epoch: number;
  readonly #store = new RecordStore(FIELDS);
  readonly #index = new RecordIndex((slot) => this.#hashOf(slot));
  readonly #pairs = new AddressPairs();
  readonly #timer: Timer;
  /** First and last to expire; -1: none. */
  #first = -1;
  #last = -1;
  // What is looked for: fields rather than a closure for each look-up.
  #wantedRemote = 0;
  #wantedLocal = 0;
  #wantedPorts = 0;
  #wantedFamily = 0;

  constructor(around: TimeWaitSurroundings) {
    this.#around = around;
    this.#epoch = Math.floor(around.timers.now());
    this.#timer = new Timer((now) => {
      this.#expire(now);
    });
  }

  get size(): number {
    return this.#index.size;
  }

  /** Octets of memory held, the index included. */
  get octets(): number {
    return this.#store.octets + this.#index.octets;
  }

  /** The entry with these four numbers; `null`: none. */
  find(local: IpAddress, localPort: number, remote: IpAddress, remotePort: number): TimeWaitEntry | null {
    if (this.#index.size === 0) return null;
    this.#wantedFamily = remote.isIPv4 ? 0 : IS_IPV6;
    if (remote.isIPv4) {
      this.#wantedRemote = remote.word3;
      this.#wantedLocal = local.word3;
    } else {
      const pair = this.#pairs.find(local, remote);
      if (pair < 0) return null;
      this.#wantedRemote = this.#wantedLocal = pair;
    }
    this.#wantedPorts = (localPort << 16) | remotePort;
    const slot = this.#index.find(
      this.#hash(this.#wantedRemote, this.#wantedLocal, this.#wantedPorts),
      this.#matches,
    );
    return slot < 0 ? null : this.#entry(slot);
  }

  /** Enters what is left of a connection whose four numbers are not in the table. */
  add(tuple: FourTuple, record: TimeWait, now: number): void {
    const store = this.#store;
    const slot = store.allocate();
    const { localAddress: local, remoteAddress: remote } = tuple;
    const pair = remote.isIPv4 ? -1 : this.#pairs.hold(local, remote);
    store.set(slot, Field.Remote, pair < 0 ? remote.word3 : pair);
    store.set(slot, Field.Local, pair < 0 ? local.word3 : pair);
    store.set(slot, Field.Ports, (tuple.localPort << 16) | tuple.remotePort);
    store.set(slot, Field.SndNxt, record.sndNxt);
    store.set(slot, Field.RcvNxt, record.rcvNxt);
    const flags = (record.timestamps ? HAS_TIMESTAMPS : 0) | (pair < 0 ? 0 : IS_IPV6);
    store.set(slot, Field.WindowAndFlags, (record.window << 16) | flags);
    this.#keep(slot, record);
    this.#append(slot, now);
    this.#index.add(slot);
  }

  /** Keeps what an arriving segment changed in an entry's record. */
  update(entry: TimeWaitEntry): void {
    this.#keep(entry.slot, entry.record);
  }

  /** Begins the 2MSL anew. */
  restart(entry: TimeWaitEntry, now: number): void {
    this.#unlink(entry.slot);
    this.#append(entry.slot, now);
  }

  remove(entry: TimeWaitEntry): void {
    this.#remove(entry.slot);
  }

  /** All entries, the next to expire first. */
  *values(): IterableIterator<TimeWaitEntry> {
    for (let slot = this.#first; slot >= 0; slot = this.#store.get(slot, Field.Next)) yield this.#entry(slot);
  }

  #keep(slot: number, { tsRecent, lastChallengeAt }: TimeWait): void {
    const store = this.#store;
    store.set(slot, Field.TsRecent, tsRecent);
    const units = Math.floor((lastChallengeAt - this.#epoch) / CHALLENGE_UNIT);
    const challenge = lastChallengeAt === -Infinity ? 0 : units & CHALLENGE_MASK || 1;
    store.set(
      slot,
      Field.WindowAndFlags,
      (store.get(slot, Field.WindowAndFlags) & ~CHALLENGE_MASK) | challenge,
    );
  }

  #entry(slot: number): TimeWaitEntry {
    const store = this.#store;
    const ports = store.get(slot, Field.Ports);
    const bits = store.get(slot, Field.WindowAndFlags);
    const remoteWord = store.get(slot, Field.Remote);
    const { local, remote } =
      (bits & IS_IPV6) === 0
        ? { local: fromWord(store.get(slot, Field.Local)), remote: fromWord(remoteWord) }
        : this.#pairs.get(remoteWord);
    const deadline = this.#deadline(slot);
    return {
      slot,
      localAddress: local,
      localPort: ports >>> 16,
      remoteAddress: remote,
      remotePort: ports & 0xffff,
      record: {
        sndNxt: store.get(slot, Field.SndNxt),
        rcvNxt: store.get(slot, Field.RcvNxt),
        window: bits >>> 16,
        timestamps: (bits & HAS_TIMESTAMPS) !== 0,
        tsRecent: store.get(slot, Field.TsRecent),
        timestampOffset: this.#around.timestampOffset(local, remote),
        lastChallengeAt: this.#challengeTime(bits & CHALLENGE_MASK),
      },
      since: deadline - this.#around.duration,
      deadline,
    };
  }

  /** The latest time with these 14 bits that has come. */
  #challengeTime(units: number): number {
    if (units === 0) return -Infinity;
    const now = Math.floor((this.#around.timers.now() - this.#epoch) / CHALLENGE_UNIT);
    return this.#epoch + (now - ((now - units) & CHALLENGE_MASK)) * CHALLENGE_UNIT;
  }

  /** The time nearest to now with these 32 bits. */
  #deadline(slot: number): number {
    const now = Math.floor(this.#around.timers.now() - this.#epoch);
    return this.#epoch + now + ((this.#store.get(slot, Field.Deadline) - now) | 0);
  }

  readonly #matches = (slot: number): boolean => {
    const store = this.#store;
    return (
      store.get(slot, Field.Ports) === this.#wantedPorts &&
      store.get(slot, Field.Remote) === this.#wantedRemote &&
      store.get(slot, Field.Local) === this.#wantedLocal &&
      (store.get(slot, Field.WindowAndFlags) & IS_IPV6) === this.#wantedFamily
    );
  };

  #hashOf(slot: number): number {
    const store = this.#store;
    return this.#hash(
      store.get(slot, Field.Remote),
      store.get(slot, Field.Local),
      store.get(slot, Field.Ports),
    );
  }

  #hash(remote: number, local: number, ports: number): number {
    let h = Math.imul(this.#around.seed ^ ports, 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 15) ^ remote, 0xc2b2ae35);
    h = Math.imul(h ^ (h >>> 13) ^ local, 0x27d4eb2f);
    h ^= h >>> 16;
    return Math.imul(h, 0x9e3779b1);
  }

  #append(slot: number, now: number): void {
    const store = this.#store;
    const deadline = Math.ceil(now + this.#around.duration);
    store.set(slot, Field.Deadline, (deadline - this.#epoch) | 0);
    store.set(slot, Field.Next, -1);
    store.set(slot, Field.Previous, this.#last);
    if (this.#last >= 0) store.set(this.#last, Field.Next, slot);
    else this.#first = slot;
    this.#last = slot;
    if (!this.#timer.armed) this.#around.timers.arm(this.#timer, deadline);
  }

  #unlink(slot: number): void {
    const store = this.#store;
    const next = store.get(slot, Field.Next);
    const previous = store.get(slot, Field.Previous);
    if (previous >= 0) store.set(previous, Field.Next, next);
    else this.#first = next;
    if (next >= 0) store.set(next, Field.Previous, previous);
    else this.#last = previous;
  }

  #remove(slot: number): void {
    this.#index.remove(slot);
    this.#unlink(slot);
    if ((this.#store.get(slot, Field.WindowAndFlags) & IS_IPV6) !== 0) {
      this.#pairs.release(this.#store.get(slot, Field.Remote));
    }
    this.#store.free(slot);
    // A timer without an entry would keep a virtual clock from being idle.
    if (this.#first < 0) this.#around.timers.disarm(this.#timer);
  }

  #expire(now: number): void {
    for (let left = EXPIRIES_PER_RUN; this.#first >= 0; left--) {
      const slot = this.#first;
      const deadline = this.#deadline(slot);
      if (deadline > now || left === 0) {
        this.#around.timers.arm(this.#timer, deadline);
        return;
      }
      const entry = this.#entry(slot);
      this.#remove(slot);
      this.#around.onExpired(entry, now);
    }
  }
}

function fromWord(word: number): IpAddress {
  return new IpAddress(0, 0, 0xffff, word);
}
