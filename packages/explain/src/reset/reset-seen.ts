import { Flag, type SequenceNumber } from '@halfclose/codec';
import type { Flow } from '../flow/flow.ts';
import { type FlowSegment, has, type SeenSegment } from '../flow/flow-segment.ts';
import { hopDistance } from '../flow/hop-distance.ts';
import type { SentSide } from '../flow/sent-side.ts';
import { type Mark, otherSide, type Side } from '../mark.ts';
import type { InferredState } from '../state/inferred-states.ts';
import type { ResetFact } from './reset-fact.ts';

/** Milliseconds from which on an orphan in FIN-WAIT-2 may be gone: Linux waits 60 s from close() on. */
const FIN_LONG_AGO = 55_000;
const SILENCE = 30_000;

/** A RST, and what was known when it came. */
export interface ResetSeen extends Mark {
  /** The end that it says it is from. */
  readonly side: Side;
  readonly facts: Set<ResetFact>;
  /** The segment that it answers; `null`: none. */
  readonly trigger: Mark | null;
  /** TTL or hop limit of it, and of what its end sent before; `null`: nothing. */
  readonly hopLimit: number;
  readonly usualHopLimit: number | null;
  /** The states of both ends before it. */
  readonly states: Readonly<Record<Side, InferredState>>;
  /** Bytes of the other end's data that it leaves unacknowledged. */
  readonly unacknowledged: number;
  /** Segments that its end sent after it. */
  segmentsAfter: number;
}

/** What is known of a RST before the flow takes it in; `seq`: its number on the wire. */
export function resetSeen(flow: Flow, segment: FlowSegment, seq: SequenceNumber): ResetSeen {
  const { side } = segment;
  const own = flow.side(side);
  const peer = flow.side(otherSide(side));
  const trigger = triggerOf(segment, own, peer, seq);
  const facts = new Set<ResetFact>([
    ...formFacts(segment, own, peer, trigger),
    ...historyFacts(flow, segment, own, peer, trigger),
  ]);
  return {
    number: segment.number,
    time: segment.time,
    side,
    facts,
    trigger: trigger === null ? null : { number: trigger.number, time: trigger.time },
    hopLimit: segment.hopLimit,
    usualHopLimit: own.hopLimit,
    states: { client: flow.states.state('client'), server: flow.states.state('server') },
    unacknowledged: Math.max(0, peer.next - own.ackSent),
    segmentsAfter: 0,
  };
}

/** The segment of the other end that a RST answers: what has no socket is told by the number that it acknowledged. */
function triggerOf(
  segment: FlowSegment,
  own: SentSide,
  peer: SentSide,
  seq: SequenceNumber,
): SeenSegment | null {
  if (has(segment, Flag.ACK)) {
    const { last } = peer;
    const isSyn = last !== null && has(last, Flag.SYN) && !has(last, Flag.ACK) && last.end === segment.ack;
    return isSyn && seq === 0 ? last : (answeredSyn(segment, peer, seq) ?? null);
  }
  // What it sends once more says nothing of what it has received.
  const since = own.recent.find((sent) => !has(sent, Flag.RST) && sent.novelty !== 'again')?.number ?? 0;
  const answered = peer.recent.filter(
    (sent) => sent.ack === segment.seq && sent.number > since && !has(sent, Flag.RST),
  );
  return (
    answered.find(({ payloadLength, isKeepAlive }) => payloadLength > 0 && !isKeepAlive) ??
    answered.find((sent) => has(sent, Flag.FIN)) ??
    answered[0] ??
    null
  );
}

/** A SYN into the connection, which is none of the last segments. */
function answeredSyn(
  segment: FlowSegment,
  { lastStraySyn }: SentSide,
  seq: SequenceNumber,
): SeenSegment | null {
  return seq === 0 && lastStraySyn !== null && lastStraySyn.end === segment.ack ? lastStraySyn : null;
}

