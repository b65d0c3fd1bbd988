import {
  Flag,
  type IpAddress,
  NO_BYTES,
  type Segment,
  type SequenceNumber,
  seqAdd,
  seqLt,
} from '@halfclose/codec';
import { Afterlife } from '../closing/afterlife.ts';
import { checkBoolean, checkInteger, checkNumber, checkOctets } from '@halfclose/codec/arguments';
import {
  checkConnectionInit,
  checkNetworkError,
  checkNow,
  checkPath,
  checkReason,
  checkSegment,
  checkSettings,
} from './check-arguments.ts';
import {
  closeConnection,
  disownConnection,
  markFinSent,
  reset,
  shutdownReceiving,
  shutdownSending,
} from '../closing/closing.ts';
import type { CongestionControlName } from '../congestion/congestion-control.ts';
import { ConnectionEvent } from './connection-events.ts';
import type { ConnectionInit, ConnectionSettings } from './connection-settings.ts';
import { checkState, type ConnectionState, TRANSITIONS } from './connection-state.ts';
import { tickConnection } from './connection-timers.ts';
import { deadlineAt, earlier, NEVER } from './connection-time.ts';
import type { EcnState } from '../path/ecn.ts';
import type { EndReason } from '../closing/end-reasons.ts';
import type { EndMark, ErrorCode, StateChange } from '../closing/ending.ts';
import { openActive, openByCookie, openPassive, receiveInSynSent, synFlags } from '../opening/handshake.ts';
import { makeSegment, mostSackBlocks } from './make-segment.ts';
import { changePath, exceedsMtu, largestMss, offeredMss, updateMss } from '../path/path-mss.ts';
import { setQuickAck } from '../receiving/quick-ack.ts';
import { ownAccount } from '../memory/memory-account.ts';
import type { Profile } from '../profile/profile.ts';
import { readableOctets, readInto, readText } from '../receiving/reading.ts';
import { Receiver } from '../receiving/receiver.ts';
import { segmentArrives } from '../arrival/segment-arrival.ts';
import { mayBeQuoted, type NetworkError, takeNetworkError } from '../path/network-error.ts';
import type { Path } from '../path/path.ts';
import type { PathMtuProbe } from '../path/path-mtu-probe.ts';
import { StateLog } from './state-log.ts';
import { Sender, type SegmentMaker } from '../sending/sender.ts';
import type { UrgentData } from '../arrival/urgent-data.ts';
import { expandSendBuffer, isWritable, write, writeRoom } from '../sending/writing.ts';

const NO_MARKS: readonly EndMark[] = [];

/**
 * One TCP connection: the machine of RFC 9293, without I/O, clock or chance of its own. It calls nobody: segments
 * and time are handed to it, and what it has to say is pulled out.
 *
 * The six verbs: {@link receive}, {@link tick}, {@link nextSegment}, {@link deadline}, {@link takeEvents}, and what
 * the owner wants: {@link send}, {@link read}, {@link shutdown}, {@link close}, {@link abort}. After any of the others,
 * pull `nextSegment` until it returns `null`, then look at `takeEvents` and `deadline`.
 */
