import {
  Flag,
  NO_BYTES,
  type Segment,
  type SequenceNumber,
  seqDiff,
  seqGeq,
  seqLeq,
  seqLt,
} from '@halfclose/codec';
import { AckSchedule } from './ack-schedule.ts';
import type { MemoryAccount } from './memory-account.ts';
import type { Profile } from './profile.ts';
import { ReassemblyQueue } from './reassembly-queue.ts';
import { ReceiveQueue } from './receive-queue.ts';
import { ReceiveWindow } from './receive-window.ts';
import { SackBlocks } from './sack-blocks.ts';
import { octetsReceivedIn, receiveMemory } from './segment-memory.ts';

/** What arrived, as {@link Receiver.accept} tells: bits. */
export const Arrival = { None: 0, Text: 1, Fin: 2 } as const;

/** Of connections that have received no text; never pushed to. */
const NOTHING_RECEIVED = new ReceiveQueue();

/** Octets of text that are taken in at least when nothing is unread: what any path passes (RFC 9293, 3.7.1). */
const LEAST_TEXT = 536;

/** The receiving half of a connection: RCV.NXT, the window, reassembly, and when to acknowledge. */
export class Receiver {
  /** One for all connections until text arrives. */
  queue = NOTHING_RECEIVED;
  readonly window: ReceiveWindow;
  readonly acks: AckSchedule;
  readonly account: MemoryAccount;
  /** What the account knows of. */
  #charged = 0;
  /** Text was thrown away for want of memory: nothing is offered until there is some (Linux ICSK_ACK_NOMEM). */
  #lacksMemory = false;
  /** RCV.NXT. */
  rcvNxt: SequenceNumber = 0;
  /** IRS. */
  irs: SequenceNumber = 0;
  /** The peer's FIN has been taken in. */
  finReceived = false;
  /** SACK blocks may be sent. */
  sack = false;
  /** TS.Recent, and the millisecond in which it was taken (RFC 7323, 4.3). */
  tsRecent = 0;
  tsRecentAt = 0;
  /** Octets of text taken in, in order. */
  textReceived = 0;
  /** Of these, octets that nobody will read: thrown away at close. */
  discarded = 0;
  /** The receiver's own estimate of the round trip, from echoed timestamps, in eighths of a millisecond. */
  #roundTrip = 0;
  #reassembly: ReassemblyQueue | null = null;
  #sackBlocks: SackBlocks | null = null;
  /** Where a FIN that came ahead of a hole stands. */
  #finSeq: SequenceNumber | null = null;

  constructor(profile: Profile, mss: number, account: MemoryAccount) {
    this.account = account;
    this.window = new ReceiveWindow(profile);
    this.acks = new AckSchedule(profile, mss);
  }

  /** Begins at the peer's initial sequence number. */
  synchronize(irs: SequenceNumber): void {
    this.irs = irs;
    this.rcvNxt = (irs + 1) | 0;
    this.window.synchronize(this.rcvNxt);
  }

  /** The number of the next octet that the owner reads (Linux copied_seq). */
  get copied(): SequenceNumber {
    return (this.rcvNxt - this.queue.length - (this.finReceived ? 1 : 0)) | 0;
  }

  /** Segments that came ahead of a hole. */
  get arrivedOutOfOrder(): number {
    return this.#reassembly?.arrivals ?? 0;
  }

