import type { CapturedPacket } from '@halfclose/capture';
import { Flag, type IcmpPacket, type TcpPacket } from '@halfclose/codec';
import type { TraceEndpoint } from '@halfclose/trace';
import { type Mark, otherSide, type Side } from '../mark.ts';
import { type ResetSeen, resetSeen } from '../reset/reset-seen.ts';
import { InferredStates } from '../state/inferred-states.ts';
import { type FlowSegment, has, type SeenSegment } from './flow-segment.ts';
import { RepeatedCapture } from './repeated-capture.ts';
import { SentSide } from './sent-side.ts';

/** The most that a window may be shifted (RFC 7323, 2.3). */
const MAXIMAL_SHIFT = 14;
const MOST_RESETS = 20;
const LOOK_BACK = 16;
const MOST_ERRORS = 20;

/** An ICMP error about a segment of the connection. */
export interface NetworkError extends Mark {
  /** Whose segment it is about. */
  readonly side: Side;
  readonly from: string;
  readonly type: number;
  readonly code: number;
  readonly isIPv4: boolean;
  readonly mtu: number;
}

/** The first FIN of a connection. */
export interface FirstFin extends Mark {
  readonly side: Side;
  /** How far the other end had come by then. */
  readonly peerNext: number;
  /** Whether a FIN of the other end crossed it. */
  isCrossed: boolean;
  /** The other end's FIN; `null`: none came. */
  second: Mark | null;
}

/** One connection, as far as the capture shows it. Its memory does not grow with it. */
export class Flow {
  /** Its place among the connections of the capture, from 1 on. */
  readonly number: number;
  readonly client: SentSide;
  readonly server: SentSide;
  readonly states: InferredStates;
  readonly resets: ResetSeen[] = [];
  readonly errors: NetworkError[] = [];
  /** Whether a SYN was seen; else the capture began in mid-connection, or who is the client is a guess. */
  readonly isBegun: boolean;
  readonly first: Mark;
  #last: Mark;
  #packets = 0;
  readonly #repeatedCapture = new RepeatedCapture();
  #repeated = 0;
  #firstFin: FirstFin | null = null;
  /** The last segments of either side, the last one first. */
  readonly #times: Mark[] = [];

  /** A connection whose first packet that is. */
  constructor(number: number, { packet }: CapturedPacket & { packet: TcpPacket }, mark: Mark) {
    const { segment, source, destination } = packet;
    const sender: TraceEndpoint = { address: source, port: segment.sourcePort };
    const receiver: TraceEndpoint = { address: destination, port: segment.destinationPort };
    this.number = number;
    this.isBegun = has(segment, Flag.SYN);
    this.first = mark;
    this.#last = mark;
    const senderIsClient = isClient(segment.flags, sender, receiver);
    this.client = new SentSide(senderIsClient ? sender : receiver);
    this.server = new SentSide(senderIsClient ? receiver : sender);
    this.states = new InferredStates(this.isBegun);
  }

  /** Its last packet. */
  get last(): Mark {
    return this.#last;
  }

  get packets(): number {
    return this.#packets;
  }

  get firstFin(): FirstFin | null {
    return this.#firstFin;
  }

  side(side: Side): SentSide {
    return side === 'client' ? this.client : this.server;
  }

  /** Packets that the capture has once more. */
  get repeated(): number {
    return this.#repeated;
  }

  /** Whether the capture had this very packet before; it is counted, and not to be added. */
  isRepeated(captured: CapturedPacket, packet: TcpPacket): boolean {
    const isRepeated = this.#repeatedCapture.isRepeated(captured, packet);
    if (isRepeated) this.#repeated++;
    return isRepeated;
  }

  /** Takes in a segment of this connection. */
  add(captured: CapturedPacket, packet: TcpPacket): SeenSegment {
    const { segment: wire } = packet;
    const isOfClient =
      wire.sourcePort === this.client.endpoint.port && packet.source.equals(this.client.endpoint.address);
    const side: Side = isOfClient ? 'client' : 'server';
    const segment = this.#segmentOf(side, captured, packet);
    this.#packets++;
    this.#last = { number: captured.number, time: captured.time };
    const own = this.side(side);
    const peer = this.side(otherSide(side));
    if (isStraySyn(segment)) {
      const seen = { ...segment, novelty: null, isKeepAlive: false, isWindowProbe: false };
      own.straySyns.add(segment);
      own.lastStraySyn = seen;
      return seen;
    }
    if (has(segment, Flag.RST) && this.resets.length < MOST_RESETS)
      this.resets.push(resetSeen(this, segment, packet.segment.seq));
    else if (!has(segment, Flag.RST))
      for (const reset of this.resets) if (reset.side === side) reset.segmentsAfter++;
    const seen = own.take(segment, kindsOf(segment, own, peer));
    peer.hear(segment);
    if (has(segment, Flag.FIN) && !has(segment, Flag.RST)) this.#takeFin(segment, peer);
    this.states.take(seen, own, peer);
    if (!has(segment, Flag.RST)) this.#remember(this.#last);
    return seen;
  }

