import { Flag, ipv4, Segment, type TcpPacket } from '@halfclose/codec';
import type { TraceEndpoint, TraceEvent } from '@halfclose/trace';

export type HostName = 'client' | 'server';

const ENDS: Readonly<Record<HostName, TraceEndpoint>> = {
  client: { address: ipv4(10, 0, 0, 1), port: 40_000 },
  server: { address: ipv4(10, 0, 0, 2), port: 80 },
};

/** What a segment has; numbers count from the SYNs. */
export interface Fields {
  readonly seq?: number;
  readonly ack?: number;
  readonly length?: number;
  readonly window?: number;
  readonly sack?: readonly number[];
}

/** Events of a connection, written down one by one. */
export class Exchange {
  readonly events: TraceEvent[] = [];

  /** A segment that leaves at `time` and arrives `delay` later; `null`: it is lost. */
  pass(time: number, from: HostName, flags: string, fields: Fields = {}, delay: number | null = 10): this {
    const to = from === 'client' ? 'server' : 'client';
    const packet = packetOf(from, flags, fields);
    const base = { type: 'segment', packet, state: 'ESTABLISHED' } as const;
    this.events.push({ ...base, direction: 'sent', time, host: from });
    if (delay === null)
      this.events.push({ ...base, direction: 'dropped', time, host: 'link', reason: 'loss' });
    else this.events.push({ ...base, direction: 'received', time: time + delay, host: to });
    return this;
  }

  state(time: number, host: HostName, from: string, to: string, why = ''): this {
    const [local, remote] = host === 'client' ? [ENDS.client, ENDS.server] : [ENDS.server, ENDS.client];
    this.events.push({ type: 'state', time, host, local, remote, from, to, why });
    return this;
  }

  call(time: number, host: HostName, call: string): this {
    const [local, remote] = host === 'client' ? [ENDS.client, ENDS.server] : [ENDS.server, ENDS.client];
    this.events.push({ type: 'call', time, host, local, remote, call, result: '0' });
    return this;
  }

  get sorted(): TraceEvent[] {
    return this.events.toSorted((a, b) => a.time - b.time);
  }
}

function packetOf(from: HostName, flags: string, fields: Fields): TcpPacket {
  const { seq = 0, ack = 0, length = 0, window = 65_000, sack } = fields;
  const [own, peer] = from === 'client' ? [ENDS.client, ENDS.server] : [ENDS.server, ENDS.client];
  const segment = new Segment();
  segment.sourcePort = own.port;
  segment.destinationPort = peer.port;
  const letters: Record<string, number> = {
    S: Flag.SYN,
    F: Flag.FIN,
    R: Flag.RST,
    P: Flag.PSH,
    '.': Flag.ACK,
  };
  for (const letter of flags) segment.flags |= letters[letter] ?? 0;
  segment.seq = (seq + 1000) | 0;
  if (flags.includes('.')) segment.ack = (ack + 1000) | 0;
  segment.window = window;
  segment.payload = new Uint8Array(length);
  if (sack !== undefined) segment.sackBlocks = sack.map((edge) => edge + 1000);
  return { kind: 'tcp', source: own.address, destination: peer.address, hopLimit: 64, dscp: 0, segment };
}

/** A connection that is opened, used, loses a segment, and is closed. */
export function conversation(): Exchange {
  return new Exchange()
    .state(0, 'client', 'CLOSED', 'SYN-SENT', 'connect()')
    .pass(0, 'client', 'S')
    .state(10, 'server', 'CLOSED', 'SYN-RECEIVED', 'SYN received')
    .pass(10, 'server', 'S.', { ack: 1 })
    .state(20, 'client', 'SYN-SENT', 'ESTABLISHED', 'SYN+ACK received')
    .pass(20, 'client', '.', { seq: 1, ack: 1 })
    .state(30, 'server', 'SYN-RECEIVED', 'ESTABLISHED', 'ACK received')
    .pass(40, 'client', 'P.', { seq: 1, ack: 1, length: 1000 }, null)
    .pass(41, 'client', 'P.', { seq: 1001, ack: 1, length: 1000 })
    .pass(51, 'server', '.', { seq: 1, ack: 1, sack: [1001, 2001] })
    .pass(240, 'client', 'P.', { seq: 1, ack: 1, length: 1000 })
    .pass(250, 'server', '.', { seq: 1, ack: 2001 })
    .call(300, 'client', 'close')
    .pass(300, 'client', 'F.', { seq: 2001, ack: 1 })
    .state(300, 'client', 'ESTABLISHED', 'FIN-WAIT-1', 'close()');
}