function* formFacts(
  segment: FlowSegment,
  own: SentSide,
  peer: SentSide,
  trigger: SeenSegment | null,
): Generator<ResetFact> {
  const isBare = !has(segment, Flag.ACK);
  if (isBare) yield 'bare';
  else if (segment.ack !== null && segment.ack >= peer.next) yield 'acknowledges all';
  if (trigger !== null) yield answerOf(trigger);
  if (own.line.isKnown) yield segment.seq === own.next ? 'next number' : 'unknown number';
  if (own.distance !== null && own.distance !== hopDistance(segment.hopLimit)) yield 'other distance';
}

function answerOf(trigger: SeenSegment): ResetFact {
  if (has(trigger, Flag.SYN)) return has(trigger, Flag.ACK) ? 'answers SYN+ACK' : 'answers SYN';
  if (trigger.isKeepAlive) return 'answers keep-alive';
  if (trigger.payloadLength > 0) return 'answers data';
  return has(trigger, Flag.FIN) ? 'answers FIN' : 'answers ACK';
}

function* historyFacts(
  flow: Flow,
  segment: FlowSegment,
  own: SentSide,
  peer: SentSide,
  trigger: SeenSegment | null,
): Generator<ResetFact> {
  if (flow.isBegun) yield 'begun';
  if (own.segmentCount === own.resets.count) yield 'X never seen';
  if (own.resets.count > 0) yield 'X reset before';
  if (flow.isBegun && !isSimultaneous(flow)) yield segment.side === 'client' ? 'X opened' : 'X accepted';
  if (isHandshakeOpen(flow)) yield 'handshake open';
  if (own.dataSegmentCount === 0 && own.finSeq === null) yield 'X sent nothing';
  if (own.finSeq !== null) {
    yield 'X sent FIN';
    if (own.finAcked !== null && own.finAcked.number === peer.last?.number) yield 'FIN just acknowledged';
    if (own.finAcked !== null && segment.time - own.finAcked.time >= FIN_LONG_AGO) yield 'FIN long ago';
  }
  if (peer.finAcked !== null) yield 'peer FIN acknowledged';
  if (trigger !== null && trigger.seq > own.ackSent) yield 'hole before';
  if (own.repeatsBeforeHeard > 0 && trigger !== null) yield 'X repeated';
  if (peer.resets.count > 0 && !stoodReset(own, peer)) yield 'peer reset before';
  if (flow.isBegun && takenData(segment, own, peer) === 0) yield 'nothing taken';
  else if ((peer.lastData?.number ?? 0) > (own.lastData?.number ?? 0)) yield 'peer spoke last';
  else yield 'X spoke last';
  if (own.unansweredKeepAlives > 0) yield 'keep-alives unanswered';
  if (own.straySyns.count > 0) yield 'X restarted';
  if (peer.straySyns.count > 0) yield 'SYN within';
  const before = trigger === null ? null : flow.lastBefore(trigger.number);
  if (trigger !== null && before !== null && trigger.time - before.time >= SILENCE) yield 'after silence';
}

/** Whether X went on after the other end's last RST: it was not exact, and drew a challenge (RFC 5961, section 3). */
function stoodReset(own: SentSide, peer: SentSide): boolean {
  const reset = peer.recent.find((sent) => has(sent, Flag.RST));
  return reset !== undefined && own.recent.some((sent) => !has(sent, Flag.RST) && sent.number > reset.number);
}

/** Bytes of the other end's data that X has acknowledged, the RST included. */
function takenData(segment: FlowSegment, own: SentSide, peer: SentSide): number {
  const acknowledged = Math.max(own.ackSent, segment.ack ?? 0);
  const hasFin = peer.finSeq !== null && acknowledged > peer.finSeq;
  return Math.max(0, acknowledged - 1 - (hasFin ? 1 : 0));
}

function isSimultaneous(flow: Flow): boolean {
  return flow.client.syns.count > 0 && flow.server.syns.count > 0;
}

function isHandshakeOpen({ states }: Flow): boolean {
  return ['SYN-SENT', 'SYN-RECEIVED'].some(
    (state) => states.state('client') === state || states.state('server') === state,
  );
}
