import type { CongestionControlName } from '../profile/rule-names.ts';
import {
  Flag,
  type IpAddress,
  NO_BYTES,
  type Segment,
  type SequenceNumber,
  seqAdd,
  seqLt,
} from '@halfclose/codec';
import { checkNow } from '../base/check-arguments.ts';
import { deadlineAt, NEVER } from '../base/connection-time.ts';
import { ownAccount } from '../memory/memory-account.ts';
import type { EcnState } from '../path/ecn.ts';
import type { Path } from '../path/path.ts';
import type { Profile } from '../profile/profile.ts';
import { Receiver } from '../receiving/receiver.ts';
import type { PathMtuProbe } from '../sending/path-mtu-probe.ts';
import { Sender, type SegmentMaker } from '../sending/sender.ts';
import { checkConnectionInit } from './check-settings.ts';
import { ConnectionEvent } from './connection-events.ts';
import type { ConnectionInit, ConnectionSettings } from './connection-settings.ts';
import { checkState, type ConnectionState } from './connection-state.ts';
import type { EndReason } from './end-reasons.ts';
import type { EndMark, ErrorCode, StateChange } from './ending.ts';
import type { FastOpen } from './fast-open.ts';
import { makeSegment, mostSackBlocks, synFlags } from './make-segment.ts';
import { largestMss, offeredMss, updateMss } from './path-mss.ts';
import { StateLog } from './state-log.ts';
import type { UrgentData } from './urgent-data.ts';

/** Of connections that have none yet; never pushed to. */
const NO_MARKS: EndMark[] = [];

/**
 * What a connection learns of its end once a record has taken its place, when somebody looks at it. It refers to no connection:
 * who keeps the record may refer to this weakly, and a connection that nobody holds is collected at once, whatever keeps
 * the target of a weak reference until the running job is over (ECMA-262, KeepDuringJob).
 */
export class Afterlife {
  /** To be done to the connection before anybody sees it again; `null`: nothing has happened. */
  news: ((connection: ControlBlock) => void) | null = null;
}

/**
 * The transmission control block (RFC 9293, 3.3.1): all that is known of one connection, and the steps that the rules of
 * arriving, closing and time are made of. What a program or a network may ask of it is its subclass `Connection`.
 */
export class ControlBlock implements SegmentMaker {
  readonly localAddress: IpAddress;
  readonly localPort: number;
  readonly remoteAddress: IpAddress;
  readonly remotePort: number;
  readonly profile: Profile;
  /** What the path lets through. */
  path: Path;
  readonly sender: Sender;
  readonly receiver: Receiver;
  /** Explicit congestion notification, if it was negotiated. */
  ecn: EcnState | null = null;
  /** The search for what passes a path that drops silently; `null`: there is no such suspicion (RFC 4821). */
  mtuProbe: PathMtuProbe | null = null;
  /** TCP Fast Open; `null`: nothing to do with it (RFC 7413). */
  fastOpen: FastOpen | null = null;
  segmentsSent = 0;
  segmentsReceived = 0;
  /** Those of them with text. */
  textSegmentsReceived = 0;
  /** Made by a listener. */
  passive = false;
  /** Timestamps were negotiated. */
  timestamps = false;
  /** Window scaling was negotiated. */
  windowScaling = false;
  /** The owner has let go: nobody will read or hear of it any more. */
  orphan = false;
  /** Nothing more will be read: SHUT_RD, close, or the peer's FIN. */
  receiveShut = false;
  /** Nothing more will be written: SHUT_WR, close. */
  sendShut = false;
  /** What went wrong, until the owner takes it (SO_ERROR). */
  error: ErrorCode | null = null;
  /** A passing error (RFC 9293, 3.9.2.2), until the owner takes it. */
  softError: ErrorCode | null = null;
  /** The MSS option of the peer, or its default. */
  peerMss = 536;
  /** When the FIN-WAIT-2 limit strikes, and when keep-alive looks again: whole milliseconds, or {@link NEVER}. */
  finWait2Deadline = NEVER;
  keepAliveDeadline = NEVER;
  /** An orphan in FIN-WAIT-2 whose limit is long: it is no record yet (see `finWait2ExcessCountsTwice`). */
  finWait2StaysWhole = false;
  /** Keep-alive probes without an answer. */
  keepAliveProbesOut = 0;
  /** Urgent mode, in either direction; `null`: it was never used. */
  urgent: UrgentData | null = null;
  /** The millisecond in which the last acceptable segment came. */
  lastReceivedAt = 0;
  /** When the closed window was first probed; what it says between such times means nothing. */
  probingSince = 0;
  /** The next challenge goes out then at the earliest. */
  nextChallengeAt = 0;
  /** A write found no room for all of it. */
  sendBufferWasFull = false;
  readonly #timestampOffset: number;
  readonly #log = new StateLog();
  #marks = NO_MARKS;
  #settings: ConnectionSettings;
  #afterlife: Afterlife | null = null;
  #state: ConnectionState = 'CLOSED';
  #events = 0;
  /** What goes before everything else: a RST, and what a reset connection had to send. */
  #replies: Segment[] | null = null;
  #synPending = false;

