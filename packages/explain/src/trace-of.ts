import type { CapturedPacket } from '@halfclose/capture';
import { Flag, seqAdd, seqLt, type TcpPacket } from '@halfclose/codec';
import { checkArray, checkObject } from '@halfclose/codec/arguments';
import type { SegmentEvent, StateEvent, TraceEvent } from '@halfclose/trace';
import { Flow } from './flow/flow.ts';
import { has } from './flow/flow-segment.ts';
import { otherSide, type Side } from './mark.ts';
import type { InferredState } from './state/inferred-states.ts';

/**
 * The packets of one connection as events of both its ends, with the states that they must have had: what ladders, timelines
 * and pictures are made of. Every packet is taken to leave and arrive when it was captured, but for a FIN that the other
 * end had not received when it sent its next segment. Times count in milliseconds since 1970 UTC.
 *
 * @throws TypeError for what are no packets, and if none of them is a segment.
 */
export function traceOf(packets: readonly CapturedPacket[]): TraceEvent[] {
  checkArray('packets', packets);
  for (const captured of packets) checkObject('captured', captured, 'a CapturedPacket');
  const first = packets.find(({ packet }) => packet.kind === 'tcp');
  if (first?.packet.kind !== 'tcp') throw new TypeError('packets must have a segment');
  const trace = new CaptureTrace(new Flow(1, { ...first, packet: first.packet }, first));
  for (const [index, captured] of packets.entries()) {
    const { packet } = captured;
    if (packet.kind === 'icmp') trace.addError(captured);
    else trace.add(captured, packet, fateOf(packet, packets, index));
  }
  return trace.end();
}

/** What becomes of a segment on its way: it arrives; or it is a FIN that crosses something, or that is sent again. */
type Fate = 'arrives' | 'crosses' | 'is sent again';

function fateOf({ segment, source }: TcpPacket, packets: readonly CapturedPacket[], index: number): Fate {
  if (!has(segment, Flag.FIN)) return 'arrives';
  const end = seqAdd(segment.seq, segment.payload.length + 1);
  for (const { packet } of packets.slice(index + 1)) {
    if (packet.kind !== 'tcp' || has(packet.segment, Flag.RST)) continue;
    if (isFromOther(packet, source, segment.sourcePort)) {
      const isKnown = !has(packet.segment, Flag.ACK) || !seqLt(packet.segment.ack, end);
      return isKnown ? 'arrives' : 'crosses';
    }
    // It was lost, or its acknowledgment was; what the other end did is seen at the last of them.
    if (has(packet.segment, Flag.FIN)) return 'is sent again';
  }
  return 'arrives';
}

function isFromOther(packet: TcpPacket, source: TcpPacket['source'], port: number): boolean {
  return packet.segment.sourcePort !== port || !packet.source.equals(source);
}

/** Makes events of packets. */
class CaptureTrace {
  readonly #flow: Flow;
  readonly #events: TraceEvent[] = [];
  /** A FIN that arrives behind the next segment of this end. */
  #crossing: { readonly captured: CapturedPacket; readonly to: Side } | null = null;

  constructor(flow: Flow) {
    this.#flow = flow;
  }

  add(captured: CapturedPacket, packet: TcpPacket, fate: Fate): void {
    const { side } = this.#flow.add(captured, packet);
    const receiver = otherSide(side);
    const changes = this.#flow.states.takeChanges();
    this.#pushChanges(changes.filter((change) => change.side === side));
    this.#pushSegment('sent', captured, side);
    if (fate === 'crosses') this.#crossing ??= { captured, to: receiver };
    else if (fate === 'arrives') this.#flow.states.deliverFin(receiver, captured);
    this.#pushChanges([
      ...changes.filter((change) => change.side !== side),
      ...this.#flow.states.takeChanges(),
    ]);
    if (fate !== 'crosses') this.#pushSegment('received', captured, receiver);
    if (this.#crossing?.to === side) this.#endCrossing(captured.time);
  }

  addError(captured: CapturedPacket): void {
    const { quoted } = captured.packet.kind === 'icmp' ? captured.packet.message : { quoted: null };
    if (quoted === null) return;
    const isOfClient =
      quoted.sourcePort === this.#flow.client.endpoint.port &&
      quoted.source.equals(this.#flow.client.endpoint.address);
    this.#pushSegment('received', captured, isOfClient ? 'client' : 'server');
  }

  end(): TraceEvent[] {
    if (this.#crossing !== null) this.#endCrossing(this.#crossing.captured.time);
    this.#flow.states.conclude();
    this.#pushChanges(this.#flow.states.takeChanges());
    return this.#events;
  }

  #endCrossing(time: number): void {
    if (this.#crossing === null) return;
    const { captured, to } = this.#crossing;
    this.#crossing = null;
    this.#flow.states.deliverFin(to, { number: captured.number, time });
    this.#pushChanges(this.#flow.states.takeChanges());
    this.#pushSegment('received', { ...captured, time }, to);
  }

  #pushSegment(direction: SegmentEvent['direction'], { time, packet }: CapturedPacket, side: Side): void {
    const state = named(this.#flow.states.state(side));
    this.#events.push({ type: 'segment', direction, time, host: side, packet, state });
  }

  #pushChanges(changes: ReturnType<Flow['states']['takeChanges']>): void {
    for (const { side, from, to, why, mark } of changes) {
      const local = this.#flow.side(side).endpoint;
      const remote = this.#flow.side(otherSide(side)).endpoint;
      const event: StateEvent = { type: 'state', time: mark.time, host: side, local, remote, from, to, why };
      this.#events.push(event);
    }
  }
}

function named(state: InferredState): string | null {
  return state === 'unknown' ? null : state;
}
