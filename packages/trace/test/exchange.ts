import { Flag, type IpAddress, type Packet, parseIpAddress, Segment } from '@halfclose/codec';
import type { TraceEndpoint, TraceEvent } from '../src/index.ts';

export type HostName = 'client' | 'server';

/** What a segment has beside its flags; numbers as a ladder shows them. */
export interface SegmentFields {
  readonly seq?: number;
  readonly ack?: number;
  /** Octets of text. */
  readonly length?: number;
  readonly payload?: Uint8Array;
  readonly window?: number;
  readonly options?: Partial<Segment>;
}

/** How a segment fares. */
export interface Way {
  /** States of the sender after sending, and of the receiver after reception. */
  readonly states?: readonly [sender: string | null, receiver: string | null];
  /** Milliseconds on the way. */
  readonly delay?: number;
}

export function address(text: string): IpAddress {
  const parsed = parseIpAddress(text);
  if (parsed === null) throw new TypeError(`${text} is no address`);
  return parsed;
}

/** The events of a connection between `client` and `server`, made by hand; sorted by their time. */
export class Exchange {
  readonly ends: Record<HostName, TraceEndpoint>;
  readonly initialSequenceNumbers: Record<HostName, number> = { client: -3, server: 0x7fff_ffff };
  readonly #events: TraceEvent[] = [];

  constructor(client = '10.0.0.1', server = '10.0.0.2') {
    this.ends = {
      client: { address: address(client), port: 49152 },
      server: { address: address(server), port: 80 },
    };
  }

  get events(): TraceEvent[] {
    return this.#events.toSorted((a, b) => a.time - b.time);
  }

  /** A packet with a segment from `from` to the other host; ACK is set in `flags` where there is one. */
  packet(from: HostName, flags: string, fields: SegmentFields = {}): Packet & { kind: 'tcp' } {
    const { seq = 0, ack = 0, length = 0, window = 65535 } = fields;
    const to = otherHost(from);
    const segment = new Segment();
    segment.sourcePort = this.ends[from].port;
    segment.destinationPort = this.ends[to].port;
    segment.flags = flags.split(' ').reduce((sum, name) => sum | Flag[name as keyof typeof Flag], 0);
    segment.seq = (this.initialSequenceNumbers[from] + seq) | 0;
    if ((segment.flags & Flag.ACK) !== 0) segment.ack = (this.initialSequenceNumbers[to] + ack) | 0;
    segment.window = window;
    segment.payload = fields.payload ?? new Uint8Array(length).fill(0x61);
    Object.assign(segment, fields.options);
    return {
      kind: 'tcp',
      source: this.ends[from].address,
      destination: this.ends[to].address,
      hopLimit: 64,
      dscp: 0,
      segment,
    };
  }

  sent(time: number, host: string, packet: Packet, state: string | null = 'ESTABLISHED'): this {
    return this.add({ type: 'segment', direction: 'sent', time, host, packet, state });
  }

  received(time: number, host: string, packet: Packet, state: string | null = 'ESTABLISHED'): this {
    return this.add({ type: 'segment', direction: 'received', time, host, packet, state });
  }

  dropped(time: number, host: string, packet: Packet, reason: string, state: string | null = null): this {
    return this.add({ type: 'segment', direction: 'dropped', time, host, packet, state, reason });
  }

  /** A segment that is sent by `from` and received by the other host. */
  pass(time: number, from: HostName, flags: string, fields: SegmentFields = {}, way: Way = {}): this {
    const packet = this.packet(from, flags, fields);
    const [sender = 'ESTABLISHED', receiver = 'ESTABLISHED'] = way.states ?? [];
    this.sent(time, from, packet, sender);
    return this.received(time + (way.delay ?? 0), otherHost(from), packet, receiver);
  }

  call(time: number, host: HostName, call: string, result = '0'): this {
    return this.add({ type: 'call', time, host, ...this.#pair(host), call, result });
  }

  timer(time: number, host: HostName, timer: string): this {
    return this.add({ type: 'timer', time, host, ...this.#pair(host), timer });
  }

  state(time: number, host: HostName, from: string, to: string, why = ''): this {
    return this.add({ type: 'state', time, host, ...this.#pair(host), from, to, why });
  }

  add(event: TraceEvent): this {
    this.#events.push(event);
    return this;
  }

  /** SYN, SYN ACK, ACK; the server's SYN has the same options. */
  handshake(time = 0, delay = 0, options: Partial<Segment> = {}): this {
    this.pass(time, 'client', 'SYN', { options }, { states: ['SYN-SENT', 'SYN-RECEIVED'], delay });
    const synAck = { ack: 1, options };
    const states = ['SYN-RECEIVED', 'ESTABLISHED'] as const;
    this.pass(time + delay, 'server', 'SYN ACK', synAck, { states, delay });
    return this.pass(time + 2 * delay, 'client', 'ACK', { seq: 1, ack: 1 }, { delay });
  }

  /** The client closes, then the server: FIN, ACK, FIN, ACK. `seq` and `ack` are those of the client's FIN. */
  orderlyClose(time = 0, delay = 0, seq = 1, ack = 1): this {
    this.pass(time, 'client', 'FIN ACK', { seq, ack }, { states: ['FIN-WAIT-1', 'CLOSE-WAIT'], delay });
    this.pass(
      time + delay,
      'server',
      'ACK',
      { seq: ack, ack: seq + 1 },
      { states: ['CLOSE-WAIT', 'FIN-WAIT-2'], delay },
    );
    this.pass(
      time + 2 * delay,
      'server',
      'FIN ACK',
      { seq: ack, ack: seq + 1 },
      { states: ['LAST-ACK', 'TIME-WAIT'], delay },
    );
    return this.pass(
      time + 3 * delay,
      'client',
      'ACK',
      { seq: seq + 1, ack: ack + 1 },
      { states: ['TIME-WAIT', 'CLOSED'], delay },
    );
  }

  #pair(host: HostName): { local: TraceEndpoint; remote: TraceEndpoint } {
    return { local: this.ends[host], remote: this.ends[otherHost(host)] };
  }
}

function otherHost(host: HostName): HostName {
  return host === 'client' ? 'server' : 'client';
}
