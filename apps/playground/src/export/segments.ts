import { Flag, type TcpPacket } from '@halfclose/codec';
import {
  RelativeNumbers,
  type SegmentNumbers,
  type Side,
  type TraceConnection,
  type TraceEvent,
} from '@halfclose/trace';

/** A segment of a connection, once, when it was first seen. */
export interface SentSegment {
  readonly event: number;
  readonly time: number;
  readonly side: Side;
  readonly packet: TcpPacket;
  readonly numbers: SegmentNumbers;
}

const LETTERS = [
  [Flag.SYN, 'S'],
  [Flag.FIN, 'F'],
  [Flag.RST, 'R'],
  [Flag.PSH, 'P'],
  [Flag.URG, 'U'],
  [Flag.ECE, 'E'],
  [Flag.CWR, 'W'],
  [Flag.ACK, '.'],
] as const;

/** Flags as packetdrill and tcpdump write them: `S.` */
export function flagLetters(flags: number): string {
  const letters = LETTERS.filter(([flag]) => (flags & flag) !== 0).map(([, letter]) => letter);
  return letters.length === 0 ? '-' : letters.join('');
}

/** Which end of the connection a packet comes from; `null`: it is of another connection. */
export function sideOf(packet: TcpPacket, { client, server }: TraceConnection): Side | null {
  const { source, destination, segment } = packet;
  const isFrom = (from: TraceConnection['client'], to: TraceConnection['client']) =>
    segment.sourcePort === from.port &&
    segment.destinationPort === to.port &&
    source.equals(from.address) &&
    destination.equals(to.address);
  return isFrom(client, server) ? 'left' : isFrom(server, client) ? 'right' : null;
}

/** The segments of a connection in the order in which they were first seen, each once, with relative numbers. */
export function segmentsOf(events: readonly TraceEvent[], connection: TraceConnection): SentSegment[] {
  const numbers = new RelativeNumbers();
  const seen = new Set<object>();
  const segments: SentSegment[] = [];
  for (const [event, each] of events.entries()) {
    if (each.type !== 'segment' || each.packet.kind !== 'tcp' || seen.has(each.packet)) continue;
    const side = sideOf(each.packet, connection);
    if (side === null) continue;
    seen.add(each.packet);
    segments.push({
      event,
      time: each.time,
      side,
      packet: each.packet,
      numbers: numbers.of(side, each.packet.segment),
    });
  }
  return segments;
}

/** `client > P. 1:101(100) ack 1`, by which segments are compared. */
export function segmentLine({ side, packet: { segment }, numbers }: SentSegment): string {
  const from = side === 'left' ? 'client' : 'server';
  const ack = numbers.ack === null ? '' : ` ack ${numbers.ack}`;
  return `${from} > ${flagLetters(segment.flags)} ${numbers.seq}:${numbers.end}(${segment.payload.length})${ack}`;
}