  constructor(init: ConnectionInit) {
    checkConnectionInit(init);
    const { profile } = init;
    this.localAddress = init.localAddress;
    this.localPort = init.localPort;
    this.remoteAddress = init.remoteAddress;
    this.remotePort = init.remotePort;
    this.profile = profile;
    this.path = init.path;
    this.#timestampOffset = init.timestampOffset;
    const memory = init.memory ?? ownAccount(profile);
    this.sender = new Sender(this, profile, init.initialSequenceNumber, init.pool, memory);
    this.#settings = init.settings;
    this.receiver = new Receiver(profile, this.offeredMss, memory);
  }

  /** FINs and RSTs, both ways, in order; those to come are added. */
  get marks(): readonly EndMark[] {
    if (this.#afterlife !== null) this.#catchUp(this.#afterlife);
    return this.#marks;
  }

  /** Every change of state, in order. */
  get history(): readonly StateChange[] {
    if (this.#afterlife !== null) this.#catchUp(this.#afterlife);
    return this.#log.changes();
  }

  /** How many changes `history` has in this life, without making them. */
  get historyLength(): number {
    return this.#log.count;
  }

  /** Why `state` was entered in this life; `null`: it never was. For the hot path; see `history`. */
  reasonFor(state: ConnectionState): string | null {
    const reason = this.#log.reasonFor(state);
    if (reason === null) checkState(state);
    return reason;
  }

  get settings(): ConnectionSettings {
    return this.#settings;
  }

  protected replaceSettings(settings: ConnectionSettings): void {
    this.#settings = settings;
  }

  /** The congestion control to use. */
  get congestionControl(): CongestionControlName {
    return this.#settings.congestionControl ?? this.profile.congestionControl;
  }

  get state(): ConnectionState {
    if (this.#afterlife !== null) this.#catchUp(this.#afterlife);
    return this.#state;
  }

  /** The state as far as this object knows it, without what a record in its place has learnt. */
  protected get ownState(): ConnectionState {
    return this.#state;
  }

  /** The MSS that we offer (RFC 9293, 3.7.1). */
  get offeredMss(): number {
    return offeredMss(this);
  }

  /** The next segment to send; `null`: nothing more now. The stack fills in what belongs to IP. */
  nextSegment(now: number): Segment | null {
    checkNow(now);
    if (this.#replies !== null) {
      const reply = this.#replies.shift();
      if (reply !== undefined) return reply;
      this.#replies = null;
    }
    if (this.#state === 'CLOSED') return null;
    if (this.#synPending) {
      this.#synPending = false;
      return this.#sendSyn(now);
    }
    const segment = this.sender.nextSegment(now);
    if (segment !== null) {
      if ((segment.flags & Flag.FIN) !== 0) this.#markFinSent(now);
      return segment;
    }
    if (this.receiver.acks.owed > 0) {
      return this.makeSegment(Flag.ACK, this.acceptableSeq, NO_BYTES, now);
    }
    this.sender.settle(now);
    return null;
  }

  /** The SYN, or SYN+ACK, goes out for the first time. */
  #sendSyn(now: number): Segment {
    const segment = this.sender.sendSyn(synFlags(this), now);
    this.fastOpen?.addToSyn(segment, this.sender, this.largestMss, now);
    return segment;
  }

  /** Whether a program may send and receive in SYN-RECEIVED: the SYN brought a right cookie (RFC 7413, 4.2.2). */
  get isOpenBeforeAck(): boolean {
    return this.#state === 'SYN-RECEIVED' && this.fastOpen?.side === 'passive' && this.fastOpen.opens;
  }

  /** What happened since the last call: bits of {@link ConnectionEvent}. */
  takeEvents(): number {
    const events = this.#events;
    this.#events = 0;
    return events;
  }

  /** Whether something happened since {@link takeEvents}. */
  get hasEvents(): boolean {
    return this.#events !== 0;
  }

  /** What a record of it has to tell; `null`: there never was one. */
  get afterlife(): Afterlife | null {
    return this.#afterlife;
  }

  /** A record takes its place. What becomes of that shows in `state`, `history` and `marks` when they are looked at. */
  leaveToRecord(): Afterlife {
    return (this.#afterlife ??= new Afterlife());
  }

  /** The only place that assigns the state. A transition outside of `TRANSITIONS` is a bug, and the log of states throws. */
  transition(to: ConnectionState, why: string, now: number): void {
    this.#log.record(to, why, now);
    this.#state = to;
  }

  #catchUp(afterlife: Afterlife): void {
    const { news } = afterlife;
    if (news === null) return;
    this.#afterlife = null;
    news(this);
  }

  raise(event: number): void {
    this.#events |= event;
  }

  mark(kind: 'fin' | 'rst', direction: 'sent' | 'received', reason: EndReason, now: number): void {
    const mark: EndMark = { kind, direction, time: now, reason };
    if (this.#marks === NO_MARKS) this.#marks = [mark];
    else this.#marks.push(mark);
  }

  /** Sends the SYN, or SYN+ACK, with the next pull. */
  queueSyn(): void {
    this.#synPending = true;
  }

  /** Sends `segment` with the next pull, before everything else. */
  queueReply(segment: Segment): void {
    (this.#replies ??= []).push(segment);
  }

  /** Acknowledges what has arrived so far with the next pull, whatever else is to be sent. */
  acknowledge(now: number): void {
    this.queueReply(this.makeSegment(Flag.ACK, this.acceptableSeq, NO_BYTES, now));
  }

  /** RST+ACK with the next pull, behind `before`: seq = SND.NXT, ack = RCV.NXT, options as in use. */
  queueReset(reason: EndReason, now: number, before: readonly Segment[] = []): void {
    this.mark('rst', 'sent', reason, now);
    this.#replies = [...before, this.makeSegment(Flag.RST | Flag.ACK, this.acceptableSeq, NO_BYTES, now)];
  }

  /** SND.NXT, or the right edge of a window that shrank below it (Linux tcp_acceptable_seq). */
  get acceptableSeq(): SequenceNumber {
    const { sender } = this;
    const edge = seqAdd(sender.sndUna, sender.sndWnd);
    return seqLt(edge, sender.sndNxt) && sender.sndWnd > 0 ? edge : sender.sndNxt;
  }

  /** Starts or stops keep-alives after a change of settings. */
  updateKeepAlive(now: number): void {
    checkNow(now);
    const open = this.#state !== 'CLOSED' && this.#state !== 'SYN-SENT' && this.#state !== 'TIME-WAIT';
    const { keepAlive, keepAliveIdle } = this.settings;
    this.keepAliveDeadline = keepAlive && open ? deadlineAt(now + keepAliveIdle) : NEVER;
  }

  /** The peer is there: it sent a segment that only it can have sent. */
  heard(now: number): void {
    this.lastReceivedAt = Math.floor(now);
    this.keepAliveProbesOut = 0;
  }

  /** Octets of text per segment, from the peer's MSS, the path and the options in use (RFC 9293, 3.7.1, MUST-16). */
  updateMss(): void {
    updateMss(this);
  }

  /** The same where nothing is known of the path but what ICMP tells. */
  get largestMss(): number {
    return largestMss(this);
  }

  /** Our timestamp clock: one tick a millisecond (RFC 7323, 5.4). */
  timestampAt(now: number): number {
    return (Math.floor(now) + this.#timestampOffset) | 0;
  }

  /** Urgent data is to be told of: it waits for nothing (Linux tcp_urg_mode). */
  get isUrgent(): boolean {
    return this.urgent?.isSending === true;
  }

  /** Octets that SACK blocks take from the text of the next segment. */
  get sackOctets(): number {
    return this.receiver.sack ? this.receiver.sackOctets(mostSackBlocks(this)) : 0;
  }

  makeSegment(flags: number, seq: SequenceNumber, payload: Uint8Array, now: number): Segment {
    return makeSegment(this, flags, seq, payload, now);
  }

  /** Ends with an error for the owner. No segment is sent. */
  fail(error: ErrorCode, reason: EndReason, now: number): void {
    if (!this.orphan) this.error = error;
    this.raise(ConnectionEvent.Failed);
    this.finish(reason, now);
  }

  /** CLOSED: lets go of everything but what the owner may still read. */
  finish(reason: EndReason, now: number): void {
    if (this.#state === 'CLOSED') return;
    if (this.receiver.holdsFinAlone) this.fastOpen?.onStrayEnd(this.textSegmentsReceived);
    this.transition('CLOSED', reason, now);
    this.release();
    this.raise(ConnectionEvent.Closed | ConnectionEvent.Readable | ConnectionEvent.Writable);
  }

  /** Stops timers and lets go of buffers, except for text that the owner may still read. */
  release(): void {
    const { receiver } = this;
    this.receiveShut = true;
    this.sendShut = true;
    this.#synPending = false;
    this.sender.clear();
    receiver.acks.deadline = NEVER;
    if (this.#state === 'CLOSED') {
      receiver.acks.owed = 0;
      receiver.forgetOutOfOrder();
    }
    if (this.orphan) receiver.clear();
    this.keepAliveDeadline = NEVER;
    this.finWait2Deadline = NEVER;
  }

  /** The first FIN of ours goes out. */
  #markFinSent(now: number): void {
    for (const { kind, direction } of this.marks) if (kind === 'fin' && direction === 'sent') return;
    const why = this.reasonFor('FIN-WAIT-1') ?? this.reasonFor('LAST-ACK');
    this.mark('fin', 'sent', why === 'close' ? 'close' : 'shutdown', now);
  }
}