  /** The last segment before the packet of this number; `null`: it was seen too long ago, or never. */
  lastBefore(number: number): Mark | null {
    return this.#times.find((mark) => mark.number < number) ?? null;
  }

  /** Takes in an ICMP error that quotes a segment of this connection. */
  addError({ number, time }: CapturedPacket, { message, source }: IcmpPacket): void {
    this.#packets++;
    this.#last = { number, time };
    const { quoted, type, code, parameter } = message;
    if (quoted === null || this.errors.length >= MOST_ERRORS) return;
    const isOfClient =
      quoted.sourcePort === this.client.endpoint.port && quoted.source.equals(this.client.endpoint.address);
    const side = isOfClient ? 'client' : 'server';
    const from = source.toString();
    this.errors.push({ number, time, side, from, type, code, isIPv4: source.isIPv4, mtu: parameter });
  }

  #takeFin({ side, ack, number, time }: FlowSegment, peer: SentSide): void {
    const first = this.#firstFin;
    if (first === null)
      this.#firstFin = { side, number, time, peerNext: peer.next, isCrossed: false, second: null };
    else if (first.side !== side && first.second === null) {
      first.second = { number, time };
      first.isCrossed = peer.finSeq !== null && (ack ?? 0) <= peer.finSeq;
    }
  }

  #remember(mark: Mark): void {
    this.#times.unshift(mark);
    if (this.#times.length > LOOK_BACK) this.#times.pop();
  }

  #segmentOf(side: Side, captured: CapturedPacket, { segment: wire, hopLimit }: TcpPacket): FlowSegment {
    const own = this.side(side);
    const peer = this.side(otherSide(side));
    const { flags } = wire;
    const isSyn = (flags & Flag.SYN) !== 0;
    if (isSyn && !own.line.isKnown) {
      own.line.start(wire.seq, 0);
      own.windowScale = wire.windowScale;
      own.initial = wire.seq >>> 0;
    } else if (!own.line.isKnown && (flags & Flag.RST) === 0) {
      own.line.start(wire.seq, 1);
      own.ranges.startAt(1);
    }
    const hasAck = (flags & Flag.ACK) !== 0;
    if (hasAck && !peer.line.isKnown && (flags & Flag.RST) === 0) {
      peer.line.start(wire.ack, 1);
      peer.ranges.startAt(1);
    }
    const seq = own.line.isKnown ? own.line.of(wire.seq) : 0;
    const length = captured.payloadLength + (isSyn ? 1 : 0) + ((flags & Flag.FIN) === 0 ? 0 : 1);
    return {
      number: captured.number,
      time: captured.time,
      side,
      flags,
      seq,
      end: seq + length,
      payloadLength: captured.payloadLength,
      ack: hasAck && peer.line.isKnown ? peer.line.of(wire.ack) : null,
      window: wire.window << shiftOf(own, peer, isSyn),
      hopLimit,
      hasTimestamps: wire.hasTimestamps,
    };
  }
}

/** Who sent a SYN without ACK is the client; without any SYN, who has the higher port. */
function isClient(flags: number, sender: TraceEndpoint, receiver: TraceEndpoint): boolean {
  if ((flags & Flag.SYN) !== 0) return (flags & Flag.ACK) === 0;
  return sender.port >= receiver.port;
}

function shiftOf(own: SentSide, peer: SentSide, isSyn: boolean): number {
  if (isSyn || own.windowScale < 0 || peer.windowScale < 0) return 0;
  return Math.min(own.windowScale, MAXIMAL_SHIFT);
}

/** A SYN with another number than the connection began with. */
function isStraySyn(segment: FlowSegment): boolean {
  return has(segment, Flag.SYN) && !has(segment, Flag.RST) && segment.seq !== 0;
}

/** A keep-alive and a window probe begin one number before what is next, where everything else has been acknowledged. */
function kindsOf(
  segment: FlowSegment,
  own: SentSide,
  peer: SentSide,
): Pick<SeenSegment, 'isKeepAlive' | 'isWindowProbe'> {
  const isPlain = !has(segment, Flag.SYN | Flag.FIN | Flag.RST) && segment.payloadLength <= 1;
  const isBehind = segment.seq === own.acked - 1 && segment.end <= own.acked && own.segmentCount > 0;
  const isProbe = isPlain && isBehind && peer.window === 0;
  const isBeyond = isPlain && peer.window === 0 && segment.payloadLength === 1 && segment.seq === own.next;
  const isKeepAlive = isPlain && isBehind && !isProbe && own.next === own.acked;
  return { isKeepAlive, isWindowProbe: isProbe || isBeyond };
}
