import {
  encodePacket,
  Flag,
  icmpError,
  type IcmpPacket,
  Segment,
  seqAdd,
  seqGt,
  type TcpPacket,
} from '@halfclose/codec';
import type { Endpoints } from './endpoints.ts';
import { hear, type HeardPacket, sumOf } from './heard-packet.ts';
import type {
  CallStep,
  IcmpStep,
  PeerPlace,
  Scenario,
  SegmentStep,
  Slot,
  TestedPlace,
  TimestampsPlace,
} from './scenario.ts';
import type { Closing, Side } from './side.ts';

const PEER_ISN = 0x20000000;
const CLOCK = 50_000;
const HOPS = 64;
/** Milliseconds by which a timestamp may be off the one that a script expects. */
const LATE = 60;
/** 254 different bytes, so that a byte tells of its place. */
const PATTERN = 251;

/** What a descriptor tells of itself. */
export interface Seen {
  readonly poll: number;
  readonly info: Readonly<Record<string, number>> | null;
  readonly queues: readonly [number, number, number] | null;
}

/** What a step came to. */
export interface StepRecord {
  /** When it was taken, in milliseconds since the first. */
  readonly at: number;
  /** What a call returned, with a sum of what it read; '' of what is no call. */
  readonly result: string;
  readonly state: string;
  /** Of each open descriptor. */
  readonly seen: ReadonlyMap<Slot, Seen>;
  /** In a segment or an ICMP error of the peer: its numbers on the wire, relative to the two SYNs. */
  readonly numbers: Resolved | null;
}

/** The numbers of a segment of the peer's. */
export interface Resolved {
  readonly seq: number;
  readonly ack: number;
  readonly sack: readonly number[];
  /** The packet whose TSval is echoed, -1: none; and how far off. */
  readonly heardAt: number;
  readonly echo: number;
  /** What the clock of the peer shows. */
  readonly clock: number;
}

/** How a scenario went on one side. */
export interface Recording {
  readonly steps: readonly StepRecord[];
  readonly packets: readonly HeardPacket[];
  /** When a close() that waited returned, in milliseconds since the first step; `null`: none waited, or it still does. */
  readonly closedAt: number | null;
}

/**
 * Plays a scenario against one side, step by step; whoever calls decides when. A second player that is given the
 * recording of a first one sends the very same numbers, so that a difference stays the only one.
 */
export class Player {
  readonly #scenario: Scenario;
  readonly #side: Side;
  readonly #endpoints: Endpoints;
  readonly #like: Recording | null;
  readonly #steps: StepRecord[] = [];
  readonly #packets: HeardPacket[] = [];
  readonly #descriptors = new Map<Slot, number>();
  /** Those whose close() waits. */
  readonly #lingering = new Set<Slot>();
  #closing: Closing | null = null;
  #start: number | null = null;
  #testedIsn: number | null = null;
  /** Relative to the SYN of the system under test: behind all that was heard. */
  #heard = 0;
  #peerNext = 0;
  #written = 0;
  /** Steps that were begun. */
  #begun = 0;

  constructor(scenario: Scenario, side: Side, endpoints: Endpoints, like: Recording | null = null) {
    this.#scenario = scenario;
    this.#side = side;
    this.#endpoints = endpoints;
    this.#like = like;
  }

