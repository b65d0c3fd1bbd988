import { IpAddress } from '@halfclose/codec';
import { checkAddress, checkInteger, checkNumber } from '@halfclose/codec/arguments';
import type { ConnectionRecord } from '@halfclose/tcp';
import { AddressNumbers } from './address-numbers.ts';
import {
  checkEntry,
  checkNow,
  checkOrigin,
  checkSurroundings,
  type RecordEntry,
  type RecordOrigin,
  type RecordSurroundings,
} from './record-entry.ts';
import { ExpiryLists } from './expiry-lists.ts';
import { type Binding, checkPort } from '../ports/port-table.ts';
import { RecordIndex } from './record-index.ts';
import { RECORD_BITS, RECORD_MASK, RecordStore } from './record-store.ts';

/** The int32 fields of an entry: 40 octets. */
const Field = {
  /** IPv4: the addresses. IPv6: where the remote one is, and the number of the local one. */
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
  /** The next to expire; above it what kind of entry it is, the shift of the window, and a half of its looks. */
  Next: 8,
  /** The one that expires before; above it the place of the binding, and the other half. */
  Previous: 9,
} as const;
const FIELDS = 10;
/** And those of an IPv6 address: 16 octets. */
const ADDRESS_FIELDS = 4;

const HAS_TIMESTAMPS = 0x8000;
const IS_IPV6 = 0x4000;
/**
 * When a challenge went out last, in 14 bits; 0: never. Else one more than the units of 32 ms since the table was made,
 * modulo 2^14 - 1: that lasts for 8 minutes. A part of a unit counts as one, so that none seems earlier than it was.
 */
const CHALLENGE_MASK = 0x3fff;
const CHALLENGE_UNIT = 32;

/** In the field Next. */
const IS_FIN_WAIT_2 = 1 << RECORD_BITS;
/** It has no deadline. */
const STAYS = 1 << (RECORD_BITS + 1);
const SHIFT_AT = RECORD_BITS + 2;
const SHIFT_MASK = 0xf;

/** The six bits of the field Previous above the link, for a place that does not fit them. */
const FAR = 0x3f;

/** How often a limit is put off: two bits at the top of Next, and two of Previous; for what does not fit them, all set. */
const LOOKS_AT = RECORD_BITS + 6;
const LOOKS_MASK = 0x3;
const MANY = 0xf;

/** So many that more might not have a number: some are heads of lists, and memory comes in chunks. */
const MOST_ENTRIES = RECORD_MASK - 10_000;

/**
 * What a host keeps of connections that need no more than a record: those in TIME-WAIT, and orphans in FIN-WAIT-2. With
 * the index over them at most 48 octets an entry for IPv4, and 65 for IPv6, from 25,000 entries on, whatever their
 * addresses. The work to find, add, restart and
 * expire one is the same for any number, the growth of the index spread over those that made it grow; but what does not
 * fit the processor's caches takes longer to come by. Memory is given back as entries go.
 *
 * Each entry is a user of the binding of its connection, until it is removed.
 *
 * Its methods throw a TypeError or RangeError that names the argument which is none.
 */
export class RecordTable {
  readonly #around: RecordSurroundings;
  readonly #epoch: number;
  readonly #store = new RecordStore(FIELDS);
  readonly #index = new RecordIndex((slot) => this.#hashOf(slot));
  /** Remote IPv6 addresses, one for each entry: peers may all be different, and then nothing is to be shared. */
  readonly #remotes = new RecordStore(ADDRESS_FIELDS);
  readonly #locals = new AddressNumbers();
  readonly #lists: ExpiryLists;
  /** Bindings of entries whose place does not fit the entry. */
  readonly #far = new Map<number, Binding>();
  /** How often the limits of entries are put off that may be for longer than they can say. */
  readonly #many = new Map<number, number>();
  #finWait2s = 0;
  // What is looked for: fields rather than a closure for each look-up.
  #wanted: IpAddress | null = null;
  #wantedLocal = 0;
  #wantedPorts = 0;
  #wantedFamily = 0;

