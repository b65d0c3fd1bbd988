import { type SequenceNumber, seqDiff, seqGeq, seqGt, seqLeq, seqLt } from '@halfclose/codec';
import type { Profile } from '../profile/profile.ts';

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
  /** How far apart segments may arrive before one counts as lost, in segments (Linux `reordering`). */
  degree: number;
  /** RACK.reo_wnd_mult, and the recoveries that it stays for. */
  widening = 1;
  #widenedFor = 0;
  /** Text sent before this was acknowledged widens no more (RACK.dsack_round); `null`: the next D-SACK does. */
  #widenedAt: SequenceNumber | null = null;
  /** RACK.fack, as it is and as it was before the acknowledgment at hand. */
  #highestSacked: SequenceNumber | null = null;
  #highestSackedBefore: SequenceNumber | null = null;
  /** Where the first segment began that the acknowledgment at hand showed to be late; `null`: none was. */
  #late: SequenceNumber | null = null;
  readonly #most: number;

  constructor({ reordering, maxReordering }: Profile) {
    this.degree = reordering;
    this.#most = maxReordering;
  }

  /** A segment that was sent once, from `seq` on, turned out to be delivered. */
  onDelivered(seq: SequenceNumber): void {
    const before = this.#highestSackedBefore;
    if (before === null || seqGeq(seq, before)) return;
    if (this.#late === null || seqLt(seq, this.#late)) this.#late = seq;
  }

  /** A SACK block reached up to `edge`. */
  onSacked(edge: SequenceNumber): void {
    if (this.#highestSacked === null || seqGt(edge, this.#highestSacked)) this.#highestSacked = edge;
  }

  /** Everything was told that one acknowledgment says of what was delivered. */
  onAckTold(sndUna: SequenceNumber, mss: number): void {
    const late = this.#late;
    if (late !== null) this.onLate(late, sndUna, mss);
    this.#late = null;
  }

  /** What begins at `seq` came later than what was delivered behind it (Linux tcp_check_sack_reordering). */
  onLate(seq: SequenceNumber, sndUna: SequenceNumber, mss: number): void {
    const edge = this.#highestSacked;
    const highest = edge === null || seqLt(edge, sndUna) ? sndUna : edge;
    if (seqLeq(highest, seq)) return;
    this.#raise(Math.ceil(seqDiff(highest, seq) / mss));
  }

  /** More duplicates came than can be of `out` segments: they were out of order (Linux tcp_check_reno_reordering). */
  onTooManyDuplicates(out: number): void {
    this.#raise(out);
  }

  /** A timeout with duplicates to spare: what was learnt was too much (Linux tcp_enter_loss). */
  lower(to: number): void {
    if (this.degree > to) this.degree = to;
  }

  /**
   * A D-SACK of `count` segments: the reordering window was too small (Linux tcp_rack_update_reo_wnd). With more of them than
   * were `sentAgain` the network duplicates, or the peer lies (Linux tcp_dsack_seen).
   */
  onDuplicateReported(
    count: number,
    sentAgain: number,
    sndUna: SequenceNumber,
    sndNxt: SequenceNumber,
  ): void {
    this.duplicates += count;
    if (this.duplicates > sentAgain) return;
    if (this.#widenedAt !== null && seqLt(sndUna, this.#widenedAt)) return;
    this.widening = Math.min(this.widening + 1, WIDEST);
    this.#widenedAt = sndNxt;
    this.#widenedFor = WIDENED_FOR;
  }

  /** A recovery is over, and was needed: after so many the path does not reorder so far any more. */
  onRecovered(): void {
    if (this.#widenedFor > 0 && --this.#widenedFor === 0) this.widening = 1;
  }

  /** D-SACKs have undone a reduction: the window stays for one recovery more (Linux tcp_try_undo_dsack). */
  onUndone(): void {
    if (this.#widenedFor < WIDENED_FOR) this.#widenedFor++;
  }

  /** All that one acknowledgment told was taken in. */
  onAckTaken(sndUna: SequenceNumber): void {
    if (this.#highestSacked !== null && seqGeq(sndUna, this.#highestSacked)) this.#highestSacked = null;
    this.#highestSackedBefore = this.#highestSacked;
  }

  #raise(segments: number): void {
    this.seen++;
    if (segments > this.degree) this.degree = Math.min(segments, this.#most);
  }
}
