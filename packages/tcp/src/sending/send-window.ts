import { type Segment, type SequenceNumber, seqGt } from '@halfclose/codec';

/** Linux's TCP_MSS_DEFAULT: a window up to this was never meant to hold several segments. */
const SMALL_WINDOW = 536;

/** The peer's window: SND.WND, and SND.WL1 that guards it against old segments (RFC 9293, 3.10.7.4). */
export class SendWindow {
  /** SND.WND in octets. */
  size = 0;
  /** The largest that the peer ever offered (RFC 9293, 3.8.6.2.1: Max(SND.WND)). */
  max = 0;
  /** The peer's window shift (RFC 7323, section 2). */
  shift = 0;
  #wl1: SequenceNumber = 0;

  /** Takes over the window of a segment of the handshake. */
  establish(segment: Segment, octets: number): void {
    this.#wl1 = segment.seq;
    this.size = octets;
    this.max = octets;
  }

  /** Whether `segment` tells the window: it is not older than the last one that did (Linux tcp_may_update_window). */
  isTold(segment: Segment, sndUna: SequenceNumber): boolean {
    const octets = segment.window << this.shift;
    return (
      seqGt(segment.ack, sndUna) ||
      seqGt(segment.seq, this.#wl1) ||
      (segment.seq === this.#wl1 && (octets > this.size || octets === 0))
    );
  }

  /**
   * Takes over the window of a segment, unless it is older than the last one that told it (Linux
   * tcp_may_update_window). Returns whether the window changed.
   */
  update(segment: Segment, sndUna: SequenceNumber): boolean {
    if (!this.isTold(segment, sndUna)) return false;
    const octets = segment.window << this.shift;
    this.#wl1 = segment.seq;
    const changed = octets !== this.size;
    this.size = octets;
    if (octets > this.max) this.max = octets;
    return changed;
  }

  /** So many octets, or half of a small window, so that the window can move (Linux tcp_bound_to_half_wnd). */
  bound(octets: number): number {
    const half = this.max > SMALL_WINDOW ? this.max >> 1 : this.max;
    return half > 0 && half < octets ? half : octets;
  }
}
