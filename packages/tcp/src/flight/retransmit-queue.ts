import { type SequenceNumber, seqDiff, seqGeq, seqGt, seqLeq, seqLt } from '@halfclose/codec';
import { Milestones } from './milestones.ts';
import { SendOrder } from './send-order.ts';
import { SentSegment } from './sent-segment.ts';

/** Segments in flight that are looked through from the head. */
const SMALL = 64;

/** Told of each segment as it turns out to have been delivered. */
export interface DeliveryObserver {
  /** `count` of the segments that `sent` stands for. `cumulative`: by the acknowledgment number; else by a SACK block. */
  onDelivered(sent: SentSegment, count: number, cumulative: boolean): void;
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
  /** Segments ever taken for lost. */
  everLost = 0;
  /** `null`: it is that of the numbers, as nothing was delivered, lost or sent again out of turn. */
  #order: SendOrder | null = null;
  #milestones: Milestones | null = null;
  /** Nothing before it waits to be sent again. */
  #firstLost: SentSegment | null = null;
  /** Where the newest SACK block ended when it was last looked at: it mostly grows from there. */
  #lastSacked: SentSegment | null = null;

  /** Segments that are presumed to be in the network (RFC 6675, pipe). */
  get inFlight(): number {
    return this.packetsOut - this.sackedOut - this.lostOut + this.retransmittedOut;
  }

  /** The segment sent longest ago of those whose delivery is open. */
  get oldestSent(): SentSegment | null {
    return this.#ordered.oldest;
  }

  /** See {@link SendOrder.lastBefore}. */
  lastSentBefore(sentAt: number, end: SequenceNumber): SentSegment | null {
    return this.#ordered.lastBefore(sentAt, end);
  }

