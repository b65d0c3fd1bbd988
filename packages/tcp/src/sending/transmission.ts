import { Flag, NO_BYTES, type Segment, seqAdd, seqDiff, seqGt } from '@halfclose/codec';
import { burstSize } from './burst-size.ts';
import type { PathMtuProbe } from './path-mtu-probe.ts';
import { onNewTextSent } from '../recovery/retransmission-timeout.ts';
import { totalsOf } from './send-totals.ts';
import type { Sender } from './sender.ts';
import { SentSegment } from '../flight/sent-segment.ts';
import { noteTailLossProbe } from '../recovery/tail-loss-probe.ts';

/** The next segment with text or a FIN, new or again; `null`: nothing may go now. */
export function nextToSend(sender: Sender, now: number): Segment | null {
  const { flight, recovery } = sender;
  if (flight.lostOut > 0) {
    if (recovery.permission === 'after new text') {
      const segment = sender.hasUnsent ? sendNewText(sender, false, now) : null;
      if (segment !== null) return segment;
      onNewTextSent(recovery, sender.sndNxt);
    }
    if (recovery.permission === 'now' && flight.inFlight < sender.cwnd) {
      const again = sendLost(sender, now);
      if (again !== null) return again;
    }
  }
  if (sender.probe !== 'none') return sendProbe(sender, now);
  if (!sender.hasUnsent) return sendRescue(sender, now);
  const { mtuProbe } = sender.maker;
  if (mtuProbe === null) return sendNewText(sender, true, now);
  switch (mtuProbe.next(sender, now)) {
    case 'probe':
      return sendMtuProbe(sender, mtuProbe, mtuProbe.candidate, now);
    case 'drain':
      return null;
    case 'none':
      return sendNewText(sender, true, now);
  }
}

/** RFC 6675, section 4, NextSeg, rule 4. */
function sendRescue(sender: Sender, now: number): Segment | null {
  if (sender.flight.inFlight >= sender.cwnd) return null;
  const last = sender.recovery.takeRescue(sender);
  return last === null ? null : resend(sender, lastSegmentOf(sender, last), sender.currentMss, now);
}

/** The last segment of those that `sent` stands for. */
function lastSegmentOf({ flight }: Sender, sent: SentSegment): SentSegment {
  const isCut = sent.count > 1 && flight.split(sent, seqAdd(sent.seq, (sent.count - 1) * sent.mss));
  return isCut ? (sent.next ?? sent) : sent;
}

/** RFC 4821, 7.4: new text in a segment larger than others. It counts for two, so that cwnd is not exceeded. */
function sendMtuProbe(sender: Sender, probe: PathMtuProbe, size: number, now: number): Segment {
  const payload = sender.buffer.view(seqDiff(sender.sndNxt, sender.bufferSeq), size, false);
  probe.onSent(sender.sndNxt, size);
  sender.congestion.onMtuProbeSent();
  return transmit(sender, payload, false, size, false, now);
}

function sendNewText(sender: Sender, byNagle: boolean, now: number): Segment | null {
  const { flight } = sender;
  if (flight.packetsOut === 0) sender.congestion.restartAfterIdle(now - sender.lastSentAt);
  // A SYN is no text, and cwnd is not for it (RFC 7413 lets text go behind a SYN+ACK).
  const quota = sender.cwnd - flight.inFlight + (sender.sndUna === sender.iss ? 1 : 0);
  if (quota > 0) return sendNew(sender, quota, byNagle, now);
  sender.stoppedByCwnd = true;
  return null;
}

function sendLost(sender: Sender, now: number): Segment | null {
  const sent = sender.flight.nextLost();
  if (sent === null) return null;
  const room = seqDiff(seqAdd(sender.sndUna, sender.sndWnd), sent.seq);
  if (room > 0) return resend(sender, sent, room, now);
  // A window that shrank is probed with the first segment (RFC 9293, 3.8.6, MAY-7).
  return sent === sender.flight.head ? resend(sender, sent, sender.currentMss, now) : null;
}

