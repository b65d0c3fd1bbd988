import { Flag } from '@halfclose/codec';
import { has, type SeenSegment } from '../flow/flow-segment.ts';
import type { SentSide } from '../flow/sent-side.ts';
import { type Mark, otherSide, type Side } from '../mark.ts';

/** The states of RFC 9293, 3.3.2, and `unknown`: nothing was seen of this end that tells. */
export type InferredState =
  | 'CLOSED'
  | 'LISTEN'
  | 'SYN-SENT'
  | 'SYN-RECEIVED'
  | 'ESTABLISHED'
  | 'FIN-WAIT-1'
  | 'FIN-WAIT-2'
  | 'CLOSE-WAIT'
  | 'CLOSING'
  | 'LAST-ACK'
  | 'TIME-WAIT'
  | 'unknown';

/** A change of an end's state, with the packet that shows it. */
export interface InferredChange {
  /** The end whose state changed. */
  readonly side: Side;
  /** The state before. */
  readonly from: InferredState;
  /** The state after. */
  readonly to: InferredState;
  /** What brought it about, in a few words: `FIN acknowledged`. */
  readonly why: string;
  /** The packet that shows it: the change itself was at that time, or somewhat before. */
  readonly mark: Mark;
}

/** Milliseconds after a RST in which segments of the other end may have been under way. */
const STILL_ON_ITS_WAY = 500;
/** Milliseconds by which a capture may have what one end sent in the wrong order. */
const OUT_OF_ORDER = 5;

const AFTER_OWN_FIN: Partial<Record<InferredState, InferredState>> = {
  'SYN-RECEIVED': 'FIN-WAIT-1',
  ESTABLISHED: 'FIN-WAIT-1',
  'CLOSE-WAIT': 'LAST-ACK',
};
const AFTER_FIN_ACKED: Partial<Record<InferredState, InferredState>> = {
  'FIN-WAIT-1': 'FIN-WAIT-2',
  CLOSING: 'TIME-WAIT',
  'LAST-ACK': 'CLOSED',
};
const AFTER_PEER_FIN: Partial<Record<InferredState, InferredState>> = {
  'SYN-RECEIVED': 'CLOSE-WAIT',
  ESTABLISHED: 'CLOSE-WAIT',
  'FIN-WAIT-1': 'CLOSING',
  'FIN-WAIT-2': 'TIME-WAIT',
};

/**
 * The state of each end, from what it sent and what it acknowledged. A capture does not show when a packet arrived, but
 * acknowledgments do: a FIN that crossed one of the other side had not arrived there when that was sent.
 */
