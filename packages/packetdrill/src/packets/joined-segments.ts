import { Flag, type Packet, Segment, seqAdd, type TcpPacket } from '@halfclose/codec';
import { checkBoolean } from '@halfclose/codec/arguments';
import { checkPacket } from './check-packet.ts';
import { checkScriptPacket, type ScriptPacket } from '../script/script-packet.ts';

/** Flags that may differ between the pieces of one expected segment. */
const OF_ONE_PIECE = Flag.FIN | Flag.PSH | Flag.CWR;

/**
 * Puts the segments of the stack together until there is as much text as the script expects at once: scripts are
 * written for a host that leaves the cutting to its device.
 */
export class JoinedSegments {
  readonly #wanted: number;
  #packet: Packet | null = null;
  /** Octets of text of the last piece. */
  #lastLength = 0;

  /**
   * Waits for the text of `expected`; with `strictSegments` one packet has to have it all.
   *
   * @throws TypeError or RangeError that names the argument which is none
   */
  constructor(expected: ScriptPacket, strictSegments: boolean) {
    checkScriptPacket('expected', expected);
    checkBoolean('strictSegments', strictSegments);
    this.#wanted = expected.kind === 'tcp' && !strictSegments ? expected.sequence.length : 0;
  }

  /** What there is so far: headers of the last piece, with the sequence number and CWR of the first. */
  get packet(): Packet | null {
    return this.#packet;
  }

  /** Whether there is enough text. */
  get isComplete(): boolean {
    return this.#packet !== null && lengthOf(this.#packet) >= this.#wanted;
  }

  /**
   * Adds the next packet of the stack, and returns why it cannot be part of the same segment; `null`: it can.
   *
   * @throws TypeError or RangeError for what is no packet
   */
  add(packet: Packet): string | null {
    checkPacket('packet', packet);
    const before = this.#packet;
    if (before === null) {
      this.#packet = packet;
      this.#lastLength = lengthOf(packet);
      return null;
    }
    if (before.kind !== 'tcp' || packet.kind !== 'tcp') return 'a piece of the segment is no TCP';
    const reason = this.#reasonAgainst(before.segment, packet.segment);
    if (reason !== null) return reason;
    this.#packet = joined(before, packet);
    this.#lastLength = lengthOf(packet);
    return null;
  }

  #reasonAgainst(before: Segment, next: Segment): string | null {
    if (next.seq !== seqAdd(before.seq, before.payload.length))
      return 'a piece of the segment does not follow on';
    if (((before.flags ^ next.flags) & ~OF_ONE_PIECE) !== 0) return 'a piece of the segment has other flags';
    if (before.ack !== next.ack) return 'a piece of the segment has another acknowledgment';
    if (before.window !== next.window) return 'a piece of the segment has another window';
    if (before.urgentPointer !== next.urgentPointer)
      return 'a piece of the segment has another urgent pointer';
    const isLast = before.payload.length + next.payload.length >= this.#wanted;
    if (!isLast && next.payload.length !== this.#lastLength)
      return 'a piece of the segment has another length';
    return null;
  }
}

function joined(before: TcpPacket, next: TcpPacket): TcpPacket {
  const payload = new Uint8Array(before.segment.payload.length + next.segment.payload.length);
  payload.set(before.segment.payload);
  payload.set(next.segment.payload, before.segment.payload.length);
  const segment = Object.assign(new Segment(), next.segment, { payload, seq: before.segment.seq });
  segment.flags = (next.segment.flags & ~Flag.CWR) | (before.segment.flags & Flag.CWR);
  return { ...next, segment };
}

function lengthOf(packet: Packet): number {
  return packet.kind === 'tcp' ? packet.segment.payload.length : 0;
}
