import type { IpAddress } from '@halfclose/codec';
import type { ActiveFastOpen, Connection, FastOpenOption, FastOpenRequest, Profile } from '@halfclose/tcp';
import { FastOpenBlackHole } from './fast-open-black-hole.ts';

/** How a program wants a connection opened with Fast Open. */
export interface FastOpenWish {
  /** Text is sent without a cookie (TCP_FASTOPEN_NO_COOKIE). */
  readonly withoutCookie: boolean;
  /** With a cookie at hand, the SYN is to wait for text (TCP_FASTOPEN_CONNECT). */
  readonly defers: boolean;
}

/** What is known of a server (RFC 7413, 4.1.3). */
interface KnownServer {
  mss: number;
  /** `null`: it never gave one. */
  cookie: FastOpenOption | null;
  /** How a cookie was asked for in vain: `'standard'`, the form of the experiment is tried next, once. */
  refused: 'no' | 'standard' | 'experimental';
}

/** Bits of the profile's `fastOpen`. */
const CLIENT = 1;
const WITHOUT_COOKIE = 4;

/** Servers that are remembered; of more, the one that was heard of longest ago is forgotten. */
const MOST_SERVERS = 4096;

const NO_COOKIE: FastOpenOption = { cookie: new Uint8Array(0), experimental: false };
const NO_EXPERIMENTAL_COOKIE: FastOpenOption = { cookie: NO_COOKIE.cookie, experimental: true };

/** The client's side of Fast Open on a host: cookies of servers, and whether the path swallows what comes after such a SYN. */
export class FastOpenClient {
  readonly #profile: Profile;
  readonly #servers = new Map<string, KnownServer>();
  readonly #blackHole: FastOpenBlackHole;

  constructor(profile: Profile) {
    this.#profile = profile;
    this.#blackHole = new FastOpenBlackHole(profile);
  }

  /** Whether clients may use it at all. */
  get isAllowed(): boolean {
    return (this.#profile.fastOpen & CLIENT) !== 0;
  }

  /** What a connection begins with that is opened as `wish` says (Linux tcp_fastopen_cookie_check). */
  requestFor(local: IpAddress, remote: IpAddress, wish: FastOpenWish, now: number): FastOpenRequest {
    const known = this.#servers.get(keyOf(local, remote));
    const mss = known?.mss ?? 0;
    if (this.#blackHole.isAvoided(now)) return { option: null, takesText: false, mss, defers: false };
    const { defers } = wish;
    if (wish.withoutCookie || (this.#profile.fastOpen & WITHOUT_COOKIE) !== 0)
      return { option: null, takesText: true, mss, defers };
    const cookie = known?.cookie ?? null;
    if (cookie !== null) return { option: cookie, takesText: true, mss, defers };
    const option = known?.refused === 'standard' ? NO_EXPERIMENTAL_COOKIE : NO_COOKIE;
    return { option, takesText: false, mss, defers: false };
  }

  /** A connection of ours with Fast Open has got on: notes what it learnt. `isOnWire`: it leaves the host. */
  onProgress(connection: Connection, fastOpen: ActiveFastOpen, isOnWire: boolean, now: number): void {
    if (fastOpen.answer !== null) this.#learn(connection, fastOpen);
    if (fastOpen.suspectsPath) {
      fastOpen.suspectsPath = false;
      this.#blackHole.onFound(now);
    }
    if (connection.textSegmentsReceived > 0 && isOnWire) this.#blackHole.onPassed(now);
  }

  /** A timeout struck a connection of ours with Fast Open: the third in a row, or the last (Linux tcp_fastopen_active_detect_blackhole). */
  onTimeout({ sender, state }: Connection, { asked, textSent }: ActiveFastOpen, now: number): void {
    if (asked === 'nothing' && textSent === 0) return;
    const { timeouts } = sender.recovery;
    if (timeouts === TIMEOUTS_OF_BLACK_HOLE || state === 'CLOSED') this.#blackHole.onFound(now);
  }

  /** Forgets cookies, and that any were refused. */
  forget(): void {
    this.#servers.clear();
  }

  #learn({ localAddress, remoteAddress }: Connection, fastOpen: ActiveFastOpen): void {
    const { answer } = fastOpen;
    fastOpen.answer = null;
    if (answer === null) return;
    const key = keyOf(localAddress, remoteAddress);
    const known = this.#servers.get(key) ?? { mss: 0, cookie: null, refused: 'no' };
    if (answer.mss > 0) known.mss = answer.mss;
    const { option } = answer;
    if (option !== null && option.cookie.length > 0)
      known.cookie = { cookie: option.cookie.slice(), experimental: option.experimental };
    else if (known.cookie === null && known.refused !== 'experimental' && answer.refused !== 'no')
      known.refused = answer.refused;
    this.#servers.delete(key);
    this.#servers.set(key, known);
    if (this.#servers.size > MOST_SERVERS) this.#forgetFirst();
  }

  #forgetFirst(): void {
    for (const key of this.#servers.keys()) {
      this.#servers.delete(key);
      return;
    }
  }
}

const TIMEOUTS_OF_BLACK_HOLE = 3;

function keyOf(local: IpAddress, remote: IpAddress): string {
  return `${local.toString()} ${remote.toString()}`;
}