export class InferredStates {
  readonly #states: Record<Side, InferredState>;
  readonly #since: Record<Side, Mark | null> = { client: null, server: null };
  /** A FIN of the other side that is on its way to this end. */
  readonly #finOnItsWay: Record<Side, Mark | null> = { client: null, server: null };
  readonly #changes: InferredChange[] = [];
  /** What an end was in before a RST, and when its going on shows that it knows of none. */
  readonly #beforeReset: Record<Side, { state: InferredState; goesOnFrom: number } | null> = {
    client: null,
    server: null,
  };

  constructor(isBegun: boolean) {
    this.#states = isBegun
      ? { client: 'CLOSED', server: 'LISTEN' }
      : { client: 'ESTABLISHED', server: 'ESTABLISHED' };
  }

  state(side: Side): InferredState {
    return this.#states[side];
  }

  /** The packet that brought the end into its state; `null`: it was in it before. */
  since(side: Side): Mark | null {
    return this.#since[side];
  }

  /** The changes since this was asked last, in order. */
  takeChanges(): InferredChange[] {
    return this.#changes.splice(0);
  }

  /** Takes in a segment; `own` and `peer` are what both ends have sent, this included. */
  take(segment: SeenSegment, own: SentSide, peer: SentSide): void {
    const { side } = segment;
    if (has(segment, Flag.RST)) {
      this.#reset(segment);
      return;
    }
    this.#survive(segment);
    this.#arriveBefore(segment, peer);
    this.#send(segment, own);
    this.#arrive(segment, own, peer);
    if (segment.ack !== null && peer.finSeq !== null && segment.ack > peer.finSeq)
      this.#go(otherSide(side), AFTER_FIN_ACKED, 'FIN acknowledged', segment);
  }

  /** Says that a FIN which is on its way to this end arrives now; nothing if there is none. */
  deliverFin(side: Side, mark: Mark): void {
    this.#takeFin(side, mark);
  }

  /** Says that nothing more comes: what is on its way arrives. */
  conclude(): void {
    for (const side of ['client', 'server'] as const) this.#takeFin(side, null);
  }

  /** What must have arrived at the sender before it sent this. */
  #arriveBefore(segment: SeenSegment, peer: SentSide): void {
    const { side, ack } = segment;
    if (ack === null) return;
    if (this.#states[side] === 'SYN-RECEIVED' && !has(segment, Flag.SYN) && ack > 0) {
      // It answers something: its SYN+ACK was acknowledged, or the capture missed that.
      if (peer.segmentCount > 1) this.#to(side, 'ESTABLISHED', 'handshake complete', segment);
    }
    if (peer.finSeq !== null && ack > peer.finSeq) this.#takeFin(side, segment);
  }

  #send(segment: SeenSegment, own: SentSide): void {
    const { side } = segment;
    const state = this.#states[side];
    if (has(segment, Flag.SYN)) {
      if (!has(segment, Flag.ACK)) {
        if (state === 'CLOSED' || state === 'LISTEN') this.#to(side, 'SYN-SENT', 'SYN sent', segment);
      } else if (state !== 'ESTABLISHED' && state !== 'SYN-RECEIVED')
        this.#to(side, 'SYN-RECEIVED', 'SYN received', segment);
    }
    if (has(segment, Flag.FIN) && own.fins.count === 1) this.#go(side, AFTER_OWN_FIN, 'FIN sent', segment);
    else if (state === 'SYN-SENT' && segment.ack !== null && !has(segment, Flag.SYN))
      this.#to(side, 'ESTABLISHED', 'SYN+ACK received', segment);
  }

  #arrive(segment: SeenSegment, own: SentSide, receiver: SentSide): void {
    const peer = otherSide(segment.side);
    const state = this.#states[peer];
    if (has(segment, Flag.SYN)) {
      if (has(segment, Flag.ACK)) {
        if (state === 'SYN-SENT') this.#to(peer, 'ESTABLISHED', 'SYN+ACK received', segment);
        else if (state === 'CLOSED') this.#to(peer, 'ESTABLISHED', 'SYN+ACK received', segment);
      }
    } else if (state === 'SYN-RECEIVED' && (segment.ack ?? 0) > 0 && (segment.ack ?? 0) <= receiver.next)
      this.#to(peer, 'ESTABLISHED', 'SYN+ACK acknowledged', segment);
    // One that comes again was lost before, or its acknowledgment was; it arrives when that is seen.
    if (has(segment, Flag.FIN) && own.fins.count >= 1) this.#finOnItsWay[peer] = segment;
  }

  #takeFin(side: Side, mark: Mark | null): void {
    const fin = this.#finOnItsWay[side];
    if (fin === null) return;
    this.#finOnItsWay[side] = null;
    this.#go(side, AFTER_PEER_FIN, 'FIN received', mark ?? fin);
  }

  /** Who goes on long after a RST has not taken it (RFC 5961): it lay beside the window, say. */
  #survive(segment: SeenSegment): void {
    const before = this.#beforeReset[segment.side];
    if (before === null || segment.time < before.goesOnFrom) return;
    this.#beforeReset[segment.side] = null;
    if (before.state !== 'LISTEN') this.#to(segment.side, before.state, 'goes on after the RST', segment);
  }

  #reset(segment: SeenSegment): void {
    const { side } = segment;
    for (const each of ['client', 'server'] as const) {
      const isSender = each === side;
      const state = this.#states[each];
      if (state === 'CLOSED') continue;
      this.#beforeReset[each] = {
        state,
        goesOnFrom: segment.time + (isSender ? OUT_OF_ORDER : STILL_ON_ITS_WAY),
      };
      this.#to(each, 'CLOSED', isSender ? 'RST sent' : 'RST received', segment);
    }
  }

  #go(side: Side, table: Partial<Record<InferredState, InferredState>>, why: string, mark: Mark): void {
    const to = table[this.#states[side]];
    if (to !== undefined) this.#to(side, to, why, mark);
  }

  #to(side: Side, to: InferredState, why: string, mark: Mark): void {
    const from = this.#states[side];
    if (from === to) return;
    this.#states[side] = to;
    this.#since[side] = { number: mark.number, time: mark.time };
    this.#changes.push({ side, from, to, why, mark });
  }
}
