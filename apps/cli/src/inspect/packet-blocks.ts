/** Block types of pcapng (draft-ietf-opsawg-pcapng, 11.1). */
const ENHANCED_PACKET = 6;
/** Type and length of a block. */
const HEAD = 8;
const LEAST_BLOCK = 12;
/** More than any packet with its comments: what claims to be longer is none. */
const LARGEST_BLOCK = 1 << 24;

/**
 * Passes a pcapng stream on in whole blocks, up to a number of packets, so that what was written is a whole file whenever it
 * ends. Little-endian, as our writers are.
 */
export class PacketBlocks {
  readonly #most: number;
  #rest: Buffer = Buffer.alloc(0);
  #packets = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Packets that were passed on. */
  get packets(): number {
    return this.#packets;
  }

  get isFull(): boolean {
    return this.#packets >= this.#most;
  }

  /**
   * Takes a piece of the stream; returns what is complete of it.
   *
   * @throws Error for what is no pcapng
   */
  take(piece: Buffer): Buffer {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    let at = 0;
    while (!this.isFull && bytes.length - at >= HEAD) {
      const length = bytes.readUInt32LE(at + 4);
      if (length < LEAST_BLOCK || length > LARGEST_BLOCK || length % 4 !== 0)
        throw new Error('what the process sent is no pcapng');
      if (length > bytes.length - at) break;
      if (bytes.readUInt32LE(at) === ENHANCED_PACKET) this.#packets++;
      at += length;
    }
    this.#rest = bytes.subarray(at);
    return bytes.subarray(0, at);
  }
}
