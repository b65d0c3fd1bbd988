const TWO_POW_32 = 0x1_0000_0000;
const MICROSECONDS = 6;

/** What the timestamps of an interface mean (draft-ietf-opsawg-pcapng, options if_tsresol and if_tsoffset). */
export class PcapngClock {
  readonly #ticksPerMillisecond: number;
  readonly #offset: number;

  /**
   * `resolution`: a negative power of 10, or of 2 with the highest bit set; `null`: microseconds. `offsetSeconds` is added
   * to every timestamp.
   */
  constructor(resolution: number | null, offsetSeconds: bigint) {
    const exponent = (resolution ?? MICROSECONDS) & 0x7f;
    const base = resolution !== null && (resolution & 0x80) !== 0 ? 2 : 10;
    this.#ticksPerMillisecond = base ** exponent / 1000;
    this.#offset = Number(offsetSeconds) * 1000;
  }

  /** Milliseconds since 1970 UTC, as exact as a number of that size can be: to a quarter of a microsecond. */
  timeOf(high: number, low: number): number {
    return high * (TWO_POW_32 / this.#ticksPerMillisecond) + low / this.#ticksPerMillisecond + this.#offset;
  }
}
