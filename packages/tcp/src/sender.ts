import {
  type Segment,
  type SequenceNumber,
  Flag,
  NO_BYTES,
  seqAdd,
  seqDiff,
  seqGeq,
  seqGt,
  seqLeq,
  seqLt,
} from '@halfclose/codec';
import { type CongestionControl, congestionControl, type CongestionView } from './congestion-control.ts';
import { type LossObserver, LossRecovery } from './loss-recovery.ts';
import { Nagle } from './nagle.ts';
import type { Path } from './path.ts';
import type { Profile } from './profile.ts';
import { type DeliveryObserver, RetransmitQueue, SentSegment } from './retransmit-queue.ts';
import { RttEstimator } from './rtt-estimator.ts';
import { type BlockPool, SendBuffer } from './send-buffer.ts';
import { SendWindow } from './send-window.ts';

/** What the transmit timer stands for: one timer, as only one of these can be due (Linux icsk_retransmit_timer). */
export type TransmitTimer = 'none' | 'retransmission' | 'loss probe' | 'reordering' | 'persist';

/** Milliseconds: Linux's TCP_TIMEOUT_MIN, two ticks of its clock. */
const SHORTEST_TIMEOUT = 8;

/** What the sender needs from its connection. */
export interface SegmentMaker {
  /** What the path lets through now. */
  readonly path: Path;
  /** A segment with ports, acknowledgment, window and options filled in. */
  makeSegment(flags: number, seq: SequenceNumber, payload: Uint8Array, now: number): Segment;
  /** Octets that SACK blocks take from the text of the next segment. */
  readonly sackOctets: number;
  /** Urgent data waits for nothing, and each of its segments has a pointer of its own. */
  readonly isUrgent: boolean;
}

/** The sending half of a connection: SND.UNA, SND.NXT, the peer's window, cwnd, and what to send next. */
export class Sender implements CongestionView, DeliveryObserver, LossObserver {
  readonly buffer: SendBuffer;
  readonly flight = new RetransmitQueue();
  readonly rtt: RttEstimator;
  readonly recovery: LossRecovery;
  /** Made when text is first acknowledged or lost: an idle connection has none. */
  #congestion: CongestionControl | null = null;
  /** See {@link CongestionView.rounds}. */
  rounds = 0;
  #roundEnd: SequenceNumber;
  readonly nagle: Nagle;
  readonly window = new SendWindow();
  readonly #profile: Profile;
  readonly #maker: SegmentMaker;
  readonly iss: SequenceNumber;
  sndUna: SequenceNumber;
  sndNxt: SequenceNumber;
  /** Octets of text per segment on the wire: the peer's MSS, the path's, less our options. */
  mss = 536;
  cwnd: number;
  ssthresh = 0x7fffffff;
  /** A FIN follows the text. */
  finQueued = false;
  /** Octets acknowledged by the peer. */
  textAcknowledged = 0;
  /** Octets written and let go of before the peer acknowledged them. */
  discarded = 0;
  /** Segments sent again. */
  retransmissions = 0;
  timer: TransmitTimer = 'none';
  timerDeadline = Infinity;
  /** Unanswered zero-window probes. */
  probesOut = 0;
  #finSent = false;
  #lastSentAt = -Infinity;
  /** The end of the last segment with PSH. */
  #pushedSeq: SequenceNumber;
  #cwndLimited = false;
  #maxOut = 0;
  /** A probe is to be sent whatever cwnd says. */
  #probe: 'none' | 'tail loss' | 'urgent' | 'window' = 'none';
  #delivered = 0;
  #rttSentAt = -1;
  #ackedRetransmitted = false;
  #now = 0;

  constructor(maker: SegmentMaker, profile: Profile, iss: SequenceNumber, pool: BlockPool) {
    this.#maker = maker;
    this.#profile = profile;
    this.iss = iss;
    this.sndUna = iss;
    this.sndNxt = iss;
    this.#pushedSeq = seqAdd(iss, 1);
    this.nagle = new Nagle(iss);
    this.buffer = new SendBuffer(pool);
    this.rtt = new RttEstimator(profile);
    this.recovery = new LossRecovery(this.flight, this.rtt);
    this.#roundEnd = iss;
    this.cwnd = profile.initialWindow;
  }