export class Connection implements SegmentMaker {
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
  #marks: readonly EndMark[] = NO_MARKS;
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
    if (init.settings.sendBuffer > 0) expandSendBuffer(this);
  }

  /** FINs and RSTs, both ways, in order. */
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

  /** Changes some settings of this connection. */
  changeSettings(changes: Partial<ConnectionSettings>): void {
    checkSettings(changes);
    // Both ends have agreed on it (Linux tcp_connect_init, tcp_mss_clamp).
    if (this.#state !== 'CLOSED') changes = { ...changes, maxSegment: this.#settings.maxSegment };
    this.#settings = { ...this.#settings, ...changes };
    if (changes.sendBuffer !== undefined) expandSendBuffer(this);
    if (changes.congestionControl !== undefined) this.sender.changeCongestionControl();
  }

  /** The congestion control to use. */
  get congestionControl(): CongestionControlName {
    return this.#settings.congestionControl ?? this.profile.congestionControl;
  }

  get state(): ConnectionState {
    if (this.#afterlife !== null) this.#catchUp(this.#afterlife);
    return this.#state;
  }

  /** The MSS that we offer (RFC 9293, 3.7.1). */
  get offeredMss(): number {
    return offeredMss(this);
  }

  // --- opening

  /** OPEN, active: sends a SYN. */
  connect(now: number): void {
    checkNow(now);
    openActive(this, now);
  }

  /** OPEN by a listener that got `syn`: answers with a SYN+ACK. */
  accept(syn: Segment, now: number): void {
    checkSegment('syn', syn);
    checkNow(now);
    openPassive(this, syn, now);
  }

  /** As {@link accept}, of a SYN that a cookie has answered; the segment that brought it back is to be received next. */
  acceptByCookie(syn: Segment, now: number): void {
    checkSegment('syn', syn);
    checkNow(now);
    openByCookie(this, syn, now);
  }

  // --- the network's side

  /** A segment arrived for this connection. Never throws, whatever it says. */
  receive(segment: Segment, now: number): void {
    checkSegment('segment', segment);
    checkNow(now);
    this.segmentsReceived++;
    if (segment.payload.length > 0) this.textSegmentsReceived++;
    if (this.#state === 'SYN-SENT') receiveInSynSent(this, segment, now);
    else if (this.#state !== 'CLOSED' && this.#state !== 'TIME-WAIT') segmentArrives(this, segment, now);
  }

  /** The earliest of all deadlines; Infinity: none. */
  get deadline(): number {
    const earliest = earlier(this.sender.timerDeadline, this.receiver.acks.deadline);
    return earlier(earlier(earliest, this.keepAliveDeadline), this.finWait2Deadline);
  }

  /** A deadline has come; harmless when none has. Returns the name of the timer that struck, `null`: none. */
  tick(now: number): string | null {
    checkNow(now);
    return tickConnection(this, now);
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
      return this.sender.sendSyn(synFlags(this), now);
    }
    const segment = this.sender.nextSegment(now);
    if (segment !== null) {
      if ((segment.flags & Flag.FIN) !== 0) markFinSent(this, now);
      return segment;
    }
    if (this.receiver.acks.owed > 0) {
      return this.makeSegment(Flag.ACK, this.acceptableSeq, NO_BYTES, now);
    }
    this.sender.settle(now);
    return null;
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

  // --- the owner's side

  /** What a record of it has to tell; `null`: there never was one. */
  get afterlife(): Afterlife | null {
    return this.#afterlife;
  }

  /** A record takes its place. What becomes of that shows in `state`, `history` and `marks` when they are looked at. */
  leaveToRecord(): Afterlife {
    return (this.#afterlife ??= new Afterlife());
  }

  /** Octets that {@link send} would take now. */
  get sendRoom(): number {
    return writeRoom(this);
  }

  /** Takes as much of `bytes` as fits into the send buffer, by copy. Returns the octets taken. */
  send(bytes: Uint8Array): number {
    checkOctets('bytes', bytes);
    return write(this, bytes);
  }

  /** Whether a poll would call it writable: a third of the send buffer is free (Linux sk_stream_is_writeable). */
  get isWritable(): boolean {
    return isWritable(this);
  }

  /** Octets that can be read. */
  get readable(): number {
    return readableOctets(this);
  }

  /** Takes up to `max` octets of text, as a view where possible; empty if there is none. The caller owns it. */
  read(max: number, now: number): Uint8Array {
    if (max !== Infinity) checkInteger('max', max, 0, Infinity);
    checkNow(now);
    return readText(this, max, now);
  }

  /** Copies text into `target`; takes it out unless `peek`. Returns the octets copied. */
  readInto(target: Uint8Array, peek: boolean, now: number): number {
    checkOctets('target', target);
    checkBoolean('peek', peek);
    checkNow(now);
    return readInto(this, target, peek, now);
  }

  /** Octets that were read went back: they count as unread, and close() finds them. Never more than were read. */
  markUnread(octets: number): void {
    checkInteger('octets', octets, 0, Infinity);
    const { receiver } = this;
    const read = receiver.textReceived - receiver.queue.length - receiver.discarded;
    receiver.discarded += Math.min(octets, read);
  }

  /** No more text will be written: the FIN follows what is queued (SHUT_WR). */
  shutdownSend(now: number): void {
    checkNow(now);
    shutdownSending(this, 'shutdown', now);
  }

  /** Nothing more will be read; nothing is sent (SHUT_RD). */
  shutdownReceive(now: number): void {
    checkNow(now);
    shutdownReceiving(this, now);
  }

  /**
   * CLOSE by the last holder: see {@link CLOSE_TABLE}. `lingerZero`: SO_LINGER is {1, 0}. To be followed by
   * {@link disown}, at once or when a lingering close has waited long enough.
   */
  close(lingerZero: boolean, now: number): void {
    checkBoolean('lingerZero', lingerZero);
    checkNow(now);
    closeConnection(this, lingerZero ? 'linger 0' : null, now);
  }

  /** As {@link close} with SO_LINGER of {1, 0}, without the option: the program asks for a reset. */
  closeByReset(now: number): void {
    checkNow(now);
    closeConnection(this, 'reset', now);
  }

  /** The owner lets go for good: the connection is an orphan from now on. */
  disown(now: number): void {
    checkNow(now);
    disownConnection(this, now);
  }

  /** ABORT: a RST where the state calls for one, and CLOSED. */
  abort(reason: EndReason, now: number): void {
    checkReason(reason);
    checkNow(now);
    reset(this, reason, now);
  }

  /**
   * TCP_QUICKACK. What is owed goes at once if everything was read, and an even value other than 0 lets only that go
   * (Linux __tcp_sock_set_quickack).
   */
  setQuickAck(value: number, now: number): void {
    checkInteger('value', value, -Infinity, Infinity);
    checkNow(now);
    setQuickAck(this, value);
  }

  /** Takes the pending error, as reading SO_ERROR does. */
  takeError(): ErrorCode | null {
    const error = this.error ?? this.softError;
    if (this.error !== null) this.error = null;
    else this.softError = null;
    return error;
  }

  /** Starts or stops keep-alives after a change of settings. */
  updateKeepAlive(now: number): void {
    checkNow(now);
    const open = this.#state !== 'CLOSED' && this.#state !== 'SYN-SENT' && this.#state !== 'TIME-WAIT';
    const { keepAlive, keepAliveIdle } = this.settings;
    this.keepAliveDeadline = keepAlive && open ? deadlineAt(now + keepAliveIdle) : NEVER;
  }

  /**
   * Whether an ICMP error is believed that quotes a segment of ours which begins at `seq`: what was not sent, or is
   * acknowledged, is on its way no more (RFC 5927, 4.1).
   */
  mayBeQuoted(seq: SequenceNumber): boolean {
    checkNumber('seq', seq, -Number.MAX_VALUE, Number.MAX_VALUE);
    return mayBeQuoted(this, seq);
  }

  /** A network error that quotes a segment of ours which begins at `seq` (RFC 9293, 3.9.2.2). */
  onNetworkError(error: NetworkError, seq: SequenceNumber, now: number): void {
    checkNetworkError(error);
    checkNumber('seq', seq, -Number.MAX_VALUE, Number.MAX_VALUE);
    checkNow(now);
    takeNetworkError(this, error, seq, now);
  }

  /** Whether it may have sent packets of more than `mtu` octets. */
  exceedsMtu(mtu: number): boolean {
    checkNumber('mtu', mtu, 0, Infinity);
    return exceedsMtu(this, mtu);
  }

  /** Packets go by `path` from now on: text in flight that does not fit it is sent again (RFC 1191, RFC 8201). */
  changePath(path: Path): void {
    checkPath('path', path);
    changePath(this, path);
  }

  // --- shared by the modules of this package

  /** The only place that assigns the state. A transition outside of {@link TRANSITIONS} is a bug and throws. */
  transition(to: ConnectionState, why: string, now: number): void {
    const from = this.#state;
    if (!TRANSITIONS[from].includes(to)) throw new Error(`no transition from ${from} to ${to} (${why})`);
    this.#state = to;
    this.#log.record(to, why, now);
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
    this.#marks = [...this.#marks, { kind, direction, time: now, reason }];
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
}
