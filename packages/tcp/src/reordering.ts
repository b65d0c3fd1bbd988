import { type SequenceNumber, seqGeq, seqGt, seqLt } from '@halfclose/codec';

/** Recoveries for which a reordering window that D-SACK has widened stays so (RFC 8985, RACK.reo_wnd_persist). */
const WIDENED_FOR = 16;
/** Linux caps the multiple at eight bits. */
const WIDEST = 0xff;

/** What a sender learns of the order in which its path delivers (RFC 8985, 6.2, steps 3 and 4). */
export class Reordering {
  /** How often something came out of order: RACK.reordering_seen. */
  seen = 0;
  /** Segments that were reported to have arrived twice. */
  duplicates = 0;
  /** RACK.reo_wnd_mult, and the recoveries that it stays for. */
  widening = 1;
  #widenedFor = 0;
  /** Text sent before this was acknowledged widens no more (RACK.dsack_round); `null`: the next D-SACK does. */
  #widenedAt: SequenceNumber | null = null;
  /** RACK.fack, as it is and as it was before the acknowledgment at hand. */
  #highestSacked: SequenceNumber | null = null;
  #highestSackedBefore: SequenceNumber | null = null;

  /** A segment that was sent once turned out to be delivered. */
  onDelivered(end: SequenceNumber): void {
    const before = this.#highestSackedBefore;
    if (before !== null && seqLt(end, before)) this.seen++;
  }

  /** A SACK block reached up to `edge`. */
  onSacked(edge: SequenceNumber): void {
    if (this.#highestSacked === null || seqGt(edge, this.#highestSacked)) this.#highestSacked = edge;
  }

  /** A D-SACK of `count` segments: the reordering window was too small (Linux tcp_rack_update_reo_wnd). */
  onDuplicateReported(count: number, sndUna: SequenceNumber, sndNxt: SequenceNumber): void {
    this.duplicates += count;
    if (this.#widenedAt !== null && seqLt(sndUna, this.#widenedAt)) return;
    this.widening = Math.min(this.widening + 1, WIDEST);
    this.#widenedAt = sndNxt;
    this.#widenedFor = WIDENED_FOR;
  }

  /** A recovery is over. */
  onRecovered(): void {
    if (this.#widenedFor > 0 && --this.#widenedFor === 0) this.widening = 1;
  }

  /** All that one acknowledgment told was taken in. */
  onAckTaken(sndUna: SequenceNumber): void {
    if (this.#highestSacked !== null && seqGeq(sndUna, this.#highestSacked)) this.#highestSacked = null;
    this.#highestSackedBefore = this.#highestSacked;
  }
}