  push(sent: SentSegment): void {
    if (this.tail === null) this.head = sent;
    else this.tail.next = sent;
    this.tail = sent;
    this.packetsOut += sent.count;
    this.#order?.append(sent);
    if (this.packetsOut > SMALL) (this.#milestones ??= new Milestones()).onPush(sent);
  }

  /** Removes what `ack` covers, cutting a segment that it covers in part. Returns the segments newly acknowledged. */
  acknowledge(ack: SequenceNumber, observer: DeliveryObserver): number {
    let acked = 0;
    let head = this.head;
    while (head !== null && seqLeq(head.end, ack)) {
      this.#grow(head, -head.count);
      this.#order?.remove(head);
      if (head === this.#firstLost) this.#firstLost = head.next;
      if (head === this.#lastSacked) this.#lastSacked = null;
      acked += head.count;
      if (!head.sacked) observer.onDelivered(head, head.count, true);
      head = head.next;
    }
    this.head = head;
    this.#milestones?.onAcknowledged(ack);
    if (head === null) {
      this.tail = null;
      this.#milestones = null;
      this.#order = null;
    } else if (seqLt(head.seq, ack)) {
      const left = segmentsOf(head.text - seqDiff(ack, head.seq), head.mss);
      const gone = Math.max(0, head.count - left);
      this.#grow(head, -gone);
      head.count -= gone;
      head.seq = ack;
      acked += gone;
      if (gone > 0 && !head.sacked) observer.onDelivered(head, gone, true);
    }
    return acked;
  }

  /**
   * Marks what [left, right) covers as received. Several segments that went as one are split at its edges, less the parts
   * of a segment there: a single one is never cut, so that blocks of single octets do not make entries of them
   * (CVE-2019-11478; Linux tcp_match_skb_to_sack). Returns the segments newly marked.
   */
  markSacked(left: SequenceNumber, right: SequenceNumber, observer: DeliveryObserver): number {
    let marked = 0;
    let sent = this.#notAfter(left);
    for (; sent !== null && seqLt(sent.seq, right); sent = sent.sacked ? afterSacked(sent) : sent.next) {
      if (sent.sacked || seqLeq(sent.end, left)) continue;
      if (seqLt(sent.seq, left)) {
        if (sent.count > 1) this.split(sent, wholeSegments(sent, left, sent.mss - 1));
        continue;
      }
      if (seqGt(sent.end, right)) {
        if (sent.count === 1 || !this.split(sent, wholeSegments(sent, right, 0))) continue;
      }
      this.#markDelivered(sent);
      this.#lastSacked = sent;
      marked += sent.count;
      observer.onDelivered(sent, sent.count, false);
    }
    return marked;
  }

  markLost(sent: SentSegment): void {
    if (sent.sacked) return;
    this.#ordered.remove(sent);
    if (sent.retransmitted) {
      sent.retransmitted = false;
      this.retransmittedOut -= sent.count;
    }
    if (!sent.lost) {
      sent.lost = true;
      this.lostOut += sent.count;
    }
    this.everLost += sent.count;
    if (this.#firstLost === null || seqLt(sent.seq, this.#firstLost.seq)) this.#firstLost = sent;
  }

  /** The first segment that is lost and was not sent again since; `null`: none. */
  nextLost(): SentSegment | null {
    let sent = this.#firstLost;
    while (sent !== null && (!sent.lost || sent.retransmitted)) sent = sent.next;
    this.#firstLost = sent;
    return sent;
  }

  markRetransmitted(sent: SentSegment, now: number): void {
    sent.transmissions++;
    sent.sentAt = now;
    const order = this.#ordered;
    order.remove(sent);
    order.append(sent);
    if (!sent.retransmitted) {
      sent.retransmitted = true;
      this.retransmittedOut += sent.count;
    }
  }

  /** Nothing was lost after all: what was sent again is only in flight twice. */
  unmarkLost(): void {
    const found: SentSegment[] = [];
    for (let sent = this.head; sent !== null; sent = sent.next) {
      if (!sent.lost) continue;
      sent.lost = false;
      found.push(sent);
    }
    this.#order?.restore(found);
    this.lostOut = 0;
    this.#firstLost = null;
  }

  /** The peer has dropped what it reported by SACK blocks, as it may (RFC 2018, section 8). */
  forgetSacked(): void {
    const dropped: SentSegment[] = [];
    for (let sent = this.head; sent !== null; sent = sent.next) {
      if (!sent.sacked) continue;
      sent.sacked = false;
      sent.afterSacked = null;
      dropped.push(sent);
    }
    this.#order?.restore(dropped);
    this.sackedOut = 0;
    this.#lastSacked = null;
  }

  /**
   * Cuts `sent` in two at `at`. Returns false if there is nothing to cut.
   */
  split(sent: SentSegment, at: SequenceNumber): boolean {
    const length = seqDiff(at, sent.seq);
    if (length <= 0 || seqGeq(at, sent.end)) return false;
    const before = sent.count;
    const { mss } = sent;
    const count = segmentsOf(sent.text - length, mss);
    const rest = new SentSegment(at, sent.end, sent.flags, count, mss, sent.sentAt);
    rest.transmissions = sent.transmissions;
    rest.sacked = sent.sacked;
    rest.lost = sent.lost;
    rest.retransmitted = sent.retransmitted;
    rest.next = sent.next;
    sent.end = at;
    sent.flags = 0;
    sent.count = segmentsOf(length, mss);
    sent.next = rest;
    if (this.tail === sent) this.tail = rest;
    this.#order?.insertAfter(sent, rest);
    this.#grow(sent, sent.count + rest.count - before);
    return true;
  }

  /** What follows `sent` is one with it: to be called if it was sent as one segment, and is not SACKed. */
  absorbNext(sent: SentSegment): void {
    const { next } = sent;
    if (next === null) return;
    this.#grow(next, -next.count);
    this.#order?.remove(next);
    this.#milestones?.onRemoved(next);
    sent.end = next.end;
    sent.flags |= next.flags;
    sent.transmissions = Math.max(sent.transmissions, next.transmissions);
    sent.next = next.next;
    if (this.tail === next) this.tail = sent;
    if (this.#firstLost === next) this.#firstLost = next.next;
    if (this.#lastSacked === next) this.#lastSacked = null;
  }

  /** `sent` goes again in segments of `mss` octets of text, whatever it went in before (Linux tcp_retransmit_skb). */
  recount(sent: SentSegment, mss: number): void {
    const count = segmentsOf(sent.text, mss);
    this.#grow(sent, count - sent.count);
    sent.count = count;
    sent.mss = mss;
  }

  clear(): void {
    this.head = this.tail = this.#firstLost = this.#lastSacked = null;
    this.#milestones = null;
    this.#order = null;
    this.packetsOut = this.sackedOut = this.lostOut = this.retransmittedOut = 0;
  }

  /** A segment from which a walk to `seq` is short. */
  #notAfter(seq: SequenceNumber): SentSegment | null {
    const mark = this.#milestones?.before(seq) ?? this.head;
    const last = this.#lastSacked;
    if (last === null || seqGt(last.seq, seq)) return mark;
    return mark !== null && seqGt(mark.seq, last.seq) ? mark : last;
  }

  #markDelivered(sent: SentSegment): void {
    this.#ordered.remove(sent);
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
  }

  /** The order of sending, kept from now on until nothing is in flight. */
  get #ordered(): SendOrder {
    return (this.#order ??= new SendOrder(this.head));
  }

  /** What `sent` stands for changes by so many segments, in each counter that has them. */
  #grow(sent: SentSegment, by: number): void {
    this.packetsOut += by;
    if (sent.sacked) this.sackedOut += by;
    if (sent.lost) this.lostOut += by;
    if (sent.retransmitted) this.retransmittedOut += by;
  }
}

/** How many segments so many octets of text take: one for a lone FIN, too. */
function segmentsOf(octets: number, mss: number): number {
  return Math.max(1, Math.ceil(octets / mss));
}

/** The sequence number of the segment within `sent` that `at` lies in; with `up` of its MSS - 1, of the next one. */
function wholeSegments(sent: SentSegment, at: SequenceNumber, up: number): SequenceNumber {
  const octets = seqDiff(at, sent.seq) + up;
  return (sent.seq + octets - (octets % sent.mss)) | 0;
}

/** The first segment behind `sacked` that is not SACKed; remembered for all on the way, so that none is passed twice. */
function afterSacked(sacked: SentSegment): SentSegment | null {
  let sent: SentSegment | null = sacked;
  while (sent?.sacked === true) sent = sent.afterSacked ?? sent.next;
  for (let passed: SentSegment | null = sacked; passed !== null && passed !== sent;) {
    const next: SentSegment | null = passed.afterSacked ?? passed.next;
    passed.afterSacked = sent;
    passed = next;
  }
  return sent;
}
