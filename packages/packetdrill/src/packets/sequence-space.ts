import type { SequenceNumber } from '@halfclose/codec';

/**
 * How the sequence numbers of a script and those on the wire belong together.
 *
 * In a script, segments without SYN count from the ISN of their side, so that the first octet of text is 1. Those with
 * SYN have the peer's numbers as they are, and the stack's shifted by as much as its first ISN differs from what the
 * script says. Every number is taken modulo 2^32, as bitwise operators do (ECMA-262, ToInt32), so that none is impossible.
 */
export class SequenceSpace {
  #scriptIsn: SequenceNumber = 0;
  #localIsn: SequenceNumber = 0;
  #remoteIsn: SequenceNumber = 0;

  /** The script calls the stack's ISN `script`, and on the wire it is `live`. */
  setLocal(script: SequenceNumber, live: SequenceNumber): void {
    this.#scriptIsn = script | 0;
    this.#localIsn = live | 0;
  }

  /** The peer's ISN, the same in both. */
  setRemote(isn: SequenceNumber): void {
    this.#remoteIsn = isn | 0;
  }

  /** A number of the stack's, from the script to the wire. */
  localToWire(script: number, isSyn: boolean): SequenceNumber {
    return (script + this.#localOffset(isSyn)) | 0;
  }

  /** A number of the stack's, from the wire to the script; 0 to 2^32 - 1. */
  localToScript(live: SequenceNumber, isSyn: boolean): number {
    return (live - this.#localOffset(isSyn)) >>> 0;
  }

  /** A number of the peer's, from the script to the wire. */
  remoteToWire(script: number, isSyn: boolean): SequenceNumber {
    return (script + this.#remoteOffset(isSyn)) | 0;
  }

  /** A number of the peer's, from the wire to the script; 0 to 2^32 - 1. */
  remoteToScript(live: SequenceNumber, isSyn: boolean): number {
    return (live - this.#remoteOffset(isSyn)) >>> 0;
  }

  #localOffset(isSyn: boolean): number {
    return isSyn ? (this.#localIsn - this.#scriptIsn) | 0 : this.#localIsn;
  }

  #remoteOffset(isSyn: boolean): number {
    return isSyn ? 0 : this.#remoteIsn;
  }
}
