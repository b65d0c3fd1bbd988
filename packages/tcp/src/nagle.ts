import { type SequenceNumber, seqGt, seqLeq } from '@halfclose/codec';

/**
 * Whether a segment shorter than the MSS waits: Nagle's algorithm (RFC 9293, 3.7.4, SHLD-7) in Minshall's variant, as
 * Linux has it: only while another short segment is unacknowledged.
 */
export class Nagle {
  /** TCP_NODELAY: never wait for acknowledgments (MUST-17). */
  noDelay = false;
  /** TCP_CORK: always wait for a full segment. */
  cork = false;
  #lastSmallEnd: SequenceNumber;

  constructor(iss: SequenceNumber) {
    this.#lastSmallEnd = iss;
  }

  /** A segment shorter than the MSS was sent, up to `end`. */
  onSmallSegment(end: SequenceNumber): void {
    this.#lastSmallEnd = end;
  }

  /** Whether a short segment must wait now. */
  holds(anythingInFlight: boolean, sndUna: SequenceNumber, sndNxt: SequenceNumber): boolean {
    if (this.cork) return true;
    if (this.noDelay || !anythingInFlight) return false;
    return seqGt(this.#lastSmallEnd, sndUna) && seqLeq(this.#lastSmallEnd, sndNxt);
  }
}
