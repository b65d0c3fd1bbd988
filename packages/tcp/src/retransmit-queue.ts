import { type SequenceNumber, seqDiff, seqGeq, seqGt, seqLeq, seqLt } from '@halfclose/codec';

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
  next: SentSegment | null = null;

  constructor(seq: SequenceNumber, end: SequenceNumber, flags: number, count: number, sentAt: number) {
    this.seq = seq;
    this.end = end;
    this.flags = flags;
    this.count = count;
    this.sentAt = sentAt;
  }
}

/** Told of each segment as it turns out to have been delivered. */
export interface DeliveryObserver {
  onDelivered(sent: SentSegment): void;
}

/**
 * Everything in flight, in sequence order, with the counters of RFC 6675's "pipe": Linux's packets_out, sacked_out,
 * lost_out and retrans_out. Counts are in segments of the effective MSS.
 */
export class RetransmitQueue {
  head: SentSegment | null = null;
  tail: SentSegment | null = null;
  packetsOut = 0;
  sackedOut = 0;
  lostOut = 0;
  retransmittedOut = 0;

  /** Segments that are presumed to be in the network (RFC 6675, pipe). */
  get inFlight(): number {
    return this.packetsOut - this.sackedOut - this.lostOut + this.retransmittedOut;
  }

  push(sent: SentSegment): void {
    if (this.tail === null) this.head = sent;
    else this.tail.next = sent;
    this.tail = sent;
    this.packetsOut += sent.count;
  }

  /** Removes what `ack` covers, cutting a segment that it covers in part. Returns the segments newly acknowledged. */
  acknowledge(ack: SequenceNumber, mss: number, observer: DeliveryObserver): number {
    let acked = 0;
    let head = this.head;
    while (head !== null && seqLeq(head.end, ack)) {
      this.#forget(head, head.count);
      acked += head.count;
      if (!head.sacked) observer.onDelivered(head);
      head = head.next;
    }
    this.head = head;
    if (head === null) this.tail = null;
    else if (seqLt(head.seq, ack)) {
      const left = Math.max(1, Math.ceil(seqDiff(head.end, ack) / mss));
      const gone = Math.max(0, head.count - left);
      this.#forget(head, gone);
      head.count -= gone;
      head.seq = ack;
      acked += gone;
    }
    return acked;
  }

  /** Marks what [left, right) covers as received, splitting segments at its edges. Returns the segments newly marked. */
  markSacked(left: SequenceNumber, right: SequenceNumber, mss: number, observer: DeliveryObserver): number {
    let marked = 0;
    for (let sent = this.head; sent !== null; sent = sent.next) {
      if (seqGeq(sent.seq, right)) break;
      if (sent.sacked || seqLeq(sent.end, left)) continue;
      if (seqLt(sent.seq, left)) {
        if (!this.split(sent, left, mss)) continue;
        continue;
      }
      if (seqGt(sent.end, right) && !this.split(sent, right, mss)) continue;
      sent.sacked = true;
      this.sackedOut += sent.count;
      if (sent.lost) {
        sent.lost = false;
        this.lostOut -= sent.count;
      }
      if (sent.retransmitted) {
        sent.retransmitted = false;
        this.retransmittedOut -= sent.count;
      }
      marked += sent.count;
      observer.onDelivered(sent);
    }
    return marked;
  }

  markLost(sent: SentSegment): void {
    if (sent.sacked) return;
    if (sent.retransmitted) {
      sent.retransmitted = false;
      this.retransmittedOut -= sent.count;
    }
    if (!sent.lost) {
      sent.lost = true;
      this.lostOut += sent.count;
    }
  }

  markRetransmitted(sent: SentSegment, now: number): void {
    sent.transmissions++;
    sent.sentAt = now;
    if (!sent.retransmitted) {
      sent.retransmitted = true;
      this.retransmittedOut += sent.count;
    }
  }

  /**
   * Cuts `sent` in two at `at`, a multiple of `mss` from its start being rounded down to. Returns false if there is
   * nothing to cut.
   */
  split(sent: SentSegment, at: SequenceNumber, mss: number): boolean {
    const length = seqDiff(at, sent.seq);
    if (length <= 0 || seqGeq(at, sent.end)) return false;
    const before = sent.count;
    const rest = new SentSegment(
      at,
      sent.end,
      sent.flags,
      Math.max(1, Math.ceil(seqDiff(sent.end, at) / mss)),
      sent.sentAt,
    );
    rest.transmissions = sent.transmissions;
    rest.sacked = sent.sacked;
    rest.lost = sent.lost;
    rest.retransmitted = sent.retransmitted;
    rest.next = sent.next;
    sent.end = at;
    sent.flags = 0;
    sent.count = Math.max(1, Math.ceil(length / mss));
    sent.next = rest;
    if (this.tail === sent) this.tail = rest;
    const grown = sent.count + rest.count - before;
    this.packetsOut += grown;
    if (rest.sacked) this.sackedOut += grown;
    if (rest.lost) this.lostOut += grown;
    if (rest.retransmitted) this.retransmittedOut += grown;
    return true;
  }

  clear(): void {
    this.head = this.tail = null;
    this.packetsOut = this.sackedOut = this.lostOut = this.retransmittedOut = 0;
  }

  #forget(sent: SentSegment, count: number): void {
    this.packetsOut -= count;
    if (sent.sacked) this.sackedOut -= count;
    if (sent.lost) this.lostOut -= count;
    if (sent.retransmitted) this.retransmittedOut -= count;
  }
}
