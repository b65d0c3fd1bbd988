import type { CongestionControlName } from '../profile/rule-names.ts';
import { Flag, NO_BYTES, type Segment, type SequenceNumber, seqAdd, seqDiff, seqLeq } from '@halfclose/codec';
import { takeAcknowledgment } from './acknowledgment.ts';
import { CongestionWindow, type WindowSurroundings } from '../congestion/congestion-window.ts';
import { LONG_AGO } from '../base/connection-time.ts';
import type { EcnState } from '../path/ecn.ts';
import { LossRecovery } from '../recovery/loss-recovery.ts';
import type { MemoryAccount } from '../memory/memory-account.ts';
import { Nagle } from './nagle.ts';
import type { Path } from '../path/path.ts';
import type { PathMtuProbe } from './path-mtu-probe.ts';
import type { Profile } from '../profile/profile.ts';
import { RetransmitQueue } from '../flight/retransmit-queue.ts';
import { onRetransmissionTimeout } from '../recovery/retransmission-timeout.ts';
import { RttEstimator } from '../recovery/rtt-estimator.ts';
import type { BlockPool, SendBuffer } from './send-buffer.ts';
import { noteLimit, type SendTotals, totalsOf } from './send-totals.ts';
import { sendMemory } from '../memory/segment-memory.ts';
import { SendWindow } from './send-window.ts';
import { SentSegment } from '../flight/sent-segment.ts';
import { nextToSend } from './transmission.ts';
import { lastPieceAfter, pieceSize } from './write-pieces.ts';
import { TransmitTimer } from '../recovery/transmit-timer.ts';

/** What the sender needs from its connection. */
export interface SegmentMaker {
  /** What the path lets through now. */
  readonly path: Path;
  readonly congestionControl: CongestionControlName;
  /** Whether timestamps are in use. */
  readonly timestamps: boolean;
  /** Explicit congestion notification; `null`: not in use. */
  readonly ecn: EcnState | null;
  /** A segment with ports, acknowledgment, window and options filled in. */
  makeSegment(flags: number, seq: SequenceNumber, payload: Uint8Array, now: number): Segment;
  /** The search for what a silent path passes; `null`: none is under way. */
  readonly mtuProbe: PathMtuProbe | null;
  /** Octets of text per segment where no such search is. */
  readonly largestMss: number;
  /** Takes over what the search found. */
  updateMss(): void;
  /** Our timestamp clock, whether timestamps are in use or not. */
  timestampAt(now: number): number;
  /** Octets that SACK blocks take from the text of the next segment. */
  readonly sackOctets: number;
  /** Urgent data waits for nothing, and each of its segments has a pointer of its own. */
  readonly isUrgent: boolean;
  /** The program has more to write than the send buffer took. */
  readonly sendBufferWasFull: boolean;
}

/**
 * The sending half of a connection: SND.UNA, SND.NXT, the peer's window, cwnd. What is sent next is decided in
 * `transmission.ts`, what an acknowledgment does in `acknowledgment.ts`, which timer runs in `transmit-timer.ts`.
 */
