import { Flag } from '@halfclose/codec';
import {
  formatEndpoint,
  otherSide,
  RelativeNumbers,
  type SegmentEvent,
  type Side,
  type TraceConnection,
  type TraceEvent,
} from '@halfclose/trace';

/** A segment of the direction that is drawn. */
export interface SequenceSegment {
  /** Milliseconds since the first event of the connection. */
  readonly time: number;
  /** 0 is the SYN, 1 the first byte. */
  readonly from: number;
  /** One behind its last byte; SYN and FIN take a number each (RFC 9293, 3.4). */
  readonly to: number;
  /** Whether some of it had been sent before. */
  readonly isAgain: boolean;
  /** What it is marked with: the flag that matters most, RST before SYN before FIN; `null`: it has none of them. */
  readonly mark: 'SYN' | 'FIN' | 'RST' | null;
}

/** What the other end acknowledged and offered at a time. */
export interface SequenceAck {
  /** Milliseconds since the first event of the connection. */
  readonly time: number;
  /** The next number that it expects, counted as those of segments. */
  readonly ack: number;
  /** Up to where it could take more. */
  readonly edge: number;
  /** What its SACK option reports beyond that (RFC 2018): first number, and one behind the last. */
  readonly blocks: readonly (readonly [number, number])[];
}

/** One direction of a connection over time. */
export interface SequenceModel {
  /** The sender: `192.0.2.1:80` or `[2001:db8::1]:80`. */
  readonly from: string;
  /** The receiver, in the same form. */
  readonly to: string;
  /** What the sender sent, in the order of the events. */
  readonly segments: readonly SequenceSegment[];
  /** Acknowledgments of the receiver, in the order of the events; those of RSTs are left out. */
  readonly acks: readonly SequenceAck[];
  /** Milliseconds from the first to the last event. */
  readonly duration: number;
  /** One behind the highest number. */
  readonly end: number;
}

/**
 * One direction: its segments as its sender sent them, and acknowledgments as they reached it, where that was recorded; else
 * as they were seen.
 *
 * @param events of both ends, or of one
 * @param connection which of those that the events show
 * @param sender whose bytes; `null`: of who sent more
 */
export function sequenceModel(
  events: readonly TraceEvent[],
  connection: TraceConnection,
  sender: Side | null,
): SequenceModel {
  const own = events.filter(
    (event): event is SegmentEvent => event.type === 'segment' && isSegment(event, connection),
  );
  const start = own[0]?.time ?? 0;
  const numbers = new RelativeNumbers();
  const drawn: Record<Side, { segments: SequenceSegment[]; acks: SequenceAck[] }> = {
    left: { segments: [], acks: [] },
    right: { segments: [], acks: [] },
  };
  // What arrived is known by its packet to have been sent.
  const known = new Map<object, ReturnType<RelativeNumbers['of']>>();
  const arrivals = new Set(
    own.flatMap(({ direction, packet }) => (direction === 'received' ? [packet] : [])),
  );
  for (const { time, direction, packet } of own) {
    if (packet.kind !== 'tcp') continue;
    const side: Side = sourceIsClient(packet, connection) ? 'left' : 'right';
    const isFirst = !known.has(packet);
    if (direction === 'dropped' && !isFirst) continue;
    const relative = known.get(packet) ?? numbers.of(side, packet.segment);
    known.set(packet, relative);
    const { flags } = packet.segment;
    const length = (flags & Flag.SYN ? 1 : 0) + (flags & Flag.FIN ? 1 : 0);
    if (isFirst)
      drawn[side].segments.push({
        time: time - start,
        from: relative.seq,
        to: relative.end + length,
        isAgain: relative.again,
        mark: flags & Flag.RST ? 'RST' : flags & Flag.SYN ? 'SYN' : flags & Flag.FIN ? 'FIN' : null,
      });
    const isArrival = direction === 'received' || !arrivals.has(packet);
    if (isArrival && direction !== 'dropped' && relative.ack !== null && (flags & Flag.RST) === 0)
      drawn[otherSide(side)].acks.push({
        time: time - start,
        ack: relative.ack,
        edge: relative.ack + relative.window,
        blocks: relative.sackBlocks,
      });
  }
  const chosen = sender ?? (endOf(drawn.right.segments) > endOf(drawn.left.segments) ? 'right' : 'left');
  const { segments, acks } = drawn[chosen];
  const [from, to] =
    chosen === 'left' ? [connection.client, connection.server] : [connection.server, connection.client];
  return {
    from: formatEndpoint(from),
    to: formatEndpoint(to),
    segments,
    acks,
    duration: (own.at(-1)?.time ?? start) - start,
    end: endOf(segments),
  };
}

function endOf(segments: readonly SequenceSegment[]): number {
  return segments.reduce((end, { to }) => Math.max(end, to), 0);
}

function isSegment({ packet }: SegmentEvent, { client, server }: TraceConnection): boolean {
  if (packet.kind !== 'tcp') return false;
  const { source, destination, segment } = packet;
  const isOf = (a: TraceConnection['client'], b: TraceConnection['client']) =>
    source.equals(a.address) &&
    segment.sourcePort === a.port &&
    destination.equals(b.address) &&
    segment.destinationPort === b.port;
  return isOf(client, server) || isOf(server, client);
}

function sourceIsClient(
  { source, segment }: SegmentEvent['packet'] & { kind: 'tcp' },
  { client }: TraceConnection,
): boolean {
  return segment.sourcePort === client.port && source.equals(client.address);
}
