import type { Profile } from '@halfclose/tcp';

/** How often the time may double. */
const MOST_DOUBLINGS = 6;

/**
 * Whether something on the way swallows what follows on a SYN with Fast Open. For a time clients then do without, for the whole
 * host, as what is to blame is mostly near (RFC 7413, 4.1.3.2 and 7.3; Linux tcp_fastopen_active_should_disable).
 */
export class FastOpenBlackHole {
  readonly #profile: Profile;
  #foundAt = 0;
  /** How often in a row one was found. */
  #times = 0;

  constructor(profile: Profile) {
    this.#profile = profile;
  }

  /** Whether Fast Open is not to be used now. */
  isAvoided(now: number): boolean {
    const { fastOpenBlackHole: patience } = this.#profile;
    if (patience === 0 || this.#times === 0) return false;
    return now < this.#foundAt + patience * 2 ** Math.min(this.#times - 1, MOST_DOUBLINGS);
  }

  /** A connection met with one. */
  onFound(now: number): void {
    if (this.#profile.fastOpenBlackHole === 0) return;
    this.#foundAt = now;
    this.#times++;
  }

  /** A connection that was opened with Fast Open, after the time was over, received text. */
  onPassed(now: number): void {
    if (this.#times > 0 && !this.isAvoided(now)) this.#times = 0;
  }
}