export class Sender implements WindowSurroundings {
  readonly maker: SegmentMaker;
  readonly profile: Profile;
  readonly iss: SequenceNumber;
  /** One for all connections of a host until text is written: see {@link BlockPool.empty}. */
  buffer: SendBuffer;
  /** Octets of memory that it may take (Linux sk_sndbuf). */
  bufferLimit: number;
  readonly account: MemoryAccount;
  /** What the account knows of. */
  #charged = 0;
  readonly flight = new RetransmitQueue();
  readonly rtt: RttEstimator;
  readonly recovery: LossRecovery;
  readonly window = new SendWindow();
  sndUna: SequenceNumber;
  sndNxt: SequenceNumber;
  /** Octets written but not yet sent once. */
  unsent = 0;
  /** Of them, bytes in the last piece: see `write-pieces.ts`. */
  lastPiece = 0;
  /** Octets of text per segment on the wire: the peer's MSS, the path's, less our options. */
  mss = 536;
  readonly congestion: CongestionWindow;
  /** A FIN follows the text. */
  finQueued = false;
  finSent = false;
  /** Octets acknowledged by the peer. */
  textAcknowledged = 0;
  /** Octets written and let go of before the peer acknowledged them. */
  discarded = 0;
  /** Segments sent again, and their octets of text. */
  retransmissions = 0;
  textSentAgain = 0;
  readonly timer: TransmitTimer;
  /** Unanswered zero-window probes. */
  probesOut = 0;
  /** A probe is to be sent whatever cwnd says. */
  probe: 'none' | 'tail loss' | 'urgent' | 'window' | 'garbage' = 'none';
  /** The millisecond in which text last went out. */
  lastSentAt = LONG_AGO;
  /** The end of the last segment with PSH. */
  pushedSeq: SequenceNumber;
  /** Text went out since {@link settle}; cwnd kept more from going. */
  sentInBurst = false;
  stoppedByCwnd = false;
  /** See {@link totalsOf}. */
  totals: SendTotals | null = null;
  #nagle: Nagle | null = null;

  constructor(
    maker: SegmentMaker,
    profile: Profile,
    iss: SequenceNumber,
    pool: BlockPool,
    account: MemoryAccount,
  ) {
    this.maker = maker;
    this.profile = profile;
    this.iss = iss;
    this.sndUna = iss;
    this.sndNxt = iss;
    this.pushedSeq = seqAdd(iss, 1);
    this.buffer = pool.empty;
    this.bufferLimit = profile.sendBufferInitial;
    this.account = account;
    this.rtt = new RttEstimator(profile);
    this.recovery = new LossRecovery(this.flight, this.rtt, profile);
    this.timer = new TransmitTimer(this.flight, this.rtt, this.recovery, profile);
    this.congestion = new CongestionWindow(this, iss, profile);
  }

  /** What the buffer takes (Linux sk_wmem_queued). */
  get memory(): number {
    return sendMemory(this.buffer.length, pieceSize(this));
  }

  /** SND.WND in octets. */
  get sndWnd(): number {
    return this.window.size;
  }

  /** In segments. */
  get cwnd(): number {
    return this.congestion.size;
  }

  /** In segments. */
  get ssthresh(): number {
    return this.congestion.ssthresh;
  }

  get rounds(): number {
    return this.congestion.rounds;
  }

  get congestionControl(): CongestionControlName {
    return this.maker.congestionControl;
  }

  get smoothedRtt(): number {
    return this.rtt.smoothed;
  }

  get minimumRtt(): number {
    return this.rtt.minimum;
  }

  get latestRtt(): number {
    return this.rtt.latest;
  }

