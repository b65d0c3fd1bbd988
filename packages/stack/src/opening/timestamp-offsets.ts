import type { IpAddress } from '@halfclose/codec';
import { type FourTuple, type KeyedHash, timestampOffset } from '@halfclose/tcp';

/** What the timestamps between two addresses start from. All connections of a pair share it, so the hash is rarely needed. */
export class TimestampOffsets {
  readonly #hash: KeyedHash;
  /** The pair of addresses whose offset was computed last, and that offset. */
  #lastPair: Pick<FourTuple, 'localAddress' | 'remoteAddress'> | null = null;
  #lastOffset = 0;

  constructor(hash: KeyedHash) {
    this.#hash = hash;
  }

  between(local: IpAddress, remote: IpAddress): number {
    const last = this.#lastPair;
    if (last?.localAddress.equals(local) !== true || !last.remoteAddress.equals(remote)) {
      this.#lastPair = { localAddress: local, remoteAddress: remote };
      this.#lastOffset = timestampOffset(local, remote, this.#hash);
    }
    return this.#lastOffset;
  }
}
