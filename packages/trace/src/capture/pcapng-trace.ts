import { type Packet, PcapngWriter } from '@halfclose/codec';
import { checkBoolean, checkOptions, type OptionNames } from '@halfclose/codec/arguments';
import { checkEvent, eventsOf } from '../events/check-arguments.ts';
import { destinationOf, formatEndpoint, sourceOf } from '../events/endpoint.ts';
import type { SegmentEvent, StateEvent, TraceEndpoint, TraceEvent } from '../events/event.ts';
import { wireFrames } from './wire-frames.ts';

/** How a {@link PcapngTrace} writes. */
export interface PcapngTraceOptions {
  /** The moment that events count their time from, in milliseconds since 1970 UTC. Default: 0. */
  readonly epoch?: number;
  /**
   * Whether each packet is written once, where it was sent, and where it was received only if nobody recorded its
   * source. Else a packet stands on the interface of its sender and on that of its receiver, and Wireshark takes the
   * second one for a retransmission unless you look at one interface at a time. Default: `false`.
   */
  readonly once?: boolean;
  /** The program that writes the file. Default: `halfclose`. */
  readonly application?: string;
}

const OPTIONS: OptionNames<PcapngTraceOptions> = { epoch: true, once: true, application: true };

/** A packet that may still get a comment. */
interface HeldPacket {
  readonly event: SegmentEvent;
  readonly interfaceId: number;
  readonly frames: readonly Uint8Array[];
  readonly comments: string[];
}

/**
 * Writes events as a pcapng file, piece by piece: an interface for each host, with the packets that it sent and
 * received. Comments tell the changes of state that a packet goes with and why it was dropped. A packet whose drop is
 * not reported right behind its sending stands once more on an interface of its own, `<host> (dropped)`.
 *
 * Octets are copied when recorded. The latest packet is held back until the next event, as that may belong to it.
 *
 * ```ts
 * const pcapng = new PcapngTrace({ epoch: Date.now() });
 * file.write(pcapng.record(event)); // for each event
 * file.write(pcapng.flush()); // at the end
 * ```
 */
export class PcapngTrace {
  readonly #writer: PcapngWriter;
  readonly #once: boolean;
  readonly #interfaces = new Map<string, number>();
  /** Addresses that packets were sent from by hosts that are recorded. */
  readonly #sources = new Set<string>();
  /** Transitions of each end, to go with its next packet. */
  readonly #transitions = new Map<string, StateEvent[]>();
  #held: HeldPacket | null = null;
  #uncarried = 0;

  constructor(options: PcapngTraceOptions = {}) {
    checkOptions('options', options, OPTIONS);
    const { epoch = 0, once = false, application = 'halfclose' } = options;
    checkBoolean('once', once);
    this.#writer = new PcapngWriter({ epoch, application });
    this.#once = once;
  }

  /** Packets left out, because no wire can carry them: their options are too long. */
  get uncarried(): number {
    return this.#uncarried;
  }

  /**
   * Adds the event and returns the next octets of the file, which may be none.
   *
   * @throws RangeError if the time lies before 1970 or is not finite.
   */
  record(event: TraceEvent): Uint8Array {
    checkEvent('event', event);
    if (event.type === 'state') this.#recordState(event);
    else if (event.type === 'segment') this.#recordSegment(event);
    return this.#writer.take();
  }

  /** Returns the octets that were held back. The file is complete then, and may still grow. */
  flush(): Uint8Array {
    this.#release();
    return this.#writer.take();
  }