  /** Made when it is first asked for: to send text, or to be set. */
  get nagle(): Nagle {
    return (this.#nagle ??= new Nagle(this.iss));
  }

  /** The sequence number of the first octet in the buffer. */
  get bufferSeq(): SequenceNumber {
    return this.sndUna === this.iss ? seqAdd(this.iss, 1) : this.sndUna;
  }

  /** The sequence number after all text written so far: where the FIN goes. */
  get writeSeq(): SequenceNumber {
    return seqAdd(this.bufferSeq, this.buffer.length);
  }

  /** Whether text or the FIN still waits to be sent once. */
  get hasUnsent(): boolean {
    return this.unsent > 0 || (this.finQueued && !this.finSent);
  }

  /** Octets that the peer's window leaves for new text; negative where it shrank below what is in flight. A SYN takes none of it. */
  get room(): number {
    return seqDiff(seqAdd(this.bufferSeq, this.sndWnd), this.sndNxt);
  }

  /** Whether new text is there and the peer's window takes some. */
  get canSendNewText(): boolean {
    return this.unsent > 0 && this.room > 0;
  }

  /** Octets of text sent and not acknowledged. */
  get textInFlight(): number {
    const { iss, sndUna, sndNxt } = this;
    const syn = sndUna === iss && sndNxt !== iss ? 1 : 0;
    const fin = this.finSent && sndUna !== sndNxt ? 1 : 0;
    return seqDiff(sndNxt, sndUna) - syn - fin;
  }

  /** Whether our FIN has been acknowledged. */
  get finAcked(): boolean {
    return this.finSent && this.sndUna === this.sndNxt;
  }

  /** What fits one segment beside the SACK blocks that it will carry (RFC 9293, 3.7.1, MUST-16; Linux tcp_current_mss). */
  get currentMss(): number {
    return Math.max(this.mss - this.maker.sackOctets, 1);
  }

  /** Segments that may go as one packet. */
  get maxCount(): number {
    const { path, isUrgent } = this.maker;
    return isUrgent ? 1 : Math.max(1, Math.floor(path.segmentOctets / this.currentMss));
  }

  /** Our timestamp of the first retransmission in flight; `null`: none is. */
  get firstRetransmissionStamp(): number | null {
    if (this.flight.retransmittedOut === 0) return null;
    let sentAt = Infinity;
    for (let sent = this.flight.head; sent !== null; sent = sent.next) {
      if (sent.retransmitted && sent.sentAt < sentAt) sentAt = sent.sentAt;
    }
    return this.maker.timestampAt(sentAt);
  }

  /** Sends a SYN, or SYN+ACK: the first octet of the sequence space. */
  sendSyn(flags: number, now: number): Segment {
    this.flight.push(new SentSegment(this.iss, seqAdd(this.iss, 1), flags, 1, this.mss, now));
    this.sndNxt = seqAdd(this.iss, 1);
    this.recovery.firstTimeoutAt = Math.floor(now);
    this.timer.awaitTimeout(now);
    return this.maker.makeSegment(flags, this.iss, NO_BYTES, now);
  }

  /**
   * At most `most` bytes of what was written go with the SYN that was just made (RFC 7413). They are in flight behind it, as if
   * they had gone alone, so that either can be acknowledged, and sent again, without the other. Returns them.
   */
  sendWithSyn(most: number, now: number): Uint8Array {
    const length = Math.min(this.unsent, most);
    if (length <= 0) return NO_BYTES;
    const end = seqAdd(this.sndNxt, length);
    this.flight.push(new SentSegment(this.sndNxt, end, Flag.PSH, 1, this.mss, now));
    this.sndNxt = this.pushedSeq = end;
    this.unsent -= length;
    this.lastPiece = Math.min(this.lastPiece, this.unsent);
    this.lastSentAt = Math.floor(now);
    totalsOf(this).textSegments++;
    return this.buffer.view(0, length, false);
  }

  /** The SYN at the head of what is in flight goes again with `flags`, as the answer to the peer's. */
  turnSynIntoAnswer(flags: number): void {
    const { head } = this.flight;
    if (head === null) return;
    head.flags = flags;
    this.flight.markLost(head);
  }

  /** The next segment with text or a FIN, new or again; `null`: nothing may go now. */
  nextSegment(now: number): Segment | null {
    return nextToSend(this, now);
  }

  /** To be called when {@link nextSegment} has nothing more: the burst is over, and maybe only a probe can go on. */
  settle(now: number): void {
    const { flight } = this;
    if (this.sentInBurst || this.stoppedByCwnd) {
      this.congestion.onBurst(this.stoppedByCwnd, this.recovery.state === 'open', now);
      this.sentInBurst = this.stoppedByCwnd = false;
    }
    if (flight.packetsOut === 0 && this.timer.kind === 'none' && this.hasUnsent && this.sndUna !== this.iss) {
      this.timer.awaitPersist(now);
    }
    noteLimit(this, now);
  }

  /** Whether the acknowledgment in `segment` is one of something we sent (RFC 9293, 3.10.7.4, fifth check). */
  isAcceptableAck(ack: SequenceNumber): boolean {
    return seqLeq(ack, this.sndNxt);
  }

  /** See {@link takeAcknowledgment}. */
  onAck(segment: Segment, plain: boolean, echoedRtt: number, now: number): boolean {
    return takeAcknowledgment(this, segment, plain, echoedRtt, now);
  }

  /** The transmit timer struck. What it calls for goes out with the next calls of {@link nextSegment}. */
  onTimer(now: number): void {
    const { timer, rtt, recovery } = this;
    const { kind } = timer;
    timer.disarm();
    switch (kind) {
      case 'retransmission':
        this.#onRetransmissionTimeout(now);
        break;
      case 'loss probe':
        if (recovery.probeEnd === null) this.probe = 'tail loss';
        this.timer.awaitTimeout(now);
        break;
      case 'reordering':
        recovery.onReorderingTimer(this, now);
        this.timer.rearm(false, now);
        break;
      case 'persist':
        // What is urgent is told of first (Linux tcp_write_wakeup).
        this.probe = this.maker.isUrgent ? 'urgent' : 'window';
        this.probesOut++;
        rtt.backOff();
        this.timer.awaitPersist(now);
        break;
      case 'none':
        break;
    }
  }

  /** A segment of the handshake is to be sent again at the next call of {@link nextSegment}. */
  resendSyn(): void {
    const { head } = this.flight;
    if (head !== null) this.flight.markLost(head);
  }

  /** Lets the first retransmission of a SYN come soon; later ones keep their times. */
  hastenSyn(now: number): void {
    if (this.recovery.timeouts === 0) this.timer.hasten(now);
  }

  /** Asks for one segment that the peer must answer: a keep-alive. */
  requestProbe(): void {
    if (this.probe === 'none') this.probe = this.profile.keepAliveGarbage ? 'garbage' : 'window';
  }

  /** The path or the peer allows other segments from now on. */
  resegment(mss: number): void {
    this.mss = Math.max(mss, 1);
  }

  /** Lets go of everything. */
  clear(): void {
    this.discarded += this.buffer.length;
    this.buffer.clear();
    this.#charge();
    this.unsent = this.lastPiece = 0;
    this.flight.clear();
    this.probe = 'none';
    this.timer.disarm();
  }

  /** Takes in text behind what is there, by copy. */
  append(bytes: Uint8Array): void {
    const { nagle } = this;
    nagle.pushesQueued = nagle.expectsMore = false;
    if (this.buffer.isShared) this.buffer = this.buffer.another();
    this.buffer.append(bytes);
    this.#charge();
    this.lastPiece = lastPieceAfter(this, bytes.length);
    this.unsent += bytes.length;
  }

  // --- shared by the modules of the sender

  /** Lets go of the text below `ack`, and moves SND.UNA there. */
  releaseText(ack: SequenceNumber): void {
    const una = this.sndUna;
    let octets = seqDiff(ack, una);
    if (una === this.iss) octets--;
    if (this.finSent && ack === this.sndNxt) octets--;
    this.sndUna = ack;
    if (octets <= 0) return;
    this.buffer.release(octets);
    this.#charge();
    this.textAcknowledged += octets;
  }

  /** What SACK blocks reported holds no more (RFC 2018, section 8). */
  forgetSacked(): void {
    this.flight.forgetSacked();
  }

  /** The end of what was written and pushed (RFC 9293, 3.9.1.2), and whenever half a window has gone (Linux forced_push). */
  isPushed(end: SequenceNumber, length: number): boolean {
    return (
      (length === this.unsent && !this.nagle.expectsMore) ||
      seqDiff(end, this.pushedSeq) > this.window.max >> 1
    );
  }

  #charge(): void {
    const { memory } = this;
    if (memory === this.#charged) return;
    this.account.change(this.#charged, memory);
    this.#charged = memory;
  }

  #onRetransmissionTimeout(now: number): void {
    const { flight, recovery } = this;
    if (flight.head === null) return;
    const isSyn = this.sndUna === this.iss && (flight.head.flags & (Flag.SYN | Flag.ACK)) === Flag.SYN;
    onRetransmissionTimeout(this, now);
    if (!isSyn || recovery.timeouts > this.profile.synLinearTimeouts) this.rtt.backOff();
    this.timer.awaitTimeout(now);
  }
}
