import type { Packet } from '@halfclose/codec';
import type { TraceConnection } from '../events/connection.ts';
import { destinationOf, sameEndpoint, sourceOf } from '../events/endpoint.ts';
import type { SegmentEvent, TraceEvent } from '../events/event.ts';
import type { Flight, Moment } from './flight.ts';
import { RelativeNumbers } from './relative-numbers.ts';
import { otherSide, type Side } from './side.ts';

/**
 * Joins what one host sent with what the other one received. A packet is known again as the same object or, if it went
 * over a wire, by its contents; of equal ones, the first that is on its way is taken.
 */
export class Flights {
  readonly #client: TraceConnection['client'];
  readonly #hosts: Readonly<Record<Side, string | null>>;
  readonly #numbers = new RelativeNumbers();
  readonly #byPacket = new Map<Packet, Flight[]>();
  readonly #byContents = new Map<string, Flight[]>();

  constructor(connection: TraceConnection, hosts: Readonly<Record<Side, string | null>>) {
    this.#client = connection.client;
    this.#hosts = hosts;
  }

  /** The flight that the event begins or goes on with; the moment is what it adds. */
  add(event: SegmentEvent, index: number): { flight: Flight; side: Side; moment: Moment } {
    const source = sourceSide(event.packet, this.#client);
    const moment: Moment = { index, time: event.time, state: event.state };
    if (event.direction === 'sent') return this.#send(event.packet, source, moment);
    if (event.direction === 'received') return this.#receive(event.packet, source, moment);
    return this.#drop(event, source, moment);
  }

  #send(packet: Packet, source: Side, departure: Moment) {
    const flight = this.#begin(packet, source, { departure });
    push(this.#byPacket, packet, flight);
    push(this.#byContents, contentsOf(packet), flight);
    return { flight, side: source, moment: departure };
  }

  #receive(packet: Packet, source: Side, arrival: Moment) {
    const side = otherSide(source);
    const known = this.#onItsWay(packet);
    if (known !== undefined) {
      known.arrival = arrival;
      return { flight: known, side, moment: arrival };
    }
    const duplicate = this.#candidates(packet).some((flight) => flight.arrival !== null);
    return { flight: this.#begin(packet, source, { arrival, duplicate }), side, moment: arrival };
  }

  #drop(event: SegmentEvent, source: Side, moment: Moment) {
    const dropped = event.reason ?? 'dropped';
    const { packet, host } = event;
    const receiver = otherSide(source);
    const isReceiver = host === this.#hosts[receiver];
    const atReceiver = isReceiver && host !== this.#hosts[source];
    // What has arrived can only be dropped where it arrived.
    const known = this.#onItsWay(packet) ?? (isReceiver ? this.#candidates(packet).at(-1) : undefined);
    if (known !== undefined && known.dropped === null) {
      known.dropped = dropped;
      if (!atReceiver || known.arrival !== null) return { flight: known, side: source, moment };
      known.arrival = moment;
      return { flight: known, side: receiver, moment };
    }
    const at = atReceiver ? { arrival: moment } : { departure: moment };
    const flight = this.#begin(packet, source, { ...at, dropped });
    return { flight, side: atReceiver ? receiver : source, moment };
  }

  #onItsWay(packet: Packet): Flight | undefined {
    return this.#candidates(packet).find((flight) => flight.arrival === null && flight.dropped === null);
  }

  #candidates(packet: Packet): Flight[] {
    return this.#byPacket.get(packet) ?? this.#byContents.get(contentsOf(packet)) ?? [];
  }

  #begin(packet: Packet, source: Side, known: Partial<Flight>): Flight {
    const numbers = packet.kind === 'tcp' ? this.#numbers.of(source, packet.segment) : null;
    return {
      departure: null,
      arrival: null,
      dropped: null,
      duplicate: false,
      ...known,
      packet,
      source,
      numbers,
    };
  }
}

/** The side that the packet comes from. */
export function sourceSide(packet: Packet, client: TraceConnection['client']): Side {
  const source = sourceOf(packet);
  return source !== null && sameEndpoint(source, client) ? 'left' : 'right';
}

/** Which host each side of the connection is on; `null`: nothing was recorded there. */
export function hostsOf(
  events: readonly TraceEvent[],
  { client }: TraceConnection,
): Record<Side, string | null> {
  const hosts: Record<Side, string | null> = { left: null, right: null };
  for (const event of events) {
    const local = localEnd(event);
    if (local !== null) hosts[sameEndpoint(local, client) ? 'left' : 'right'] ??= event.host;
  }
  return hosts;
}

/** The end of the connection that the event was recorded at; `null`: it may have been on the way. */
function localEnd(event: TraceEvent) {
  if (event.type === 'note') return null;
  if (event.type !== 'segment') return event.local;
  if (event.direction === 'sent') return sourceOf(event.packet);
  return event.direction === 'received' ? destinationOf(event.packet) : null;
}

/** What the packet says, as far as it tells packets of one connection apart. */
function contentsOf(packet: Packet): string {
  const { kind, source, destination } = packet;
  const addresses = `${kind} ${source.toString()} ${destination.toString()}`;
  if (packet.kind === 'icmp') {
    const { type, code, parameter, quoted } = packet.message;
    return `${addresses} ${type} ${code} ${parameter} ${quoted?.seq ?? ''}`;
  }
  const { sourcePort, seq, ack, flags, window, payload, hasTimestamps, timestampValue, sackBlocks } =
    packet.segment;
  const timestamp = hasTimestamps ? timestampValue : '';
  return `${addresses} ${sourcePort} ${seq} ${ack} ${flags} ${window} ${payload.length} ${timestamp} ${sackBlocks?.join() ?? ''}`;
}

function push<K>(map: Map<K, Flight[]>, key: K, flight: Flight): void {
  const flights = map.get(key);
  if (flights === undefined) map.set(key, [flight]);
  else flights.push(flight);
}
