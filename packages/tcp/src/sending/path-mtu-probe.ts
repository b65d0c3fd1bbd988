import { type SequenceNumber, seqAdd, seqDiff, seqLeq } from '@halfclose/codec';
import type { Sender } from './sender.ts';

/** Text that must follow a probe, in segments: so many tell whether it was lost (RFC 4821, 7.4; Linux tcp_mtu_probe). */
const SEGMENTS_AFTER_PROBE = 4;
/** cwnd below which a probe could stall the connection (Linux). */
const LEAST_CWND = 11;
/** Octets of the search range that are not worth a probe (Linux tcp_probe_threshold). */
const THRESHOLD = 8;

/** Send a probe; nothing, so that what is in flight drains and one may go; or what goes without a search. */
type ProbeStep = 'probe' | 'drain' | 'none';

/**
 * Packetization layer path MTU discovery (RFC 4821), for a path whose routers drop what is too big and say nothing: text
 * goes in small segments, and a larger one now and then finds out what passes. Sizes are octets of text per segment,
 * options not counted. A connection that never met such a path has none.
 */
export class PathMtuProbe {
  /** What passes. */
  low: number;
  /** What may pass. */
  high: number;
  /** What the probe in flight holds; 0: none is. */
  size = 0;
  #start: SequenceNumber = 0;
  #searchedAt: number;

  constructor(low: number, high: number, now: number) {
    this.low = low;
    this.high = high;
    this.#searchedAt = Math.floor(now);
  }

  /** What the next probe holds. */
  get candidate(): number {
    return (this.low + this.high) >> 1;
  }

  /** Whether a probe of {@link candidate} octets is to go now. */
  next(sender: Sender, now: number): ProbeStep {
    if (this.size > 0 || sender.recovery.state !== 'open' || sender.cwnd < LEAST_CWND) return 'none';
    if (sender.maker.sackOctets > 0) return 'none';
    if (this.high - this.low < THRESHOLD) {
      this.#searchAgain(sender, now);
      return 'none';
    }
    const needed = this.candidate + SEGMENTS_AFTER_PROBE * sender.mss;
    if (sender.unsent < needed || sender.sndWnd < needed) return 'none';
    if (seqDiff(sender.sndNxt, sender.sndUna) + needed > sender.sndWnd) return 'drain';
    const { inFlight } = sender.flight;
    if (inFlight + 2 > sender.cwnd) return inFlight === 0 ? 'none' : 'drain';
    return 'probe';
  }

  /** A probe of `size` octets goes out as [start, start + size). */
  onSent(start: SequenceNumber, size: number): void {
    this.#start = start;
    this.size = size;
  }

  /** Something was acknowledged. Returns whether the probe was among it: its size passes. */
  onAcknowledged(sender: Sender): boolean {
    if (this.size === 0 || !seqLeq(seqAdd(this.#start, this.size), sender.sndUna)) return false;
    // cwnd counts segments, which are larger now.
    sender.congestion.rescale(this.size);
    this.low = this.size;
    this.size = 0;
    return true;
  }

  /** Something is lost. Returns whether it is the probe: its size does not pass, and the network is not congested. */
  onLoss(sender: Sender): boolean {
    if (this.size === 0 || sender.sndUna !== this.#start) return false;
    this.high = this.size - 1;
    this.size = 0;
    return true;
  }

  /** What becomes of the probe will tell nothing. */
  abandon(): void {
    this.size = 0;
  }

  /** It is known that nothing larger than `most` passes (Linux tcp_sync_mss). */
  limit(most: number): void {
    if (this.high > most) this.high = most;
  }

  /** Not even this passes. */
  shrink(least: number, base: number): void {
    this.low = Math.max(Math.min(base, this.low >> 1), least);
    this.size = 0;
  }

  /** RFC 4821, 7.3: paths change (net.ipv4.tcp_probe_interval). */
  #searchAgain(sender: Sender, now: number): void {
    if (now - this.#searchedAt < sender.profile.mtuProbeInterval) return;
    this.#searchedAt = Math.floor(now);
    this.high = sender.maker.largestMss;
  }
}