  constructor(around: RecordSurroundings) {
    checkSurroundings(around);
    this.#around = around;
    this.#epoch = Math.floor(around.timers.now());
    this.#lists = new ExpiryLists(
      this.#store,
      { next: Field.Next, previous: Field.Previous },
      around.timers,
      {
        deadlineOf: (slot) => this.#deadline(slot),
        onExpired: (slot, now) => {
          this.#onDeadline(slot, now);
        },
      },
    );
  }

  /** Entries of both kinds. */
  get size(): number {
    return this.#index.size;
  }

  /** Entries in TIME-WAIT. */
  get timeWaits(): number {
    return this.#index.size - this.#finWait2s;
  }

  /** Whether no more can be taken in. */
  get isFull(): boolean {
    return this.#index.size >= MOST_ENTRIES;
  }

  /** Octets of memory held, the index included. */
  get octets(): number {
    return this.#store.octets + this.#remotes.octets + this.#index.octets;
  }

  /** The entry with these four numbers; `null`: none. */
  find(local: IpAddress, localPort: number, remote: IpAddress, remotePort: number): RecordEntry | null {
    const slot = this.slotOf(local, localPort, remote, remotePort);
    return slot < 0 ? null : this.#entry(slot);
  }

  /**
   * The place of that entry in the table; -1: there is none. For those who look for a port that is free: an entry is 300
   * bytes, and two of them for each connection took a tenth of its time.
   */
  slotOf(local: IpAddress, localPort: number, remote: IpAddress, remotePort: number): number {
    checkAddress('local', local);
    checkPort('localPort', localPort);
    checkAddress('remote', remote);
    checkPort('remotePort', remotePort);
    if (this.#index.size === 0) return -1;
    const { isIPv4 } = remote;
    const localKey = isIPv4 ? local.word3 : this.#locals.find(local);
    if (!isIPv4 && localKey < 0) return -1;
    this.#wantedFamily = isIPv4 ? 0 : IS_IPV6;
    this.#wanted = remote;
    this.#wantedLocal = localKey;
    this.#wantedPorts = (localPort << 16) | remotePort;
    const remoteKey = isIPv4
      ? remote.word3
      : this.#fold(remote.word0, remote.word1, remote.word2, remote.word3);
    return this.#index.find(this.#hash(remoteKey, localKey, this.#wantedPorts), this.#matches);
  }

  /**
   * Since when the entry at `slot` is in TIME-WAIT with timestamps, which keep an old connection and a new one apart (RFC
   * 6191); Infinity: it is in FIN-WAIT-2, where the peer's stream goes on, or has none.
   */
  reusableSince(slot: number): number {
    const store = this.#store;
    const isTimeWait = (store.get(slot, Field.Next) & IS_FIN_WAIT_2) === 0;
    const hasTimestamps = (store.get(slot, Field.WindowAndFlags) & HAS_TIMESTAMPS) !== 0;
    return isTimeWait && hasTimestamps ? this.#deadline(slot) - this.#around.duration : Infinity;
  }

  /** Ends the entry at `slot`, as {@link remove}, for a connection that follows on it. Returns its SND.NXT. */
  takeOver(slot: number): number {
    const sndNxt = this.#store.get(slot, Field.SndNxt);
    this.#remove(slot);
    return sndNxt;
  }

  /**
   * Enters what is left of a connection in TIME-WAIT whose four numbers are not in the table. It is the connection's
   * successor as a user of the binding.
   */
  addTimeWait(origin: RecordOrigin, record: ConnectionRecord, now: number): void {
    checkOrigin(origin, record);
    checkNow(now);
    const slot = this.#add(origin, record);
    this.#enterTimeWait(slot, now);
    this.#index.add(slot);
  }

  /**
   * The same for an orphan in FIN-WAIT-2 that stays until `deadline` (Infinity: as long as it takes), which is to be put
   * off `looks` times. `limit`: how long such an orphan stays in all, in milliseconds; others with the same limit came before
   * it. Returns its place in the table.
   */
  addFinWait2(
    origin: RecordOrigin,
    record: ConnectionRecord,
    limit: number,
    deadline: number,
    looks = 0,
  ): number {
    checkOrigin(origin, record);
    checkNumber('limit', limit, 0, Infinity);
    if (deadline !== Infinity) checkNumber('deadline', deadline, -Number.MAX_VALUE, Number.MAX_VALUE);
    checkInteger('looks', looks, 0, Infinity);
    const slot = this.#add(origin, record);
    const store = this.#store;
    const stays = deadline === Infinity ? STAYS : 0;
    store.set(slot, Field.Next, store.get(slot, Field.Next) | IS_FIN_WAIT_2 | stays);
    if (stays === 0) store.set(slot, Field.Deadline, (Math.ceil(deadline) - this.#epoch) | 0);
    if (looks > 0) this.#setLooks(slot, looks);
    this.#lists.append(slot, limit);
    this.#index.add(slot);
    this.#finWait2s++;
    return slot;
  }

  /** Keeps what an arriving segment changed in an entry's record. */
  update(entry: RecordEntry): void {
    checkEntry(entry);
    this.#keep(entry.slot, entry.record);
  }

  /** The peer of an entry in FIN-WAIT-2 was heard of: its limit is to be put off `looks` times from now on. */
  putOff(entry: RecordEntry, looks: number): void {
    checkEntry(entry);
    checkInteger('looks', looks, 0, Infinity);
    this.#setLooks(entry.slot, looks);
  }

  /** Begins the 2MSL anew. */
  restart(entry: RecordEntry, now: number): void {
    checkEntry(entry);
    checkNow(now);
    this.#lists.remove(entry.slot);
    this.#enterTimeWait(entry.slot, now);
  }

  /** The peer's FIN came: the entry is one of TIME-WAIT from now on. */
  closeFinWait2(entry: RecordEntry, now: number): void {
    checkEntry(entry);
    checkNow(now);
    const { slot } = entry;
    this.#keep(slot, entry.record);
    this.#lists.remove(slot);
    this.#setLooks(slot, 0);
    this.#store.set(slot, Field.Next, this.#store.get(slot, Field.Next) & ~(IS_FIN_WAIT_2 | STAYS));
    this.#enterTimeWait(slot, now);
    this.#finWait2s--;
  }

  /** Ends an entry, also as a user of its binding. */
  remove(entry: RecordEntry): void {
    checkEntry(entry);
    this.#remove(entry.slot);
  }

  /** All entries; of those that stay equally long, the next to expire first. */
  *values(): IterableIterator<RecordEntry> {
    for (const slot of this.#lists.values()) yield this.#entry(slot);
  }

  /** A slot with everything but a deadline and a place in the lists. */
  #add(origin: RecordOrigin, record: ConnectionRecord): number {
    const store = this.#store;
    const slot = store.allocate();
    const { localAddress: local, remoteAddress: remote, binding } = origin;
    const { isIPv4 } = remote;
    store.set(slot, Field.Remote, isIPv4 ? remote.word3 : this.#addRemote(remote));
    store.set(slot, Field.Local, isIPv4 ? local.word3 : this.#locals.hold(local));
    store.set(slot, Field.Ports, (origin.localPort << 16) | origin.remotePort);
    store.set(slot, Field.SndNxt, record.sndNxt);
    const flags = (record.timestamps ? HAS_TIMESTAMPS : 0) | (isIPv4 ? 0 : IS_IPV6);
    store.set(slot, Field.WindowAndFlags, (record.window << 16) | flags);
    store.set(slot, Field.Next, record.windowShift << SHIFT_AT);
    store.set(slot, Field.Previous, Math.min(binding.place, FAR) << RECORD_BITS);
    if (binding.place >= FAR) this.#far.set(slot, binding);
    this.#keep(slot, record);
    return slot;
  }

  #addRemote({ word0, word1, word2, word3 }: IpAddress): number {
    const remotes = this.#remotes;
    const at = remotes.allocate();
    remotes.set(at, 0, word0);
    remotes.set(at, 1, word1);
    remotes.set(at, 2, word2);
    remotes.set(at, 3, word3);
    return at;
  }

  #enterTimeWait(slot: number, now: number): void {
    this.#wait(slot, this.#around.duration, now);
  }

  #wait(slot: number, duration: number, now: number): void {
    this.#store.set(slot, Field.Deadline, (Math.ceil(now + duration) - this.#epoch) | 0);
    this.#lists.append(slot, duration);
  }

  #onDeadline(slot: number, now: number): void {
    const looks = this.#looks(slot);
    if (looks > 0) {
      this.#setLooks(slot, looks - 1);
      this.#lists.remove(slot);
      this.#wait(slot, this.#around.recheck, now);
      this.#around.onPutOff(this.#entry(slot), now);
      return;
    }
    const entry = this.#entry(slot);
    this.#remove(slot);
    this.#around.onExpired(entry, now);
  }

  #looks(slot: number): number {
    const high = this.#store.get(slot, Field.Next) >>> LOOKS_AT;
    const looks = (high << 2) | (this.#store.get(slot, Field.Previous) >>> LOOKS_AT);
    return looks === MANY ? (this.#many.get(slot) ?? 0) : looks;
  }

  #setLooks(slot: number, looks: number): void {
    const store = this.#store;
    this.#many.delete(slot);
    if (looks >= MANY) this.#many.set(slot, looks);
    const bits = Math.min(looks, MANY);
    const others = ~(LOOKS_MASK << LOOKS_AT);
    store.set(slot, Field.Next, (store.get(slot, Field.Next) & others) | ((bits >>> 2) << LOOKS_AT));
    store.set(
      slot,
      Field.Previous,
      (store.get(slot, Field.Previous) & others) | ((bits & LOOKS_MASK) << LOOKS_AT),
    );
  }

  #keep(slot: number, { rcvNxt, tsRecent, lastChallengeAt }: ConnectionRecord): void {
    const store = this.#store;
    store.set(slot, Field.RcvNxt, rcvNxt);
    store.set(slot, Field.TsRecent, tsRecent);
    const challenge =
      lastChallengeAt === -Infinity ? 0 : (this.#challengeUnits(lastChallengeAt) % CHALLENGE_MASK) + 1;
    store.set(
      slot,
      Field.WindowAndFlags,
      (store.get(slot, Field.WindowAndFlags) & ~CHALLENGE_MASK) | challenge,
    );
  }

  #entry(slot: number): RecordEntry {
    const store = this.#store;
    const ports = store.get(slot, Field.Ports);
    const bits = store.get(slot, Field.WindowAndFlags);
    const isIPv4 = (bits & IS_IPV6) === 0;
    const [localKey, remoteKey] = [store.get(slot, Field.Local), store.get(slot, Field.Remote)];
    const local = isIPv4 ? fromWord(localKey) : this.#locals.get(localKey);
    const remote = isIPv4 ? fromWord(remoteKey) : this.#remote(remoteKey);
    const deadline = this.#deadline(slot);
    const kind = store.get(slot, Field.Next);
    return {
      slot,
      state: (kind & IS_FIN_WAIT_2) === 0 ? 'TIME-WAIT' : 'FIN-WAIT-2',
      localAddress: local,
      localPort: ports >>> 16,
      remoteAddress: remote,
      remotePort: ports & 0xffff,
      record: {
        sndNxt: store.get(slot, Field.SndNxt),
        rcvNxt: store.get(slot, Field.RcvNxt),
        window: bits >>> 16,
        windowShift: (kind >>> SHIFT_AT) & SHIFT_MASK,
        timestamps: (bits & HAS_TIMESTAMPS) !== 0,
        tsRecent: store.get(slot, Field.TsRecent),
        timestampOffset: this.#around.timestampOffset(local, remote),
        lastChallengeAt: this.#challengeTime(bits & CHALLENGE_MASK),
      },
      since: deadline - this.#around.duration,
      deadline,
    };
  }

  #challengeUnits(time: number): number {
    return Math.ceil((time - this.#epoch) / CHALLENGE_UNIT);
  }

  /** The latest time with these 14 bits that has come, but for the part of a unit. */
  #challengeTime(bits: number): number {
    if (bits === 0) return -Infinity;
    const now = this.#challengeUnits(this.#around.timers.now());
    const age = ((now % CHALLENGE_MASK) + CHALLENGE_MASK - (bits - 1)) % CHALLENGE_MASK;
    return this.#epoch + (now - age) * CHALLENGE_UNIT;
  }

  /** The time nearest to now with these 32 bits. */
  #deadline(slot: number): number {
    if ((this.#store.get(slot, Field.Next) & STAYS) !== 0) return Infinity;
    const now = Math.floor(this.#around.timers.now() - this.#epoch);
    return this.#epoch + now + ((this.#store.get(slot, Field.Deadline) - now) | 0);
  }

  readonly #matches = (slot: number): boolean => {
    const store = this.#store;
    return (
      store.get(slot, Field.Ports) === this.#wantedPorts &&
      store.get(slot, Field.Local) === this.#wantedLocal &&
      (store.get(slot, Field.WindowAndFlags) & IS_IPV6) === this.#wantedFamily &&
      this.#isRemoteWanted(store.get(slot, Field.Remote))
    );
  };

  #isRemoteWanted(remoteKey: number): boolean {
    const wanted = this.#wanted;
    if (wanted === null) return false;
    if (this.#wantedFamily === 0) return remoteKey === wanted.word3;
    const remotes = this.#remotes;
    return (
      remotes.get(remoteKey, 3) === wanted.word3 &&
      remotes.get(remoteKey, 2) === wanted.word2 &&
      remotes.get(remoteKey, 1) === wanted.word1 &&
      remotes.get(remoteKey, 0) === wanted.word0
    );
  }

  #remote(at: number): IpAddress {
    const remotes = this.#remotes;
    return new IpAddress(remotes.get(at, 0), remotes.get(at, 1), remotes.get(at, 2), remotes.get(at, 3));
  }

  #hashOf(slot: number): number {
    const store = this.#store;
    const at = store.get(slot, Field.Remote);
    const remotes = this.#remotes;
    const isIPv4 = (store.get(slot, Field.WindowAndFlags) & IS_IPV6) === 0;
    const remoteKey = isIPv4
      ? at
      : this.#fold(remotes.get(at, 0), remotes.get(at, 1), remotes.get(at, 2), remotes.get(at, 3));
    return this.#hash(remoteKey, store.get(slot, Field.Local), store.get(slot, Field.Ports));
  }

  /** Of an IPv6 address what {@link #hash} takes; the seed keeps strangers from choosing those that collide. */
  #fold(word0: number, word1: number, word2: number, word3: number): number {
    let h = Math.imul(this.#around.seed ^ word0, 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 15) ^ word1, 0xc2b2ae35);
    h = Math.imul(h ^ (h >>> 13) ^ word2, 0x27d4eb2f);
    h = Math.imul(h ^ (h >>> 16) ^ word3, 0x9e3779b1);
    return h ^ (h >>> 15);
  }

  #hash(remote: number, local: number, ports: number): number {
    let h = Math.imul(this.#around.seed ^ ports, 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 15) ^ remote, 0xc2b2ae35);
    h = Math.imul(h ^ (h >>> 13) ^ local, 0x27d4eb2f);
    h ^= h >>> 16;
    return Math.imul(h, 0x9e3779b1);
  }

  #remove(slot: number): void {
    const store = this.#store;
    this.#index.remove(slot);
    this.#lists.remove(slot);
    if ((store.get(slot, Field.Next) & IS_FIN_WAIT_2) !== 0) this.#finWait2s--;
    if ((store.get(slot, Field.WindowAndFlags) & IS_IPV6) !== 0) {
      this.#remotes.free(store.get(slot, Field.Remote));
      this.#locals.release(store.get(slot, Field.Local));
    }
    this.#many.delete(slot);
    this.#releasePort(slot);
    store.free(slot);
  }

  #releasePort(slot: number): void {
    const place = (this.#store.get(slot, Field.Previous) >>> RECORD_BITS) & FAR;
    const { ports } = this.#around;
    const port = this.#store.get(slot, Field.Ports) >>> 16;
    const binding = place === FAR ? this.#far.get(slot) : ports.at(port, place);
    this.#far.delete(slot);
    if (binding !== undefined && binding !== null) ports.release(binding);
  }
}

function fromWord(word: number): IpAddress {
  return new IpAddress(0, 0, 0xffff, word);
}
