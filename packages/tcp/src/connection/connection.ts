import type { Segment, SequenceNumber } from '@halfclose/codec';
import { checkBoolean, checkInteger, checkNumber, checkOctets } from '@halfclose/codec/arguments';
import {
  checkNetworkError,
  mayBeQuoted,
  type NetworkError,
  takeNetworkError,
} from '../arrival/network-error.ts';
import { segmentArrives } from '../arrival/segment-arrival.ts';
import { checkNow, checkSegment } from '../base/check-arguments.ts';
import { earlier } from '../base/connection-time.ts';
import { setQuickAck } from '../calls/quick-ack.ts';
import { readableOctets, readInto, readText } from '../calls/reading.ts';
import { expandSendBuffer, isWritable, write, writeRoom } from '../calls/writing.ts';
import {
  closeConnection,
  disownConnection,
  reset,
  shutdownReceiving,
  shutdownSending,
} from '../closing/closing.ts';
import { checkSettings } from '../control/check-settings.ts';
import type { ConnectionInit, ConnectionSettings } from '../control/connection-settings.ts';
import { ControlBlock } from '../control/control-block.ts';
import { checkReason, type EndReason } from '../control/end-reasons.ts';
import type { ErrorCode } from '../control/ending.ts';
import {
  checkFastOpenGrant,
  checkFastOpenRequest,
  type FastOpenGrant,
  type FastOpenRequest,
} from '../control/fast-open.ts';
import { changePath, exceedsMtu } from '../control/path-mss.ts';
import { roomInSyn } from '../opening/fast-open-handshake.ts';
import { openActive, openByCookie, openPassive, receiveInSynSent } from '../opening/handshake.ts';
import { checkPath, type Path } from '../path/path.ts';
import { tickConnection } from './connection-timers.ts';

/**
 * One TCP connection: the machine of RFC 9293, without I/O, clock or chance of its own. It calls nobody: segments
 * and time are handed to it, and what it has to say is pulled out.
 *
 * The six verbs: {@link receive}, {@link tick}, {@link nextSegment}, {@link deadline}, {@link takeEvents}, and what
 * the owner wants: {@link send}, {@link read}, {@link shutdown}, {@link close}, {@link abort}. After any of the others,
 * pull `nextSegment` until it returns `null`, then look at `takeEvents` and `deadline`.
 */
export class Connection extends ControlBlock {
  constructor(init: ConnectionInit) {
    super(init);
    if (init.settings.sendBuffer > 0) expandSendBuffer(this);
  }

  /** Changes some settings of this connection. */
  changeSettings(changes: Partial<ConnectionSettings>): void {
    checkSettings(changes);
    // Both ends have agreed on it (Linux tcp_connect_init, tcp_mss_clamp).
    if (this.ownState !== 'CLOSED') changes = { ...changes, maxSegment: this.settings.maxSegment };
    this.replaceSettings({ ...this.settings, ...changes });
    if (changes.sendBuffer !== undefined) expandSendBuffer(this);
    if (changes.congestionControl !== undefined) this.sender.congestion.changeControl();
  }

  // --- opening

  /** OPEN, active: sends a SYN, with Fast Open if the host wants it. */
  connect(now: number, fastOpen: FastOpenRequest | null = null): void {
    checkNow(now);
    if (fastOpen !== null) checkFastOpenRequest(fastOpen);
    openActive(this, now, fastOpen);
  }

  /**
   * To be called once after {@link connect} with Fast Open, in the same turn: takes as much of `bytes` as the SYN can carry, by
   * copy, and lets a SYN go that waits for text. Returns the octets taken; 0 where there is no cookie.
   */
  sendWithSyn(bytes: Uint8Array): number {
    checkOctets('bytes', bytes);
    const { fastOpen } = this;
    const room = roomInSyn(this);
    const taken = room > 0 ? this.send(bytes.length > room ? bytes.subarray(0, room) : bytes) : 0;
    if (taken < bytes.length) this.sendBufferWasFull = true;
    if (fastOpen?.side === 'active' && fastOpen.isDeferred) {
      fastOpen.isDeferred = false;
      this.queueSyn();
    }
    return taken;
  }

  /** OPEN by a listener that got `syn`: answers with a SYN+ACK, and with Fast Open if the host grants it. */
  accept(syn: Segment, now: number, fastOpen: FastOpenGrant | null = null): void {
    checkSegment('syn', syn);
    checkNow(now);
    if (fastOpen !== null) checkFastOpenGrant(fastOpen);
    openPassive(this, syn, now, fastOpen);
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
    if (this.ownState === 'SYN-SENT') receiveInSynSent(this, segment, now);
    else if (this.ownState !== 'CLOSED' && this.ownState !== 'TIME-WAIT') segmentArrives(this, segment, now);
  }

  /** The earliest of all deadlines; Infinity: none. */
  get deadline(): number {
    const earliest = earlier(this.sender.timer.deadline, this.receiver.acks.deadline);
    return earlier(earlier(earliest, this.keepAliveDeadline), this.finWait2Deadline);
  }

  /** A deadline has come; harmless when none has. Returns the name of the timer that struck, `null`: none. */
  tick(now: number): string | null {
    checkNow(now);
    return tickConnection(this, now);
  }

  // --- the owner's side

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
}
