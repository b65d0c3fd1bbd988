import { Flag, type SequenceNumber, seqDiff } from '@halfclose/codec';

/** One segment that was sent and is not yet cumulatively acknowledged. */
export class SentSegment {
  seq: SequenceNumber;
  /** The sequence number after it, SYN and FIN counted. */
  end: SequenceNumber;
  /** Bits of `Flag`: SYN, FIN, PSH. */
  flags: number;
  /** How many segments of the effective MSS it stands for: more than one where the device segments. */
  count: number;
  /** Octets of text in each of these but the last. */
  mss: number;
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
  /** All between here and there are SACKed, as this is; `null`: not known. */
  afterSacked: SentSegment | null = null;

  constructor(
    seq: SequenceNumber,
    end: SequenceNumber,
    flags: number,
    count: number,
    mss: number,
    sentAt: number,
  ) {
    this.seq = seq;
    this.end = end;
    this.flags = flags;
    this.count = count;
    this.mss = mss;
    this.sentAt = sentAt;
  }

  /** Octets of text: the sequence numbers that SYN and FIN take are none. */
  get text(): number {
    const { flags } = this;
    return (
      seqDiff(this.end, this.seq) - ((flags & Flag.FIN) === 0 ? 0 : 1) - ((flags & Flag.SYN) === 0 ? 0 : 1)
    );
  }
}
