import {
  Flag,
  NO_BYTES,
  type Segment,
  type SequenceNumber,
  seqDiff,
  seqGeq,
  seqGt,
  seqLeq,
  seqLt,
  seqMin,
} from '@halfclose/codec';
import { AckSchedule } from './ack-schedule.ts';
import { TIMESTAMPS_OCTETS } from '../base/option-sizes.ts';
import type { MemoryAccount } from '../memory/memory-account.ts';
import type { Profile } from '../profile/profile.ts';
import { ReassemblyQueue } from './reassembly-queue.ts';
import { ReceiveQueue } from './receive-queue.ts';
import { ReceiveWindow } from './receive-window.ts';
import { SackBlocks } from './sack-blocks.ts';
import { octetsReceivedIn, receiveMemory } from '../memory/segment-memory.ts';

/** What arrived, as {@link Receiver.accept} tells: bits. */
export const Arrival = { None: 0, Text: 1, Fin: 2 } as const;

/** Of connections that have received no text; never pushed to. */
const NOTHING_RECEIVED = new ReceiveQueue();

/** Octets of text that are taken in at least when nothing is unread: what any path passes (RFC 9293, 3.7.1). */
const LEAST_TEXT = 536;
/** Smaller segments in order do not let the window grow (Linux tcp_event_data_recv). */
const LEAST_GROWING = 128;

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
  /** The segment at hand was held behind a hole. */
  #hasHeld = false;
  /** See `trimsToWindow` of {@link Profile}. */
  readonly #trimsToWindow: boolean;

  constructor(profile: Profile, mss: number, account: MemoryAccount) {
    this.#trimsToWindow = profile.trimsToWindow;
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

  /** Nothing is held behind a hole but the peer's FIN. */
  get holdsFinAlone(): boolean {
    return this.#reassembly !== null && this.#reassembly.fin !== null && this.#reassembly.octets === 0;
  }

  /** What the peer may still send. */
  get remainingWindow(): number {
    return this.window.remaining(this.rcvNxt);
  }

  /** The window field for the segment that goes out now. */
  windowField(): number {
    if (this.account.isUnderPressure) this.window.restrain(this.acks.mss);
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
   * Seventh and eighth check of RFC 9293, 3.10.7.4: takes in the data and the FIN of an acceptable segment, in the order of
   * Linux's tcp_data_queue. Returns bits of {@link Arrival}. `rto` and `roundTrip` are the sender's, in milliseconds.
   */
  accept(segment: Segment, now: number, rto: number): number {
    const { seq } = segment;
    let { payload } = segment;
    let fin = (segment.flags & Flag.FIN) !== 0;
    const end = (seq + payload.length + (fin ? 1 : 0)) | 0;
    const window = this.remainingWindow;
    if (this.acks.owed === 0) this.#sackBlocks?.forgetDuplicate();
    if (seq === this.rcvNxt) {
      // A FIN alone may stand beyond the edge.
      if (window === 0 && payload.length > 0) return this.#refuse();
    } else {
      if (seqLeq(end, this.rcvNxt)) {
        if (this.sack) this.#blocks().addDuplicate(seq, end);
        return this.#refuse();
      }
      if (seqGeq(seq, (this.rcvNxt + window) | 0)) return this.#refuse();
      if (!seqLt(seq, this.rcvNxt)) {
        this.#hold(segment, end);
        return Arrival.None;
      }
      if (this.sack) this.#blocks().addDuplicate(seq, this.rcvNxt);
      if (window === 0) return this.#refuse();
      payload = payload.subarray(seqDiff(this.rcvNxt, seq));
    }
    if (this.#trimsToWindow && payload.length > window) {
      payload = payload.subarray(0, window);
      fin = false;
    }
    let result: number = Arrival.None;
    if (payload.length > 0) {
      const cost = receiveMemory(payload.length);
      if (cost > this.#available && !this.#makeRoom(this.rcvNxt, cost)) {
        const length = payload.length;
        payload = this.#lessOf(payload);
        if (payload.length === 0) return Arrival.None;
        if (payload.length < length) fin = false;
      }
      this.#deliver(payload);
      this.#learnFrom(segment, payload.length);
      this.acks.onText(now, rto, this.window.offered);
      if (payload.length >= LEAST_GROWING) this.#growWindow(payload.length);
      result = Arrival.Text;
    }
    if (!fin && this.#reassembly !== null && !this.#reassembly.isEmpty) this.#deliverHeld();
    // RFC 5681, 4.2: what fills the last gap is acknowledged at once; docs/linux/closing.md, g11.
    const isHeldFin = this.#reassembly !== null && this.#reassembly.fin === this.rcvNxt;
    if (isHeldFin) this.acks.atOnce();
    if (fin || isHeldFin) {
      this.rcvNxt = (this.rcvNxt + 1) | 0;
      this.finReceived = true;
      this.acks.scheduled = true;
      result |= Arrival.Fin;
    }
    this.#sackBlocks?.advance(this.rcvNxt);
    this.charge();
    return result;
  }

  /**
   * Takes in text that came with the SYN (RFC 7413): the SYN+ACK acknowledges it, and nothing is learnt of when to acknowledge
   * (Linux tcp_fastopen_add_skb).
   */
  acceptWithSyn(text: Uint8Array): void {
    this.#deliver(text);
    this.charge();
  }

  /** Decides when to acknowledge what `accept` took in (Linux __tcp_ack_snd_check). */
  scheduleAck(now: number, smoothedRtt: number): void {
    const { acks } = this;
    // RFC 5681, 4.2: each segment behind a hole calls for a duplicate of its own, also where several came at once.
    const isHeld = this.#hasHeld;
    this.#hasHeld = false;
    if (!acks.scheduled || (acks.owed > 0 && !isHeld)) return;
    const unacknowledged = seqDiff(this.rcvNxt, this.window.lastUpdate);
    if (
      acks.isQuick ||
      (unacknowledged > acks.peerMss &&
        (this.queue.length === 0 || this.window.candidate(this.memory, acks.peerMss) >= this.window.offered))
    ) {
      acks.atOnce();
    } else if (this.#reassembly === null || this.#reassembly.isEmpty) acks.postpone(now, smoothedRtt);
    else if (this.sack) acks.compress(this.rcvNxt, now, this.#shorterRoundTrip(smoothedRtt));
    else acks.atOnce();
  }

  #shorterRoundTrip(smoothedRtt: number): number {
    const own = this.#roundTrip / 8;
    return smoothedRtt > 0 && smoothedRtt < own ? smoothedRtt : own;
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

  /**
   * A segment that is not taken in, and occupies [seq, end): what of it was received before is reported in the next
   * acknowledgment (D-SACK, RFC 2883; Linux tcp_send_dupack).
   */
  noteDuplicate(seq: SequenceNumber, end: SequenceNumber): void {
    if (seq === end || !seqLt(seq, this.rcvNxt)) return;
    this.acks.enterQuickMode(this.window.offered);
    if (this.sack) this.#blocks().addDuplicate(seq, seqMin(end, this.rcvNxt));
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

  #deliver(bytes: Uint8Array): void {
    if (this.queue === NOTHING_RECEIVED) this.queue = new ReceiveQueue();
    this.queue.push(bytes);
    this.queue.collapse(this.#memoryLimit);
    this.rcvNxt = (this.rcvNxt + bytes.length) | 0;
    this.textReceived += bytes.length;
  }

  /** What is held and follows now. Parts of it that came again, in order, are reported as such. */
  #deliverHeld(): void {
    const reassembly = this.#reassembly;
    if (reassembly === null) return;
    const first = reassembly.first;
    if (first === null || seqGt(first, this.rcvNxt)) return;
    if (this.sack && seqLt(first, this.rcvNxt)) {
      const again = reassembly.overlap(first, this.rcvNxt);
      if (again !== null) this.#blocks().extendDuplicate(again[0], again[1]);
    }
    for (let text = reassembly.take(this.rcvNxt); text !== null; text = reassembly.take(this.rcvNxt)) {
      this.#deliver(text);
    }
    // RFC 5681, 4.2: a segment that fills the gap is acknowledged at once.
    if (reassembly.isEmpty) this.acks.atOnce();
  }

  /** Data, maybe with a FIN, up to `end`, ahead of a hole (Linux tcp_data_queue_ofo). */
  #hold(segment: Segment, end: SequenceNumber): void {
    const { seq } = segment;
    let { payload } = segment;
    let fin = (segment.flags & Flag.FIN) !== 0;
    const edge = (this.rcvNxt + this.remainingWindow) | 0;
    if (this.#trimsToWindow && seqGt(end, edge)) {
      payload = payload.subarray(0, seqDiff(edge, seq));
      if (payload.length < segment.payload.length) fin = false;
      end = (seq + payload.length + (fin ? 1 : 0)) | 0;
    }
    const reassembly = (this.#reassembly ??= new ReassemblyQueue());
    reassembly.arrivals++;
    const overlap = reassembly.overlap(seq, end);
    const isKnown = overlap !== null && overlap[0] === seq && overlap[1] === end;
    if (!isKnown && payload.length > 0) {
      const { memory } = this;
      if (!this.#insert(reassembly, seq, payload)) {
        this.account.counters.drop('out-of-order-memory');
        this.#refuse();
        return;
      }
      this.#learnFrom(segment, payload.length);
      if (this.sack) this.#growWindow(payload.length, memory);
    }
    if (fin) reassembly.holdFin((end - 1) | 0);
    this.charge();
    this.acks.scheduled = this.#hasHeld = true;
    if (!this.sack) return;
    const blocks = this.#blocks();
    if (blocks.opensThird(seq, end)) this.acks.endCompression();
    if (overlap !== null) blocks.extendDuplicate(overlap[0], overlap[1]);
    blocks.add(seq, end);
  }

  /** The size of the peer's segments, and what part of the memory that they take is data. */
  #learnFrom(segment: Segment, bytes: number): void {
    const size = segment.gsoSize > 0 ? segment.gsoSize : bytes;
    const { flags, sackBlocks } = segment;
    const sackBytes = sackBlocks === null ? 0 : 4 + 4 * sackBlocks.length;
    const timestampBytes = segment.hasTimestamps ? TIMESTAMPS_OCTETS : 0;
    const isRemnant = (flags & (Flag.FIN | Flag.URG | Flag.SYN | Flag.PSH)) !== 0;
    if (this.acks.measure(size, sackBytes, timestampBytes, isRemnant, (flags & Flag.PSH) !== 0)) {
      this.window.measure(bytes);
    }
  }

  #growWindow(bytes: number, memory = this.memory): void {
    if (this.account.isUnderPressure) return;
    const { acks } = this;
    const grew = this.window.grow(bytes, receiveMemory(bytes), memory, acks.mss, acks.peerMss);
    if (grew) acks.onWindowGrown();
  }
}
