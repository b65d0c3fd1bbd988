import type { CapturedPacket } from '@halfclose/capture';
import { Flag, ipv4, Segment } from '@halfclose/codec';
import { Explainer, type ExplainerOptions, type Explanation, type Side } from '../src/index.ts';

/** What a segment has beside its flags; numbers count from the SYNs. */
export interface Fields {
  readonly seq?: number;
  readonly ack?: number;
  readonly length?: number;
  readonly payload?: string;
  readonly window?: number;
  readonly ttl?: number;
  /** Milliseconds after the packet before. */
  readonly after?: number;
  /** The number on the wire instead of `seq`. */
  readonly rawSeq?: number;
  readonly port?: number;
}

const ADDRESSES = { client: ipv4(10, 0, 0, 1), server: ipv4(10, 0, 0, 2) };
const INITIAL = { client: 0x7fff_fff0, server: -5 };

/** A capture written down segment by segment: `client('S')`, `server('S.', { ack: 1 })`; `.` is ACK, as in tcpdump. */
export class Talk {
  readonly packets: CapturedPacket[] = [];
  #time = 1000;

  client(flags: string, fields: Fields = {}): this {
    return this.#add('client', flags, fields);
  }

  server(flags: string, fields: Fields = {}): this {
    return this.#add('server', flags, fields);
  }

  /** Three segments. */
  established(port = 40_000): this {
    return this.client('S', { port }).server('S.', { ack: 1, port }).client('.', { seq: 1, ack: 1, port });
  }

  explain(options: Omit<ExplainerOptions, 'onConnection'> = {}): Explanation[] {
    const found: Explanation[] = [];
    const explainer = new Explainer({ ...options, onConnection: (each) => found.push(each) });
    for (const packet of this.packets) explainer.add(packet);
    explainer.end();
    return found.sort((a, b) => a.number - b.number);
  }

  /** The only connection. */
  one(options: Omit<ExplainerOptions, 'onConnection'> = {}): Explanation {
    const [first, ...others] = this.explain(options);
    if (first === undefined || others.length > 0) throw new Error(`${1 + others.length} connections`);
    return first;
  }

  #add(side: Side, flags: string, fields: Fields): this {
    const {
      seq = 0,
      ack = 0,
      payload = '',
      length = payload.length,
      window = 1000,
      ttl = 64,
      after = 1,
    } = fields;
    const other: Side = side === 'client' ? 'server' : 'client';
    const { port = 40_000 } = fields;
    const segment = new Segment();
    segment.sourcePort = side === 'client' ? port : 80;
    segment.destinationPort = side === 'client' ? 80 : port;
    const letters: Record<string, number> = {
      S: Flag.SYN,
      F: Flag.FIN,
      R: Flag.RST,
      P: Flag.PSH,
      '.': Flag.ACK,
    };
    for (const letter of flags) segment.flags |= letters[letter] ?? 0;
    segment.seq = fields.rawSeq ?? (INITIAL[side] + seq) | 0;
    if (flags.includes('.')) segment.ack = (INITIAL[other] + ack) | 0;
    segment.window = window;
    segment.payload = payload === '' ? new Uint8Array(length) : new TextEncoder().encode(payload);
    this.#time += after;
    this.packets.push({
      number: this.packets.length + 1,
      time: this.#time,
      packet: {
        kind: 'tcp',
        source: ADDRESSES[side],
        destination: ADDRESSES[other],
        hopLimit: ttl,
        dscp: 0,
        segment,
      },
      payloadLength: length,
      identification: this.packets.length + 1,
    });
    return this;
  }
}