  /** Octets in all queues. */
  get held(): number {
    return this.queue.length + (this.#reassembly?.octets ?? 0);
  }

  /** What all queues take from the receive buffer. */
  get memory(): number {
    return this.queue.memory + (this.#reassembly?.memory ?? 0);
  }

  /** Octets from RCV.NXT to the end of what waits behind a hole. */
  get #waitingSpan(): number {
    const end = this.#reassembly?.end ?? null;
    return end === null ? 0 : seqDiff(end, this.rcvNxt);
  }

  /** Octets waiting behind a hole. */
  get outOfOrder(): number {
    return this.#reassembly?.octets ?? 0;
  }

  /** Right edge of the rightmost SACK block; `null`: nothing is held out of order. */
  get rightmostSackEdge(): SequenceNumber | null {
    return this.#sackBlocks?.rightmostEdge ?? null;
  }

  /** What the peer may still send. */
  get remainingWindow(): number {
    return this.window.remaining(this.rcvNxt);
  }

  /** The window field for the segment that goes out now. */
  windowField(): number {
    if (this.account.isUnderPressure) this.window.restrain(this.acks.peerMss);
    if (this.#lacksMemory && this.#isShort) this.window.takeBack(this.rcvNxt);
    else this.#lacksMemory = false;
    return this.#lacksMemory ? 0 : this.window.field(this.rcvNxt, this.memory, this.acks.peerMss);
  }

  /** Whether the next segment would not be taken in either. */
  get #isShort(): boolean {
    return this.queue.length > 0 && this.#available < receiveMemory(this.acks.peerMss);
  }

  /** What may be taken in on top of what is held; not positive: nothing. */
  get #available(): number {
    return this.account.availableToReceive(this.memory);
  }

