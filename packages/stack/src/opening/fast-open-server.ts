import type { TcpPacket } from '@halfclose/codec';
import { checkArray } from '@halfclose/codec/arguments';
import {
  fastOpenCookie,
  type FastOpenGrant,
  type FastOpenOption,
  fastOpenOptionOf,
  type KeyedHash,
  type Profile,
  sameCookie,
} from '@halfclose/tcp';
import type { FastOpenQueue, FastOpenSettings } from '../connections/fast-open-queue.ts';

/** Bits of the profile's `fastOpen`. */
const SERVER = 2;
const WITHOUT_COOKIE = 0x200;
const ALL_LISTENERS = 0x400;

const KEY_WORDS = 4;
const MOST_KEYS = 2;
const SALT = 0x54464f;

/** Fast Open of one listener. */
export interface ListenerFastOpen {
  readonly settings: FastOpenSettings;
  readonly queue: FastOpenQueue;
}

/** The server's side of Fast Open on a host: its keys, and what a SYN is granted (RFC 7413, 4.2.2). */
export class FastOpenServer {
  readonly #profile: Profile;
  #keys: readonly Uint32Array[];

  /** `hash`: the host's; its first key comes from it. */
  constructor(profile: Profile, hash: KeyedHash) {
    this.#profile = profile;
    this.#keys = [Uint32Array.from({ length: KEY_WORDS }, (_, index) => hash(Uint32Array.of(SALT, index)))];
  }

  /** The keys in use, four words each: cookies are made with the first, those of the second are taken, too. */
  get keys(): readonly Uint32Array[] {
    return this.#keys;
  }

  /**
   * Takes others.
   *
   * @throws TypeError or RangeError for what are no keys
   */
  set keys(keys: readonly Uint32Array[]) {
    checkKeys(keys);
    this.#keys = keys.map((key) => key.slice());
  }

  /** How many connections may be open before their handshakes are over where a listener has not said so itself. */
  limitFor(backlog: number): number {
    const both = SERVER | ALL_LISTENERS;
    return (this.#profile.fastOpen & both) === both ? backlog : 0;
  }

  /** What a SYN is granted; `null`: nothing (Linux tcp_try_fastopen). */
  grant(
    { settings, queue }: ListenerFastOpen,
    { source, destination, segment }: TcpPacket,
    now: number,
  ): FastOpenGrant | null {
    const bits = this.#profile.fastOpen;
    if ((bits & SERVER) === 0 || settings.limit === 0) return null;
    const option = fastOpenOptionOf(segment);
    if ((segment.payload.length === 0 && option === null) || !queue.hasRoom(settings.limit, now)) return null;
    if ((bits & WITHOUT_COOKIE) !== 0 || settings.withoutCookie) return { opens: true, option: null };
    if (option === null) return null;
    const [first, second] = settings.keys ?? this.#keys;
    if (first === undefined) return null;
    const cookie = fastOpenCookie(source, destination, first);
    const told: FastOpenOption = { cookie, experimental: option.experimental };
    if (option.cookie.length === 0) return { opens: false, option: told };
    if (sameCookie(option.cookie, cookie)) return { opens: true, option: null };
    const isOfSecond =
      second !== undefined && sameCookie(option.cookie, fastOpenCookie(source, destination, second));
    return { opens: isOfSecond, option: told };
  }
}

/** Throws a TypeError or RangeError for what are no keys. */
function checkKeys(keys: readonly Uint32Array[]): void {
  checkArray('keys', keys);
  if (keys.length < 1 || keys.length > MOST_KEYS)
    throw new RangeError(`keys must be one or two, not ${keys.length}`);
  for (const key of keys) {
    if (!(key instanceof Uint32Array) || key.length !== KEY_WORDS)
      throw new TypeError('keys must be Uint32Arrays of four words');
  }
}
