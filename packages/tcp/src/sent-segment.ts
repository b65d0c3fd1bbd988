import type { SequenceNumber } from '@halfclose/codec';

/** One segment that was sent and is not yet cumulatively acknowledged. */
export class SentSegment {
  seq: SequenceNumber;
  /** The sequence number after it, SYN and FIN counted. */
  end: SequenceNumber;
  /** Bits of `Flag`: SYN, FIN, PSH. */
  flags: number;
  /** How many segments of the effective MSS it stands for: more than one where the device segments. */
  count: number;
  /** When it was last sent. */
  sentAt: number;
  /** How often it was sent. */
  transmissions = 1;
  /** Reported received by a SACK block. */
  sacked = false;
  /** Taken for lost. */
  lost = false;
  /** A retransmission of it is in flight. */
  retransmitted = false;
  /** The next one in sequence order. */
  next: SentSegment | null = null;
  /** Its neighbours in the order of sending; see {@link SendOrder}. */
  sentBefore: SentSegment | null = null;
  sentAfter: SentSegment | null = null;
  /** Whether it stands in the order of sending. */
  ordered = false;

  constructor(seq: SequenceNumber, end: SequenceNumber, flags: number, count: number, sentAt: number) {
    this.seq = seq;
    this.end = end;
    this.flags = flags;
    this.count = count;
    this.sentAt = sentAt;
  }
}