  #recordState(event: StateEvent): void {
    const held = this.#held;
    const key = endKey(event.host, event.local, event.remote);
    const isHeld = held?.event.time === event.time && held.event.state === event.to;
    if (held !== null && isHeld && endKeyOf(held.event) === key) {
      held.comments.push(transitionText(event, event.time));
      return;
    }
    const waiting = this.#transitions.get(key);
    if (waiting === undefined) this.#transitions.set(key, [event]);
    else waiting.push(event);
  }

  #recordSegment(event: SegmentEvent): void {
    if (event.direction === 'dropped' && this.#held?.event.packet === event.packet) {
      this.#held.comments.push(dropText(event));
      return;
    }
    this.#release();
    if (!this.#isWanted(event)) return;
    const frames = wireFrames(event.packet);
    if (frames === null) {
      this.#uncarried++;
      return;
    }
    const isDropped = event.direction === 'dropped';
    const interfaceId = this.#interface(isDropped ? `${event.host} (dropped)` : event.host);
    const comments = isDropped ? [dropText(event)] : this.#takeTransitions(event);
    this.#held = { event, interfaceId, frames, comments };
  }

  #isWanted({ direction, packet }: SegmentEvent): boolean {
    if (!this.#once) return true;
    const source = packet.source.toString();
    if (direction === 'sent') this.#sources.add(source);
    return direction === 'sent' || !this.#sources.has(source);
  }

  #interface(name: string): number {
    const known = this.#interfaces.get(name);
    if (known !== undefined) return known;
    const added = this.#writer.addInterface(name);
    this.#interfaces.set(name, added);
    return added;
  }

  #takeTransitions(event: SegmentEvent): string[] {
    const key = endKeyOf(event);
    const transitions = this.#transitions.get(key) ?? [];
    this.#transitions.delete(key);
    return transitions.map((transition) => transitionText(transition, event.time));
  }

  #release(): void {
    const held = this.#held;
    if (held === null) return;
    this.#held = null;
    const { event, interfaceId, frames, comments } = held;
    for (const [index, bytes] of frames.entries()) {
      const lines = frames.length === 1 ? comments : [pieceText(event.packet, index, frames), ...comments];
      const comment = lines.length === 0 ? {} : { comment: lines.join('\n') };
      this.#writer.addPacket({ interfaceId, time: event.time, bytes, ...comment });
    }
  }
}

/**
 * The events as one pcapng file; for more events than memory holds, see {@link PcapngTrace}.
 *
 * @throws RangeError if a time lies before 1970 or is not finite.
 */
export function writePcapng(events: Iterable<TraceEvent>, options?: PcapngTraceOptions): Uint8Array {
  const trace = new PcapngTrace(options);
  const chunks: Uint8Array[] = [];
  for (const event of eventsOf(events)) chunks.push(trace.record(event));
  chunks.push(trace.flush());
  const file = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    file.set(chunk, at);
    at += chunk.length;
  }
  return file;
}

/** Names one end of one connection on one host. */
function endKey(host: string, local: TraceEndpoint | null, remote: TraceEndpoint | null): string {
  return [host, local, remote]
    .map((part) => (typeof part === 'string' ? part : part === null ? '' : formatEndpoint(part)))
    .join(' ');
}

/** The end at which a packet was sent or received. */
function endKeyOf({ host, direction, packet }: SegmentEvent): string {
  const [source, destination] = [sourceOf(packet), destinationOf(packet)];
  return direction === 'received' ? endKey(host, destination, source) : endKey(host, source, destination);
}

/** `ESTABLISHED -> FIN-WAIT-1 (close(), 12 ms earlier)` */
function transitionText({ from, to, why, time }: StateEvent, now: number): string {
  const earlier = time === now ? '' : `${Number((now - time).toFixed(3))} ms earlier`;
  const remarks = [why, earlier].filter((text) => text !== '').join(', ');
  return `${from} -> ${to}${remarks === '' ? '' : ` (${remarks})`}`;
}

function dropText({ reason }: SegmentEvent): string {
  return reason === undefined ? 'dropped' : `dropped: ${reason}`;
}

function pieceText(packet: Packet, index: number, frames: readonly Uint8Array[]): string {
  const length = packet.kind === 'tcp' ? packet.segment.payload.length : 0;
  return `piece ${index + 1} of ${frames.length} of one segment of ${length} octets`;
}
