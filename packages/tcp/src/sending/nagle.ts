import { type SequenceNumber, seqGt, seqLeq } from '@halfclose/codec';

/**
 * Whether a segment shorter than the MSS waits: Nagle's algorithm (RFC 9293, 3.7.4, SHLD-7) in Minshall's variant, as
 * Linux has it: only while another short segment is unacknowledged.
 */
export class Nagle {
  /** What is queued now goes, whatever else holds: TCP_NODELAY was just set (Linux TCP_NAGLE_PUSH). */
  pushesQueued = false;
  #noDelay = false;
  /** TCP_CORK: always wait for a full segment. */
  cork = false;
  /** What was written last is to be followed by more (MSG_MORE): no push ends it. */
  expectsMore = false;
  #lastSmallEnd: SequenceNumber;
  /** SND.UNA when it was written. */
  #expectedSince: SequenceNumber = 0;

  /** TCP_NODELAY: never wait for acknowledgments (MUST-17). */
  get noDelay(): boolean {
    return this.#noDelay;
  }

  set noDelay(on: boolean) {
    this.#noDelay = on;
    if (on) this.pushesQueued = true;
  }

  constructor(iss: SequenceNumber) {
    this.#lastSmallEnd = iss;
  }

  /** The call that wrote the last text said that more follows. */
  expectMore(sndUna: SequenceNumber): void {
    this.expectsMore = true;
    this.#expectedSince = sndUna;
  }

  /** A segment shorter than the MSS was sent, up to `end`. */
  onSmallSegment(end: SequenceNumber): void {
    this.#lastSmallEnd = end;
  }

  /** Whether a short segment must wait now. */
  holds(anythingInFlight: boolean, sndUna: SequenceNumber, sndNxt: SequenceNumber): boolean {
    if (this.pushesQueued) return false;
    // What more is expected for waits until something is acknowledged (Linux tcp_push).
    if (this.cork || (this.expectsMore && this.#expectedSince === sndUna)) return true;
    if (this.#noDelay || !anythingInFlight) return false;
    return seqGt(this.#lastSmallEnd, sndUna) && seqLeq(this.#lastSmallEnd, sndNxt);
  }
}
