import { type Segment, type SequenceNumber, seqDiff, seqLeq, seqLt } from '@halfclose/codec';
import type { DeliveryObserver } from './retransmit-queue.ts';
import type { Sender } from '../sending/sender.ts';
import type { SentSegment } from './sent-segment.ts';

/** What one acknowledgment told, while it is taken in. */
export class AckTally implements DeliveryObserver {
  /** SND.UNA before it. */
  una: SequenceNumber = 0;
  /** SND.UNA moved. */
  advanced = false;
  /** It told nothing at all: a duplicate in the sense of RFC 5681, section 2. */
  duplicate = false;
  /** It carried the ECE flag of a connection with ECN (RFC 3168, 6.1.2). */
  congestionEcho = false;
  /** The timestamp that it echoed; `null`: none. */
  echo: number | null = null;
  /** Segments acknowledged cumulatively. */
  acked = 0;
  /** Segments newly reported by SACK blocks. */
  sacked = 0;
  /** Segments delivered, in either way. */
  delivered = 0;
  /** Segments reported to have arrived twice (RFC 2883). */
  duplicates = 0;
  /** Where the report of them ended; `null`: there was none. */
  duplicateEnd: SequenceNumber | null = null;
  /** The tail loss probe was among them. */
  probeDuplicated = false;
  /** A segment sent only once, before the recovery at hand began, was delivered. */
  original = false;
  /** A segment sent more than once was acknowledged. */
  retransmitted = false;
  /** When the first segment that was acknowledged and sent once was sent; -1: there is none. */
  sentAt = -1;
  /** The same of those that SACK blocks reported. */
  sackedSentAt = -1;
  /** When the last segment that was acknowledged, or else SACKed, and sent once was sent; -1: there is none. */
  lastSentAt = -1;
  now = 0;
  #sender: Sender | null = null;

  begin(sender: Sender, segment: Segment, hasEcho: boolean, now: number): void {
    this.#sender = sender;
    this.una = sender.sndUna;
    this.advanced = this.duplicate = this.congestionEcho = false;
    this.echo = hasEcho && segment.timestampEcho !== 0 ? segment.timestampEcho : null;
    this.acked = this.sacked = this.delivered = this.duplicates = 0;
    this.probeDuplicated = this.original = this.retransmitted = false;
    this.duplicateEnd = null;
    this.sentAt = this.sackedSentAt = this.lastSentAt = -1;
    this.now = now;
  }

  /** Lets go of the connection. */
  end(): void {
    this.#sender = null;
  }

  onDelivered(sent: SentSegment, count: number, cumulative: boolean): void {
    const sender = this.#sender;
    if (sender === null) return;
    const { recovery } = sender;
    this.delivered += count;
    if (sent.transmissions > 1) {
      if (cumulative) this.retransmitted = true;
    } else {
      if (sent.sentAt > this.lastSentAt) this.lastSentAt = sent.sentAt;
      if (cumulative) {
        if (this.sentAt < 0) this.sentAt = sent.sentAt;
      } else if (this.sackedSentAt < 0) this.sackedSentAt = sent.sentAt;
      if (seqLeq(sent.end, recovery.highSeq)) this.original = true;
    }
    if (cumulative && this.#isSpurious(sent, sender)) return;
    recovery.detection.onDelivered(sent, this.now);
  }

  /** The echo is older than the retransmission (RFC 8985, 6.2, step 2; Linux tcp_skb_spurious_retrans). */
  #isSpurious({ transmissions, sentAt }: SentSegment, { maker }: Sender): boolean {
    return transmissions > 1 && this.echo !== null && seqLt(this.echo, maker.timestampAt(sentAt));
  }

  /** [left, right) arrived twice. Counted in segments of `mss`. */
  onDuplicateReport(left: SequenceNumber, right: SequenceNumber, mss: number): void {
    this.duplicates = Math.max(1, Math.ceil(seqDiff(right, left) / mss));
    this.duplicateEnd = right;
    const probeEnd = this.#sender?.recovery.probeEnd ?? null;
    if (right === probeEnd) this.probeDuplicated = true;
  }
}
