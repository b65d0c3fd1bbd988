import { Ecn, Flag, type Segment } from '@halfclose/codec';

/** The flags by which a SYN asks for it (RFC 3168, 6.1.1). */
export const ECN_SETUP = Flag.ECE | Flag.CWR;

/**
 * Explicit congestion notification of one connection that has negotiated it (RFC 3168, section 6.1): the echo that we
 * owe the peer, and the news that we reduced. A connection without ECN has none.
 */
export class EcnState {
  /** CE came, and CWR has not yet: every acknowledgment says ECE (6.1.3). */
  #owesEcho = false;
  /** cwnd was reduced: the next new text says CWR (6.1.2). */
  #reduced = false;

  /** cwnd was reduced, for whatever reason. */
  onReduction(): void {
    this.#reduced = true;
  }

  /** The reduction was taken back before it was told. */
  onUndo(): void {
    this.#reduced = false;
  }

  /** Text is sent for the first time: only that may be marked (6.1.5). */
  onNewText(segment: Segment): void {
    segment.ecn = Ecn.Ect0;
    if (!this.#reduced) return;
    this.#reduced = false;
    segment.flags |= Flag.CWR;
  }

  /** Any segment after the handshake is sent. */
  onSend(segment: Segment): void {
    if (this.#owesEcho) segment.flags |= Flag.ECE;
  }

  /** A segment with text or without arrived. Returns whether to acknowledge at once, so that the echo is not late. */
  onArrival(segment: Segment): boolean {
    if ((segment.flags & Flag.CWR) !== 0) this.#owesEcho = false;
    if (segment.ecn !== Ecn.Ce || segment.payload.length === 0) return (segment.flags & Flag.CWR) !== 0;
    const isNews = !this.#owesEcho;
    this.#owesEcho = true;
    return isNews;
  }
}