/** Sends the first part of `sent` again: at most `room` octets, and whole segments where one fits. */
function resend(sender: Sender, sent: SentSegment, room: number, now: number): Segment {
  const { flight, maker, recovery } = sender;
  const mss = sender.currentMss;
  if (sent.text > mss || sent.text > room) {
    const most = Math.max(1, Math.min(sender.cwnd - flight.inFlight, sender.maxCount)) * mss;
    let octets = Math.min(most, room);
    if (octets > mss) octets -= octets % mss;
    if (octets < sent.text) flight.split(sent, seqAdd(sent.seq, octets));
  }
  if (sent.text > mss || sent.count > 1) flight.recount(sent, mss);
  else if (sent.text < Math.min(mss, room) && (sent.flags & Flag.SYN) === 0)
    collapse(sender, sent, Math.min(mss, room));
  flight.markRetransmitted(sent, now);
  maker.mtuProbe?.abandon();
  recovery.onRetransmitted(sent.count, maker.timestampAt(now));
  sender.retransmissions += sent.count;
  if (sent.text > 0) totalsOf(sender).textSegments++;
  sender.textSentAgain += sent.text;
  if (sent.text > 0) sender.lastSentAt = Math.floor(now);
  if (sender.timer.kind === 'none') sender.timer.awaitTimeout(now);
  if ((sent.flags & Flag.SYN) !== 0) return resendSyn(sender, sent, now);
  const { text } = sent;
  const payload = text > 0 ? sender.buffer.view(seqDiff(sent.seq, sender.bufferSeq), text, false) : NO_BYTES;
  const segment = maker.makeSegment(sent.flags | Flag.ACK, sent.seq, payload, now);
  if (text > mss) leaveToDevice(segment, mss);
  return segment;
}

/** The device cuts it into segments of `mss` octets. Linux pushes what it leaves to that, each time it goes (tcp_transmit_skb). */
function leaveToDevice(segment: Segment, mss: number): void {
  segment.gsoSize = mss;
  segment.flags |= Flag.PSH;
}

/** Small segments go again as one that holds no more than `most` bytes (Linux tcp_retrans_try_collapse). */
function collapse({ flight, recovery, sndUna, sndWnd }: Sender, sent: SentSegment, most: number): void {
  const edge = seqAdd(sndUna, sndWnd);
  let room = most - sent.text;
  for (let next = sent.next; next !== null; next = sent.next) {
    room -= next.text;
    if (next.count > 1 || next.sacked || room < 0 || seqGt(next.end, edge)) return;
    flight.absorbNext(sent);
    // Without SACK duplicates stand for segments, of which there is one less (Linux tcp_adjust_pcount).
    if (!recovery.sack && flight.sackedOut > 0) flight.sackedOut--;
  }
}

/** A SYN that asked for ECN may have been dropped for it (RFC 3168, 6.1.1.1). */
function resendSyn({ maker, profile }: Sender, sent: SentSegment, now: number): Segment {
  const asksForEcn = (sent.flags & (Flag.ACK | Flag.CWR)) === Flag.CWR;
  if (asksForEcn && profile.ecnFallback) sent.flags = Flag.SYN;
  return maker.makeSegment(sent.flags, sent.seq, NO_BYTES, now);
}

function sendNew(sender: Sender, quota: number, byNagle: boolean, now: number): Segment | null {
  const { unsent, maker, room } = sender;
  if (unsent === 0) return room > 0 ? transmit(sender, NO_BYTES, true, sender.currentMss, false, now) : null;
  if (room <= 0) return null;
  const mss = sender.window.bound(sender.currentMss);
  let length = unsent;
  if (length > mss) {
    // So that the window can move, whatever the device may cut (Linux tcp_xmit_size_goal).
    const most = Math.max(mss, sender.window.bound(Math.min(quota, burstSize(sender)) * mss));
    length = Math.min(length, room, most);
    // RFC 9293, 3.8.6.2.1 (MUST-38): only whole segments, unless this is all there is and Nagle lets it go.
    if (length < mss) return null;
    // A path by reference has nothing to fill up: there text goes in the stretches that it lies in.
    const partial = maker.path.byReference ? 0 : length % mss;
    if (partial > 0 && (length < unsent || (byNagle && nagleHolds(sender)))) length -= partial;
  } else if (length > room || (length < mss && byNagle && nagleHolds(sender))) return null;
  const payload = sender.buffer.view(
    seqDiff(sender.sndNxt, sender.bufferSeq),
    length,
    maker.path.byReference,
  );
  const fin = sender.finQueued && payload.length === unsent && room > unsent;
  return transmit(sender, payload, fin, sender.currentMss, payload.length < length, now);
}