  /** SND.WND in octets. */
  get sndWnd(): number {
    return this.window.size;
  }

  get smoothedRtt(): number {
    return this.rtt.smoothed;
  }

  get latestRtt(): number {
    return this.rtt.latest;
  }

  /** The congestion control in use. */
  get congestion(): CongestionControl {
    return (this.#congestion ??= congestionControl(this.#profile.congestionControl));
  }

  /** The sequence number of the first octet in the buffer. */
  get #bufferSeq(): SequenceNumber {
    return this.sndUna === this.iss ? seqAdd(this.iss, 1) : this.sndUna;
  }

  /** The sequence number after all text written so far: where the FIN goes. */
  get writeSeq(): SequenceNumber {
    return seqAdd(this.#bufferSeq, this.buffer.length);
  }

  /** Octets written but not yet sent once. */
  get unsent(): number {
    const left = seqDiff(this.writeSeq, this.sndNxt);
    return left > 0 ? left : 0;
  }

  /** Whether text or the FIN still waits to be sent once. */
  get hasUnsent(): boolean {
    return this.unsent > 0 || (this.finQueued && !this.#finSent);
  }

  /** Octets of text sent and not acknowledged. */
  get textInFlight(): number {
    const { iss, sndUna, sndNxt } = this;
    const syn = sndUna === iss && sndNxt !== iss ? 1 : 0;
    const fin = this.#finSent && sndUna !== sndNxt ? 1 : 0;
    return seqDiff(sndNxt, sndUna) - syn - fin;
  }

  get finSent(): boolean {
    return this.#finSent;
  }

  /** Whether our FIN has been acknowledged. */
  get finAcked(): boolean {
    return this.#finSent && this.sndUna === this.sndNxt;
  }

  /** Sends a SYN, or SYN+ACK: the first octet of the sequence space. */
  sendSyn(flags: number, now: number): Segment {
    this.flight.push(new SentSegment(this.iss, seqAdd(this.iss, 1), flags, 1, now));
    this.sndNxt = seqAdd(this.iss, 1);
    this.#arm('retransmission', now + this.rtt.rto);
    return this.#maker.makeSegment(flags, this.iss, NO_BYTES, now);
  }

  /** The next segment with text or a FIN, new or again; `null`: nothing may go now. */
  nextSegment(now: number): Segment | null {
    const flight = this.flight;
    if (flight.lostOut > 0 && flight.inFlight < this.cwnd) {
      const again = this.#nextRetransmission(now);
      if (again !== null) return again;
    }
    if (this.#probe !== 'none') return this.#sendProbe(now);
    if (!this.hasUnsent) return null;
    if (flight.packetsOut === 0) this.#restartAfterIdle(now);
    const quota = this.cwnd - flight.inFlight;
    if (quota <= 0) {
      this.#cwndLimited = true;
      return null;
    }
    return this.#sendNew(quota, now);
  }

  /** To be called when {@link nextSegment} has nothing more: starts the persist timer if only a probe can go on. */
  settle(now: number): void {
    if (this.flight.packetsOut === 0 && this.timer === 'none' && this.hasUnsent && this.sndUna !== this.iss) {
      this.#arm('persist', now + this.#persistInterval());
    }
  }

  /** Whether the acknowledgment in `segment` is one of something we sent (RFC 9293, 3.10.7.4, fifth check). */
  isAcceptableAck(ack: SequenceNumber): boolean {
    return seqLeq(ack, this.sndNxt);
  }

  /**
   * Takes in acknowledgment, window and SACK blocks of an acceptable segment. `plain`: it carries nothing else, so
   * that it may count as a duplicate. Returns whether SND.UNA moved.
   */
  onAck(segment: Segment, plain: boolean, echoedRtt: number, now: number): boolean {
    const { flight, recovery } = this;
    const ack = segment.ack;
    const una = this.sndUna;
    const isOld = seqLt(ack, una);
    const windowChanged = !isOld && this.window.update(segment, una);
    this.probesOut = 0;
    if (flight.packetsOut === 0) {
      this.#onWindowWithNothingInFlight(now);
      return false;
    }
    this.#delivered = 0;
    this.#rttSentAt = -1;
    this.#ackedRetransmitted = false;
    this.#now = now;
    const sacked =
      segment.sackBlocks !== null && recovery.sack ? this.#takeSackBlocks(segment.sackBlocks) : 0;
    const advanced = seqGt(ack, una);
    let acked = 0;
    if (advanced) {
      acked = flight.acknowledge(ack, this.mss, this);
      this.#releaseText(una, ack);
      this.sndUna = ack;
      this.#sampleRtt(echoedRtt, now);
      this.#countRound();
    } else if (plain && !isOld && !windowChanged && segment.sackBlocks === null) recovery.onDuplicateAck();
    const grow = this.#isCwndLimited && recovery.allowsGrowth;
    this.cwnd = recovery.onAck(acked, this.#delivered, this.sndUna, this.sndNxt, this.cwnd, now, this);
    if (acked > 0 && grow && recovery.allowsGrowth) this.congestion.onAcknowledged(this, acked, now);
    if (advanced) this.#maxOut = flight.packetsOut;
    if (advanced || sacked > 0 || recovery.reorderDeadline !== Infinity) this.#rearm(now, advanced);
    return advanced;
  }

  /** The transmit timer struck. What it calls for goes out with the next calls of {@link nextSegment}. */
  onTimer(now: number): void {
    const kind = this.timer;
    this.#disarm();
    switch (kind) {
      case 'retransmission':
        this.#onRetransmissionTimeout(now);
        break;
      case 'loss probe':
        if (this.recovery.probeEnd === null) this.#probe = 'tail loss';
        this.#arm('retransmission', now + this.rtt.rto);
        break;
      case 'reordering':
        this.cwnd = this.recovery.onAck(0, 0, this.sndUna, this.sndNxt, this.cwnd, now, this);
        this.#rearm(now, false);
        break;
      case 'persist':
        // What is urgent is told of first (Linux tcp_write_wakeup).
        this.#probe = this.#maker.isUrgent ? 'urgent' : 'window';
        this.probesOut++;
        this.rtt.backOff();
        this.#arm('persist', now + this.#persistInterval());
        break;
      case 'none':
        break;
    }
  }

  /** A segment of the handshake is to be sent again at the next call of {@link nextSegment}. */
  resendSyn(): void {
    const head = this.flight.head;
    if (head !== null) this.flight.markLost(head);
  }

  /** Lets the first retransmission of a SYN come soon; later ones keep their times. */
  hastenSyn(now: number): void {
    if (this.recovery.timeouts === 0 && this.timer === 'retransmission') {
      this.timerDeadline = Math.min(this.timerDeadline, now + SHORTEST_TIMEOUT);
    }
  }

  /** Asks for one segment that the peer must answer. */
  requestProbe(): void {
    if (this.#probe === 'none') this.#probe = 'window';
  }

  /** The path or the peer allows other segments from now on. */
  resegment(mss: number): void {
    this.mss = Math.max(mss, 1);
  }

  /** Lets go of everything. */
  clear(): void {
    this.discarded += this.buffer.length;
    this.buffer.clear();
    this.flight.clear();
    this.#probe = 'none';
    this.#disarm();
  }

  onDelivered(sent: SentSegment): void {
    this.#delivered += sent.count;
    if (sent.transmissions > 1) this.#ackedRetransmitted = true;
    else if (this.#rttSentAt < 0) this.#rttSentAt = sent.sentAt;
    this.recovery.onDelivered(sent, this.#now);
  }

  onLossDetected(): number {
    this.ssthresh = this.congestion.thresholdAfterLoss(this);
    return this.ssthresh;
  }

  get #isCwndLimited(): boolean {
    return this.#cwndLimited || (this.cwnd < this.ssthresh && this.cwnd < 2 * this.#maxOut);
  }

  #countRound(): void {
    if (seqLt(this.sndUna, this.#roundEnd)) return;
    this.rounds++;
    this.#roundEnd = this.sndNxt;
  }

  #onWindowWithNothingInFlight(now: number): void {
    if (this.timer !== 'persist' || !this.hasUnsent) return;
    const needed = Math.min(Math.max(this.unsent, 1), this.mss);
    if (this.sndWnd >= needed) {
      this.rtt.resetBackoff();
      this.#disarm();
    } else this.#arm('persist', now + this.#persistInterval());
  }

  #takeSackBlocks(blocks: readonly SequenceNumber[]): number {
    let marked = 0;
    for (let i = 0; i + 1 < blocks.length; i += 2) {
      const left = blocks[i] ?? 0;
      const right = blocks[i + 1] ?? 0;
      // RFC 2018: blocks outside of what is in flight say nothing new (duplicates by RFC 2883, or lies).
      if (seqGeq(left, right) || seqLeq(right, this.sndUna) || seqGt(right, this.sndNxt)) continue;
      const from = seqLt(left, this.sndUna) ? this.sndUna : left;
      this.recovery.onSacked(right);
      marked += this.flight.markSacked(from, right, this.mss, this);
    }
    return marked;
  }

  #releaseText(una: SequenceNumber, ack: SequenceNumber): void {
    let octets = seqDiff(ack, una);
    if (una === this.iss) octets--;
    if (this.#finSent && ack === this.sndNxt) octets--;
    if (octets <= 0) return;
    this.buffer.release(octets);
    this.textAcknowledged += octets;
  }

  /** Karn: a segment sent twice gives no sample, unless timestamps tell which one was acknowledged (RFC 7323, 4.1). */
  #sampleRtt(echoedRtt: number, now: number): void {
    if (this.#rttSentAt >= 0 && !this.#ackedRetransmitted) {
      this.rtt.sample(now - this.#rttSentAt, this.sndUna, this.sndNxt);
    } else if (echoedRtt >= 0) this.rtt.sample(echoedRtt, this.sndUna, this.sndNxt);
    this.rtt.resetBackoff();
  }

  #onRetransmissionTimeout(now: number): void {
    if (this.flight.packetsOut === 0) return;
    if (this.recovery.state !== 'loss') {
      this.onLossDetected();
      this.congestion.onTimeout();
    }
    this.recovery.onTimeout(this.sndNxt, now);
    this.cwnd = 1;
    const isSyn = this.sndUna === this.iss && (this.flight.head?.flags ?? 0) === Flag.SYN;
    if (!isSyn || this.recovery.timeouts > this.#profile.synLinearTimeouts) this.rtt.backOff();
    this.#arm('retransmission', now + this.rtt.rto);
  }

  #nextRetransmission(now: number): Segment | null {
    const flight = this.flight;
    for (let sent = flight.head; sent !== null; sent = sent.next) {
      if (!sent.lost || sent.retransmitted || sent.sacked) continue;
      if (sent !== flight.head && seqGt(sent.end, seqAdd(this.sndUna, this.sndWnd))) return null;
      return this.#resend(sent, now);
    }
    return null;
  }

  #resend(sent: SentSegment, now: number): Segment {
    const length = seqDiff(sent.end, sent.seq);
    const mss = this.#currentMss;
    if (length > mss && (sent.flags & Flag.SYN) === 0) {
      const most = Math.max(1, Math.min(this.cwnd - this.flight.inFlight, this.#maxCount()));
      this.flight.split(sent, seqAdd(sent.seq, most * mss), mss);
    }
    this.flight.markRetransmitted(sent, now);
    this.recovery.onSent(sent.count);
    this.retransmissions += sent.count;
    this.#lastSentAt = now;
    if (this.timer === 'none') this.#arm('retransmission', now + this.rtt.rto);
    if ((sent.flags & Flag.SYN) !== 0) return this.#maker.makeSegment(sent.flags, sent.seq, NO_BYTES, now);
    const text = seqDiff(sent.end, sent.seq) - ((sent.flags & Flag.FIN) !== 0 ? 1 : 0);
    const payload = text > 0 ? this.buffer.view(seqDiff(sent.seq, this.#bufferSeq), text, false) : NO_BYTES;
    return this.#maker.makeSegment(sent.flags | Flag.ACK, sent.seq, payload, now);
  }

  /** Segments that may go as one packet. */
  #maxCount(): number {
    const { path, isUrgent } = this.#maker;
    return isUrgent ? 1 : Math.max(1, Math.floor(path.segmentOctets / this.#currentMss));
  }

  #sendNew(quota: number, now: number): Segment | null {
    const unsent = this.unsent;
    const room = seqDiff(seqAdd(this.sndUna, this.sndWnd), this.sndNxt);
    if (unsent === 0) return room > 0 ? this.#transmit(NO_BYTES, true, now) : null;
    if (room <= 0) return null;
    const mss = this.window.bound(this.#currentMss);
    let length = unsent;
    if (length > mss) {
      length = Math.min(length, room, Math.min(quota, this.#maxCount()) * mss);
      // RFC 9293, 3.8.6.2.1 (MUST-38): only whole segments, unless this is all there is and Nagle lets it go.
      if (length < mss) return null;
      // A path by reference has nothing to fill up: there text goes in the stretches that it lies in.
      const partial = this.#maker.path.byReference ? 0 : length % mss;
      if (partial > 0 && (length < unsent || this.#nagleHolds)) length -= partial;
    } else if (length > room || (length < mss && this.#nagleHolds)) return null;
    const payload = this.buffer.view(
      seqDiff(this.sndNxt, this.#bufferSeq),
      length,
      this.#maker.path.byReference,
    );
    const fin = this.finQueued && payload.length === unsent && room > unsent;
    return this.#transmit(payload, fin, now, payload.length < length);
  }

  /** The end of what was written (RFC 9293, 3.9.1.2), and whenever half a window has gone (Linux forced_push). */
  #isPushed(end: SequenceNumber, length: number): boolean {
    return length === this.unsent || seqDiff(end, this.#pushedSeq) > this.window.max >> 1;
  }

  /** `cut`: short only because what follows lies elsewhere in memory, and follows at once. */
  #transmit(payload: Uint8Array, fin: boolean, now: number, cut = false): Segment {
    const length = payload.length;
    const seq = this.sndNxt;
    let flags: number = Flag.ACK;
    if (length > 0 && this.#isPushed(seqAdd(seq, length), length)) {
      flags |= Flag.PSH;
      this.#pushedSeq = seqAdd(seq, length);
    }
    // Linux pushes whatever it leaves to the device to cut (tcp_transmit_skb).
    if (length > this.#currentMss) flags |= Flag.PSH;
    if (fin) {
      flags |= Flag.FIN;
      this.#finSent = true;
    }
    const end = seqAdd(seq, length + (fin ? 1 : 0));
    const mss = this.#currentMss;
    const count = length <= mss ? 1 : Math.ceil(length / mss);
    const flight = this.flight;
    const wasIdle = flight.packetsOut === 0;
    flight.push(new SentSegment(seq, end, flags & ~Flag.ACK, count, now));
    this.sndNxt = end;
    if (length < count * mss && !cut) this.nagle.onSmallSegment(end);
    if (flight.packetsOut > this.#maxOut) {
      this.#maxOut = flight.packetsOut;
      this.#cwndLimited = false;
    }
    this.#lastSentAt = now;
    this.recovery.onSent(count);
    if (wasIdle || this.timer === 'none' || this.timer === 'loss probe' || this.timer === 'persist') {
      this.#armAfterSending(now);
    }
    return this.#maker.makeSegment(flags, seq, payload, now);
  }

  /** RFC 8985, 7.3 and 7.4 (tail loss), or one octet's worth of question into a closed window (RFC 9293, 3.8.6.1). */
  #sendProbe(now: number): Segment | null {
    const kind = this.#probe;
    this.#probe = 'none';
    const room = seqDiff(seqAdd(this.sndUna, this.sndWnd), this.sndNxt);
    if (this.hasUnsent && room > 0) {
      const text = Math.min(this.unsent, room, this.#currentMss);
      const payload = this.buffer.view(seqDiff(this.sndNxt, this.#bufferSeq), text, false);
      const segment = this.#transmit(payload, this.finQueued && text === this.unsent && room > text, now);
      if (kind === 'tail loss') this.#noteTailLossProbe(now);
      return segment;
    }
    if (kind === 'tail loss') {
      let last = this.flight.tail;
      if (last === null) return null;
      if (
        last.count > 1 &&
        this.flight.split(last, seqAdd(last.seq, (last.count - 1) * this.mss), this.mss)
      ) {
        last = last.next ?? last;
      }
      const segment = this.#resend(last, now);
      this.#noteTailLossProbe(now);
      return segment;
    }
    if (kind === 'urgent') this.#probe = 'window';
    const seq = kind === 'urgent' ? this.sndUna : seqAdd(this.sndUna, -1);
    return this.#maker.makeSegment(Flag.ACK, seq, NO_BYTES, now);
  }

  #noteTailLossProbe(now: number): void {
    this.recovery.probeEnd = this.sndNxt;
    this.#arm('retransmission', now + this.rtt.rto);
  }

  get #nagleHolds(): boolean {
    if (this.finQueued || this.#maker.isUrgent) return false;
    return this.nagle.holds(this.flight.packetsOut > 0, this.sndUna, this.sndNxt);
  }

  /** What fits one segment beside the SACK blocks that it will carry (RFC 9293, 3.7.1, MUST-16; Linux tcp_current_mss). */
  get #currentMss(): number {
    return Math.max(this.mss - this.#maker.sackOctets, 1);
  }

  /** RFC 5681, 4.1: after an idle RTO the old cwnd tells nothing. */
  #restartAfterIdle(now: number): void {
    if (!this.#profile.slowStartAfterIdle) return;
    const idle = now - this.#lastSentAt;
    const rto = this.rtt.rto;
    if (idle <= rto || this.cwnd <= this.#profile.initialWindow) return;
    this.ssthresh = Math.max(this.ssthresh, (this.cwnd >> 1) + (this.cwnd >> 2));
    const halvings = Math.min(Math.floor(idle / rto), 31);
    this.cwnd = Math.max(this.cwnd >> halvings, this.#profile.initialWindow);
  }

  #armAfterSending(now: number): void {
    if (!this.#armLossProbe(now)) this.#arm('retransmission', now + this.rtt.rto);
  }

  /** RFC 8985, 7.2. */
  #armLossProbe(now: number): boolean {
    const { flight, recovery, rtt } = this;
    if (!this.#profile.tailLossProbe || !recovery.sack || flight.packetsOut === 0) return false;
    if (recovery.state !== 'open' || recovery.probeEnd !== null) return false;
    let wait = this.#profile.initialRto;
    if (rtt.hasSample) wait = 2 * rtt.smoothed + (flight.packetsOut === 1 ? this.#profile.minRto : 2);
    this.#arm('loss probe', now + Math.min(wait, rtt.rto));
    return true;
  }

  #rearm(now: number, advanced: boolean): void {
    const { flight, recovery } = this;
    if (flight.packetsOut === 0) {
      this.#disarm();
      return;
    }
    if (recovery.reorderDeadline !== Infinity) {
      this.#arm('reordering', recovery.reorderDeadline);
      return;
    }
    if (this.#armLossProbe(now)) return;
    if (advanced || this.timer !== 'retransmission') this.#arm('retransmission', now + this.rtt.rto);
  }

  #persistInterval(): number {
    return Math.min(Math.max(this.rtt.rto, this.#profile.minRto), this.#profile.maxRto);
  }

  #arm(kind: TransmitTimer, deadline: number): void {
    this.timer = kind;
    this.timerDeadline = deadline;
  }

  #disarm(): void {
    this.timer = 'none';
    this.timerDeadline = Infinity;
  }
}