  /** A frame of the system under test. */
  take(frame: Uint8Array, at: number): void {
    const start = (this.#start ??= at);
    const origins = { tested: this.#testedIsn ?? 0, peer: PEER_ISN };
    let packet = hear(frame, at - start, this.#begun, origins);
    const { segment } = packet;
    if (segment !== null && (segment.flags & Flag.SYN) !== 0 && segment.seq !== this.#testedIsn) {
      this.#testedIsn = segment.seq;
      this.#heard = 0;
      packet = hear(frame, at - start, this.#begun, { tested: segment.seq, peer: PEER_ISN });
    }
    this.#packets.push(packet);
    if (segment === null || (segment.flags & Flag.RST) !== 0) return;
    const end =
      packet.seq + segment.payload.length + bit(segment.flags, Flag.SYN) + bit(segment.flags, Flag.FIN);
    if (seqGt(end, this.#heard)) this.#heard = end;
  }

  /** Takes the next step. */
  step(): void {
    const index = this.#steps.length;
    const step = this.#scenario.steps[index];
    if (step === undefined) return;
    this.#begun++;
    const now = this.#side.now();
    const at = now - (this.#start ??= now);
    const numbers = step.kind === 'segment' || step.kind === 'icmp' ? this.#resolve(step, index, at) : null;
    let result = '';
    if (step.kind === 'call') result = this.#call(step);
    else if (numbers !== null && step.kind === 'segment') this.#sendSegment(step, numbers);
    else if (numbers !== null && step.kind === 'icmp') this.#sendIcmp(step, numbers);
    this.#steps.push({
      at,
      result,
      state: this.#side.state(),
      seen: new Map(Array.from(this.#descriptors, ([slot, descriptor]) => [slot, this.#look(descriptor)])),
      numbers,
    });
  }

  recording(): Recording {
    const closed = this.#closing?.() ?? null;
    return {
      steps: this.#steps,
      packets: this.#packets,
      closedAt: closed === null ? null : closed - (this.#start ?? 0),
    };
  }

  #look(descriptor: number): Seen {
    const poll = this.#side.poll(descriptor);
    const info = this.#side.info(descriptor);
    const listens = info?.['tcpi_state'] === 10;
    return { poll, info: listens ? null : info, queues: listens ? null : this.#side.queues(descriptor) };
  }

  // --- calls

  #call({ slot, call }: CallStep): string {
    const side = this.#side;
    const descriptor = this.#descriptors.get(slot);
    if (call.name === 'socket')
      return descriptor === undefined ? this.#opened(slot, side.socket(), false) : 'open already';
    if (descriptor === undefined) return 'no descriptor';
    switch (call.name) {
      case 'bind':
        return String(side.bind(descriptor));
      case 'connect':
        return String(side.connect(descriptor));
      case 'disconnect':
        return String(side.disconnect(descriptor));
      case 'listen':
        return String(side.listen(descriptor, call.backlog));
      case 'accept': {
        if (this.#descriptors.has(call.into)) return 'open already';
        return this.#opened(call.into, side.accept(descriptor), this.#lingering.has(slot));
      }
      case 'send': {
        const bytes = pattern(this.#written, call.length, 0);
        const sent = side.send(descriptor, bytes, call.flags);
        if (sent > 0) this.#written += sent;
        return String(sent);
      }
      case 'recv': {
        const target = new Uint8Array(call.length);
        const count = side.recv(descriptor, target, call.flags);
        return count > 0 ? `${count} #${sumOf(target.subarray(0, count))}` : String(count);
      }
      case 'shutdown':
        return String(side.shutdown(descriptor, call.how));
      case 'close':
        this.#closing = side.close(descriptor, this.#lingering.has(slot));
        this.#descriptors.delete(slot);
        return '0';
      case 'setsockopt': {
        const onoff = call.onoff ?? 0;
        const result = side.setOption(descriptor, call.option, call.value, onoff);
        if (call.option === 'SO_LINGER' && result === 0)
          this.#setLinger(slot, onoff !== 0 && call.value !== 0);
        return String(result);
      }
      case 'getsockopt':
        return String(side.option(descriptor, call.option));
    }
  }

  /** A descriptor that was made, or an error number. */
  #opened(slot: Slot, descriptor: number, lingers: boolean): string {
    if (descriptor < 0) return String(descriptor);
    this.#descriptors.set(slot, descriptor);
    this.#setLinger(slot, lingers);
    return 'a descriptor';
  }

  #setLinger(slot: Slot, lingers: boolean): void {
    if (lingers) this.#lingering.add(slot);
    else this.#lingering.delete(slot);
  }

  // --- the peer

  #resolve(step: SegmentStep | IcmpStep, index: number, at: number): Resolved {
    const known = this.#like?.steps[index]?.numbers;
    if (known !== undefined && known !== null) return known;
    const clock = CLOCK + Math.floor(at);
    if (step.kind === 'icmp')
      return { seq: 0, ack: this.#placeOfTested(step.quotes), sack: [], heardAt: -1, echo: 0, clock };
    const seq = this.#placeOfPeer(step.seq);
    if (step.seq.from === 'next' && step.seq.offset === 0)
      this.#peerNext = seq + step.length + bit(step.flags, Flag.SYN) + bit(step.flags, Flag.FIN);
    else if ((step.flags & Flag.SYN) !== 0 && step.seq.from === 'isn') this.#peerNext = seq + 1 + step.length;
    return {
      seq,
      ack: this.#placeOfTested(step.ack),
      sack: (step.options.sack ?? []).flat().map((place) => this.#placeOfTested(place)),
      ...this.#echoed(step.options.timestamps),
      clock,
    };
  }

  /** Scripts expect timestamps to the millisecond, and the kernel is a little late. */
  #echoed(timestamps: TimestampsPlace | undefined): { heardAt: number; echo: number } {
    if (timestamps === undefined || timestamps.echo === null) return { heardAt: -1, echo: 0 };
    const { echo, from } = timestamps;
    const has = ({ timestamp }: HeardPacket): boolean => timestamp !== null;
    if (from === 'clock') return { heardAt: this.#packets.findLastIndex(has), echo };
    const first = this.#packets.findIndex(has);
    const wanted = (this.#packets[first]?.timestamp ?? 0) + echo;
    const offOf = (packet: HeardPacket): number =>
      packet.timestamp === null ? Infinity : Math.abs((packet.timestamp - wanted) | 0);
    const least = Math.min(...this.#packets.map(offOf));
    if (least > LATE) return { heardAt: first, echo };
    return { heardAt: this.#packets.findIndex((packet) => offOf(packet) === least), echo: 0 };
  }

  #placeOfPeer({ from, offset }: PeerPlace): number {
    return (from === 'isn' ? 0 : this.#peerNext) + offset;
  }

  #placeOfTested({ from, offset }: TestedPlace): number {
    return (from === 'isn' ? 0 : this.#heard) + offset;
  }

  #sendSegment(step: SegmentStep, numbers: Resolved): void {
    const isn = this.#testedIsn ?? 0;
    const { options } = step;
    const segment = new Segment();
    segment.sourcePort = this.#endpoints.peerPort;
    segment.destinationPort = this.#endpoints.localPort;
    segment.flags = step.flags;
    segment.seq = seqAdd(PEER_ISN, numbers.seq);
    segment.ack = (step.flags & Flag.ACK) === 0 ? 0 : seqAdd(isn, numbers.ack);
    segment.window = step.window;
    segment.urgentPointer = step.urgentPointer;
    segment.payload = pattern(numbers.seq + bit(step.flags, Flag.SYN), step.length, step.text);
    segment.ecn = step.ecn ?? 0;
    segment.maximumSegmentSize = options.mss ?? -1;
    segment.windowScale = options.windowScale ?? -1;
    segment.sackPermitted = options.sackPermitted ?? false;
    if (options.timestamps !== undefined) {
      segment.hasTimestamps = true;
      const { value, from } = options.timestamps;
      segment.timestampValue = (from === 'clock' ? numbers.clock + value : value) | 0;
      const heard = this.#packets[numbers.heardAt]?.timestamp ?? null;
      segment.timestampEcho = heard === null ? 0 : (heard + numbers.echo) | 0;
    }
    if (numbers.sack.length > 0) segment.sackBlocks = numbers.sack.map((edge) => seqAdd(isn, edge));
    this.#side.inject(encodePacket(this.#packetOf(segment)));
  }

  #packetOf(segment: Segment): TcpPacket {
    const { peer, local } = this.#endpoints;
    return { kind: 'tcp', source: peer, destination: local, hopLimit: HOPS, dscp: 0, segment };
  }

  #sendIcmp(step: IcmpStep, numbers: Resolved): void {
    const { peer, local, peerPort, localPort } = this.#endpoints;
    const segment = new Segment();
    segment.sourcePort = localPort;
    segment.destinationPort = peerPort;
    segment.flags = Flag.ACK;
    segment.seq = seqAdd(this.#testedIsn ?? 0, numbers.ack);
    const about: TcpPacket = {
      kind: 'tcp',
      source: local,
      destination: peer,
      hopLimit: HOPS,
      dscp: 0,
      segment,
    };
    const message = icmpError(step.type, step.code, about, step.mtu);
    const packet: IcmpPacket = {
      kind: 'icmp',
      source: peer,
      destination: local,
      hopLimit: HOPS,
      dscp: 0,
      message,
    };
    this.#side.inject(encodePacket(packet));
  }
}

function bit(flags: number, flag: number): number {
  return (flags & flag) === 0 ? 0 : 1;
}

/** Bytes that tell of their place in the stream. */
function pattern(from: number, length: number, text: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (((from + i + text * 7) % PATTERN) + PATTERN) % PATTERN;
  return bytes;
}