/** `mss`: octets of text per segment. `cut`: short only because what follows lies elsewhere in memory, and follows at once. */
function transmit(
  sender: Sender,
  payload: Uint8Array,
  fin: boolean,
  mss: number,
  cut: boolean,
  now: number,
): Segment {
  const { flight, maker } = sender;
  const { length } = payload;
  const seq = sender.sndNxt;
  let flags: number = Flag.ACK;
  if (length > 0 && sender.isPushed(seqAdd(seq, length), length)) {
    flags |= Flag.PSH;
    sender.pushedSeq = seqAdd(seq, length);
  }
  if (fin) {
    flags |= Flag.FIN;
    sender.finSent = true;
  }
  const end = seqAdd(seq, length + (fin ? 1 : 0));
  const count = length <= mss ? 1 : Math.ceil(length / mss);
  const wasIdle = flight.packetsOut === 0;
  flight.push(new SentSegment(seq, end, flags & ~Flag.ACK, count, mss, now));
  sender.sndNxt = end;
  sender.unsent -= length;
  if (sender.unsent < sender.lastPiece) sender.lastPiece = sender.unsent;
  if (length < count * mss && !cut) sender.nagle.onSmallSegment(end);
  if (length > 0) sender.lastSentAt = Math.floor(now);
  sender.sentInBurst = true;
  if (length > 0) totalsOf(sender).textSegments++;
  sender.recovery.onSent(count);
  const timer = sender.timer.kind;
  if (wasIdle || timer === 'none' || timer === 'loss probe' || timer === 'persist') sender.timer.onSent(now);
  const segment = maker.makeSegment(flags, seq, payload, now);
  if (count > 1) leaveToDevice(segment, mss);
  if (maker.ecn !== null && length > 0) maker.ecn.onNewText(segment);
  return segment;
}

/** What a keep-alive may carry: in a place that was acknowledged, so that no peer takes it for text. */
const GARBAGE = Uint8Array.of(0);

/** RFC 8985, 7.3 and 7.4 (tail loss), or one octet's worth of question into a closed window (RFC 9293, 3.8.6.1). */
function sendProbe(sender: Sender, now: number): Segment | null {
  const { flight, probe, room } = sender;
  const isTailLoss = probe === 'tail loss';
  sender.probe = 'none';
  if (sender.hasUnsent && room > 0) {
    // What waited for more has waited long enough.
    if (!isTailLoss) sender.nagle.expectsMore = false;
    const text = Math.min(sender.unsent, room, sender.currentMss);
    const payload = sender.buffer.view(seqDiff(sender.sndNxt, sender.bufferSeq), text, false);
    const fin = sender.finQueued && text === sender.unsent && room > text;
    const segment = transmit(sender, payload, fin, sender.currentMss, false, now);
    if (isTailLoss) noteTailLossProbe(sender, false, now);
    else if (text > 0) pushes(sender, segment);
    return segment;
  }
  if (!isTailLoss) {
    const isUrgent = probe === 'urgent';
    if (isUrgent) sender.probe = 'window';
    const seq = seqAdd(sender.sndUna, isUrgent ? 0 : -1);
    return sender.maker.makeSegment(Flag.ACK, seq, probe === 'garbage' ? GARBAGE : NO_BYTES, now);
  }
  if (flight.tail === null) return null;
  const segment = resend(sender, lastSegmentOf(sender, flight.tail), sender.currentMss, now);
  noteTailLossProbe(sender, true, now);
  return segment;
}

/** What waited for more is as much as goes (Linux tcp_write_wakeup). */
function pushes(sender: Sender, segment: Segment): void {
  const { tail } = sender.flight;
  segment.flags |= Flag.PSH;
  if (tail !== null) tail.flags |= Flag.PSH;
  sender.pushedSeq = sender.sndNxt;
}

function nagleHolds({ finQueued, maker, nagle, flight, sndUna, sndNxt }: Sender): boolean {
  return !finQueued && !maker.isUrgent && nagle.holds(flight.packetsOut > 0, sndUna, sndNxt);
}