  /** Tells the account of the host what is held. To be called when something was taken out of the queue. */
  charge(): void {
    const { memory } = this;
    if (memory === this.#charged) return;
    this.account.change(this.#charged, memory);
    this.#charged = memory;
  }

  /** Throws away the next octet. */
  dropNext(): void {
    this.queue.drop(1);
    this.charge();
  }

  /** Octets of the option that {@link sackBlocksForSegment} would fill, two of padding included (RFC 2018, section 3). */
  sackOctets(max: number): number {
    const blocks = this.#sackBlocks?.pending ?? 0;
    return blocks === 0 ? 0 : 4 + 8 * Math.min(blocks, max);
  }

  /** SACK blocks for the segment that goes out now. */
  sackBlocksForSegment(max: number): readonly SequenceNumber[] | null {
    return this.#sackBlocks === null || this.#sackBlocks.isEmpty
      ? null
      : this.#sackBlocks.takeForSegment(max);
  }

  /**
   * Seventh and eighth check of RFC 9293, 3.10.7.4: takes in the text and the FIN of an acceptable segment.
   * Returns bits of {@link Arrival}. `rto` and `roundTrip` are the sender's, in milliseconds.
   */
  accept(segment: Segment, now: number, rto: number): number {
    let text = segment.payload;
    const { seq } = segment;
    let fin = (segment.flags & Flag.FIN) !== 0;
    const end = (seq + text.length + (fin ? 1 : 0)) | 0;
    const window = this.remainingWindow;
    if (seq !== this.rcvNxt) {
      if (seqLeq(end, this.rcvNxt) || this.finReceived) {
        if (this.sack) this.#blocks().addDuplicate(seq, end);
        return this.#refuse();
      }
      if (seqGeq(seq, (this.rcvNxt + window) | 0)) return this.#refuse();
      if (!seqLt(seq, this.rcvNxt)) {
        this.#hold(seq, text, fin, window);
        return Arrival.None;
      }
      if (this.sack) this.#blocks().addDuplicate(seq, this.rcvNxt);
      text = text.subarray(seqDiff(this.rcvNxt, seq));
    }
    if (text.length > window) {
      if (window === 0) return this.#refuse();
      text = text.subarray(0, window);
      fin = false;
    }
    let result: number = Arrival.None;
    if (text.length > 0) {
      const size = segment.gsoSize > 0 ? segment.gsoSize : text.length;
      const cost = receiveMemory(text.length);
      if (cost > this.#available && !this.#makeRoom(this.rcvNxt, cost)) {
        text = this.#lessOf(text);
        if (text.length === 0) return Arrival.None;
        fin = false;
      }
      this.#deliver(text, size, (segment.flags & Flag.PSH) !== 0, now, rto);
      result = Arrival.Text;
    }
    if (this.#reassembly !== null && !this.#reassembly.isEmpty) this.#deliverHeld(now, rto);
    const isHeldFin = this.#finSeq === this.rcvNxt;
    // RFC 5681, 4.2, as for text; closing/LINUX.md, g11.
    if (isHeldFin) this.acks.atOnce();
    if (fin || isHeldFin) {
      this.rcvNxt = (this.rcvNxt + 1) | 0;
      this.finReceived = true;
      this.#finSeq = null;
      this.acks.scheduled = true;
      result |= Arrival.Fin;
    }
    this.#sackBlocks?.advance(this.rcvNxt);
    this.charge();
    return result;
  }

  /** Decides when to acknowledge what `accept` took in. */
  scheduleAck(now: number, smoothedRtt: number): void {
    const acks = this.acks;
    if (!acks.scheduled || acks.owed > 0) return;
    const unacknowledged = seqDiff(this.rcvNxt, this.window.lastUpdate);
    if (
      acks.isQuick ||
      (unacknowledged > acks.peerMss &&
        (this.queue.length === 0 || this.window.candidate(this.memory, acks.peerMss) >= this.window.offered))
    ) {
      acks.atOnce();
    } else acks.postpone(now, smoothedRtt);
  }

  /** Updates TS.Recent from a segment's TSval (RFC 7323, 4.3, with Last.ACK.sent). */
  noteTimestamp(segment: Segment, now: number): void {
    if (seqLeq(segment.seq, this.window.lastUpdate)) {
      this.tsRecent = segment.timestampValue;
      this.tsRecentAt = Math.floor(now);
    }
  }

  /** The round trip as this side measures it, in milliseconds; 0: not yet. */
  get roundTrip(): number {
    return this.#roundTrip / 8;
  }

  /** Takes in how long ago the text of a segment was called for, by its echoed timestamp: whole milliseconds. */
  noteRoundTrip(sample: number): void {
    const rtt = Math.max(sample, 1);
    this.#roundTrip = this.#roundTrip === 0 ? 8 * rtt : this.#roundTrip + rtt - (this.#roundTrip >> 3);
  }

  /** The owner read `octets`: decides whether to tell the peer about the room (Linux tcp_cleanup_rbuf). */
  onRead(octets: number, now: number, smoothedRtt: number, shut: boolean): void {
    const { acks, window } = this;
    window.onRead(
      octets,
      this.#waitingSpan,
      now,
      this.#roundTrip / 8 || smoothedRtt,
      !this.account.isUnderPressure,
    );
    if (acks.scheduled && acks.owed === 0) {
      if (
        seqDiff(this.rcvNxt, window.lastUpdate) > acks.peerMss ||
        (this.queue.length === 0 && acks.wantsAckOnDrain)
      ) {
        acks.atOnce();
        return;
      }
    }
    if (shut || acks.owed > 0 || (this.#lacksMemory && this.#isShort)) return;
    const remaining = this.remainingWindow;
    const candidate = window.candidate(this.memory, acks.peerMss);
    if (candidate > 0 && candidate >= 2 * remaining) acks.atOnce();
  }

  /** Reports text that was received before (D-SACK, RFC 2883) in the next acknowledgment. */
  noteDuplicate(segment: Segment): void {
    const end = (segment.seq + segment.payload.length) | 0;
    if (seqLeq(end, this.rcvNxt)) this.#blocks().addDuplicate(segment.seq, end);
  }

  /** Reports the peer's SYN as received before. */
  noteDuplicateSyn(): void {
    this.#blocks().addDuplicate(this.irs, (this.irs + 1) | 0);
  }

  /** Throws away what was not read. */
  discardUnread(): void {
    this.discarded += this.queue.length;
    this.queue.clear();
    this.charge();
  }

  /** Lets go of everything held. */
  clear(): void {
    this.discardUnread();
    this.forgetOutOfOrder();
  }

  /** Lets go of what waits behind a hole that nothing will fill any more. */
  forgetOutOfOrder(): void {
    this.#reassembly = null;
    this.#sackBlocks = null;
    this.#finSeq = null;
    this.charge();
  }

  /**
   * Memory that either queue may take: twice the buffer, as full segments of a whole window take the buffer once. Only
   * segments much smaller than that take more (Linux tcp_try_rmem_schedule).
   */
  get #memoryLimit(): number {
    return 2 * this.window.buffer;
  }

  #blocks(): SackBlocks {
    return (this.#sackBlocks ??= new SackBlocks());
  }

  /** Holds text behind a hole if there is memory for it, if need be in place of what is farther behind. */
  #insert(reassembly: ReassemblyQueue, seq: SequenceNumber, text: Uint8Array): boolean {
    if (reassembly.insert(seq, text, this.#outOfOrderLimit)) return true;
    const cost = receiveMemory(text.length);
    if (cost <= this.#available || !this.#makeRoom(seq, cost)) return false;
    return reassembly.insert(seq, text, this.#outOfOrderLimit);
  }

  /** Memory that may be taken behind a hole. */
  get #outOfOrderLimit(): number {
    const held = this.#reassembly?.memory ?? 0;
    return Math.min(this.#memoryLimit, held + this.#available);
  }

  /**
   * The host is short of memory for a segment at `seq` that takes `cost`: copies together what is small, then throws away
   * what is held behind `seq` and will come again (Linux tcp_prune_queue; RFC 2018, section 8, allows it). Returns whether
   * there is enough now.
   */
  #makeRoom(seq: SequenceNumber, cost: number): boolean {
    this.queue.collapse(0);
    this.charge();
    const reassembly = this.#reassembly;
    if (cost > this.#available && reassembly !== null && !reassembly.isEmpty) {
      const before = reassembly.memory;
      reassembly.prune(seq, cost - this.#available);
      if (reassembly.memory < before) {
        this.account.counters.outOfOrderPruned++;
        this.#sackBlocks?.forget();
        this.charge();
      }
    }
    return cost <= this.#available;
  }

  /**
   * The part of the text that comes next for which there is memory: none, but where nothing is unread, so that the
   * connection goes on (Linux tcp_data_queue). The peer is told that there is no window.
   */
  #lessOf(text: Uint8Array): Uint8Array {
    this.account.counters.drop('receive-memory');
    this.#lacksMemory = true;
    this.acks.atOnce();
    if (this.queue.length > 0) return NO_BYTES;
    return text.subarray(0, Math.max(octetsReceivedIn(this.#available), LEAST_TEXT));
  }

  /** Old, or beyond the window: not taken in, but acknowledged at once. */
  #refuse(): number {
    this.acks.enterQuickMode(this.window.offered);
    this.acks.atOnce();
    return Arrival.None;
  }

  /** `size`: octets of text in each of the segments that it came in. */
  #deliver(text: Uint8Array, size: number, push: boolean, now: number, rto: number): void {
    if (this.queue === NOTHING_RECEIVED) this.queue = new ReceiveQueue();
    this.queue.push(text);
    this.queue.collapse(this.#memoryLimit);
    this.rcvNxt = (this.rcvNxt + text.length) | 0;
    this.textReceived += text.length;
    if (size > this.acks.peerMss) this.window.measure(text.length);
    this.acks.onText(size, push, now, rto, this.window.offered);
    this.window.onText(text.length, this.memory, this.acks.peerMss);
  }

  #deliverHeld(now: number, rto: number): void {
    const reassembly = this.#reassembly;
    if (reassembly === null) return;
    for (let text = reassembly.take(this.rcvNxt); text !== null; text = reassembly.take(this.rcvNxt)) {
      this.#deliver(text, text.length, false, now, rto);
    }
    // RFC 5681, 4.2: a segment that fills a gap is acknowledged at once.
    this.acks.atOnce();
  }

  #hold(seq: SequenceNumber, text: Uint8Array, fin: boolean, window: number): void {
    const room = window - seqDiff(seq, this.rcvNxt);
    const kept = text.length > room ? text.subarray(0, room) : text;
    const whole = kept.length === text.length;
    const end = (seq + kept.length) | 0;
    this.#reassembly ??= new ReassemblyQueue();
    this.#reassembly.arrivals++;
    const known = kept.length > 0 && this.#reassembly.covers(seq, end);
    if (!known && kept.length > 0 && !this.#insert(this.#reassembly, seq, kept)) {
      this.account.counters.drop('out-of-order-memory');
      this.#refuse();
      return;
    }
    this.charge();
    if (fin && whole) this.#finSeq = end;
    if (this.sack) {
      const right = fin && whole ? (end + 1) | 0 : end;
      if (known) this.#blocks().addDuplicate(seq, right);
      this.#blocks().add(seq, right);
    }
    // RFC 5681, 4.2: a duplicate acknowledgment for each, so that the sender can count them.
    this.acks.atOnce();
  }
}
