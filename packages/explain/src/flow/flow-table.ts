import type { CapturedPacket } from '@halfclose/capture';
import { Flag, type IpAddress, type TcpPacket } from '@halfclose/codec';
import { otherSide } from '../mark.ts';
import { Flow } from './flow.ts';
import { has, type SeenSegment } from './flow-segment.ts';
import { ResetLog } from './reset-log.ts';

/** A connection that is over is let go after so many milliseconds: what comes later belongs to nobody's end. */
const LINGERING = 120_000;
/** Silence after which a SYN of another number begins a new connection, whatever became of the old one. */
const FORGOTTEN = 120_000;
/** How many packets there are between two looks for connections that are over. */
const LOOK_EVERY = 16_384;

/** Told of what happens in a {@link FlowTable}. */
export interface FlowObserver {
  /** A connection takes part in nothing more. */
  onEnd(flow: Flow): void;
  /** A segment was taken in; its payload is a view of the frame. */
  onSegment?(flow: Flow, segment: SeenSegment, captured: CapturedPacket): void;
}

/** The connections of a capture, told apart by addresses, ports and SYNs. */
export class FlowTable {
  readonly resets = new ResetLog();
  readonly #observer: FlowObserver;
  readonly #most: number;
  readonly #flows = new Map<string, Flow>();
  #count = 0;
  #untilLook = LOOK_EVERY;

  /** `most`: connections kept at a time; the one that was silent longest makes room. */
  constructor(observer: FlowObserver, most: number) {
    this.#observer = observer;
    this.#most = most;
  }

  /** How many connections there were so far. */
  get count(): number {
    return this.#count;
  }

  /** Takes in the next packet. */
  add(captured: CapturedPacket): void {
    const { packet } = captured;
    if (packet.kind === 'icmp') {
      const { quoted } = packet.message;
      if (quoted === null) return;
      const { source, sourcePort, destination, destinationPort } = quoted;
      this.#flows.get(keyOf(source, sourcePort, destination, destinationPort))?.addError(captured, packet);
      return;
    }
    const flow = this.#flowOf(captured, packet);
    if (flow.isRepeated(captured, packet)) return;
    const segment = flow.add(captured, packet);
    if (has(segment, Flag.RST)) this.#log(flow, segment);
    this.#observer.onSegment?.(flow, segment, captured);
    if (--this.#untilLook <= 0) this.#letGo(captured.time);
  }

  /** Says that there is nothing more. */
  end(): void {
    for (const flow of this.#flows.values()) this.#end(flow);
    this.#flows.clear();
  }

  #flowOf(captured: CapturedPacket, packet: TcpPacket): Flow {
    const { segment, source, destination } = packet;
    const key = keyOf(source, segment.sourcePort, destination, segment.destinationPort);
    const known = this.#flows.get(key);
    if (known !== undefined) {
      if (!begins(packet, captured.time, known)) {
        // The last one that was heard is the last one of the map.
        if (this.#flows.size > this.#most / 2) {
          this.#flows.delete(key);
          this.#flows.set(key, known);
        }
        return known;
      }
      this.#flows.delete(key);
      this.#end(known);
    }
    if (this.#flows.size >= this.#most) this.#makeRoom();
    const mark = { number: captured.number, time: captured.time };
    const flow = new Flow(++this.#count, { ...captured, packet }, mark);
    this.#flows.set(key, flow);
    return flow;
  }

  #makeRoom(): void {
    for (const [key, flow] of this.#flows) {
      this.#flows.delete(key);
      this.#end(flow);
      return;
    }
  }

  #letGo(now: number): void {
    this.#untilLook = LOOK_EVERY;
    for (const [key, flow] of this.#flows) {
      if (!isOver(flow) || now - flow.last.time < LINGERING) continue;
      this.#flows.delete(key);
      this.#end(flow);
    }
  }

  #end(flow: Flow): void {
    flow.states.conclude();
    this.#observer.onEnd(flow);
  }

  #log(flow: Flow, { side, time }: SeenSegment): void {
    const facts = flow.resets.at(-1)?.facts;
    const { endpoint } = flow.side(side);
    if (facts === undefined) return;
    if (facts.has('answers SYN')) this.resets.addRefusal(endpoint, time);
    else if (facts.has('X accepted') && facts.has('X sent nothing') && !facts.has('bare'))
      this.resets.addQuietReset(endpoint, time);
  }
}

/** Whether the packet is the first one of another connection between the same ports. */
function begins({ segment, source }: TcpPacket, now: number, flow: Flow): boolean {
  if (!has(segment, Flag.SYN) || has(segment, Flag.ACK | Flag.RST)) return false;
  const isOfClient =
    segment.sourcePort === flow.client.endpoint.port && source.equals(flow.client.endpoint.address);
  const side = isOfClient ? 'client' : 'server';
  const own = flow.side(side);
  // The same SYN once more, or the second one of a simultaneous open.
  const isSame = own.syns.count > 0 && own.line.of(segment.seq) === 0;
  if (isSame) return false;
  const peer = flow.side(otherSide(side));
  if (!own.line.isKnown) return peer.segmentCount === 0 || peer.syns.count === 0;
  return isOver(flow) || peer.segmentCount === 0 || now - flow.last.time > FORGOTTEN;
}

function isOver({ states }: Flow): boolean {
  return (['client', 'server'] as const).every((side) => {
    const state = states.state(side);
    return state === 'CLOSED' || state === 'TIME-WAIT';
  });
}

/** One key for both directions. */
function keyOf(a: IpAddress, aPort: number, b: IpAddress, bPort: number): string {
  const one = endKey(a, aPort);
  const other = endKey(b, bPort);
  return one < other ? `${one} ${other}` : `${other} ${one}`;
}

function endKey({ word0, word1, word2, word3 }: IpAddress, port: number): string {
  return word0 === 0 && word1 === 0
    ? `${word2}.${word3}.${port}`
    : `${word0}.${word1}.${word2}.${word3}.${port}`;
}
