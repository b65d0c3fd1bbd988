import { type IpAddress, ipv4, parseIpAddress, type Segment, seqDiff } from '@halfclose/codec';
import { patience } from '@halfclose/test-support';
import { expect } from 'vitest';
import {
  BlockPool,
  Connection,
  defaultSettings,
  expectMore,
  type ConnectionState,
  linux,
  markUrgent,
  type Profile,
  profile,
} from '../src/index.ts';
import { assertInvariants } from './invariants.ts';
import { formatSegment, octetAt, type Origin, parseSegment, textAt } from './segment-text.ts';
import { pathOf } from './path/path-of.ts';

/** Both ISNs lie shortly before a wrap, of 2^31 and of 2^32, so that every test meets them. */
const ISS = 0x7fff_fff0;
const IRS = -8;

export interface WireOptions {
  /** What differs from a Linux without options: most traces are easier to read so. */
  readonly profile?: Partial<Profile>;
  /** What the peer's SYN says. */
  readonly peer?: string;
  readonly mtu?: number;
  readonly segmentOctets?: number;
  /** The path takes text by reference, as loopback does; memory for it comes from this pool. */
  readonly byReference?: BlockPool;
  readonly ipv6?: boolean;
  /** Milliseconds that the handshake takes in `established()`; 100 by default. */
  readonly roundTrip?: number;
  /** Octets of SO_RCVBUF, as the kernel counts them: twice the window. */
  readonly receiveBuffer?: number;
}

/**
 * One connection and the wire to its peer, in virtual time. {@link send} brings a segment of the peer,
 * {@link expect} says what the connection has sent. Numbers are relative to the ISNs: ours in what it sends, the
 * peer's in what is sent to it. Invariants are asserted after every step.
 *
 * The constructors `synSent()`, `established()` ... hand out a connection in that state, with nothing left to expect.
 * A round trip takes 100 ms there, so that the RTO is 300 ms; MSS is 1000.
 */
export class Wire {
  readonly connection: Connection;
  now = 1000;
  /** Bits of all events so far. */
  events = 0;
  readonly #sent: Segment[] = [];
  readonly #peer: string;
  #written = 1;
  #read = 1;

  constructor(options: WireOptions = {}) {
    const bare: Partial<Profile> = {
      // Its numbers are those of RFC 5681, which the tests speak of.
      congestionControl: 'reno',
      timestamps: false,
      windowScaling: false,
      sack: false,
    };
    const [localAddress, remoteAddress] = options.ipv6 ? IPV6 : IPV4;
    this.#peer = options.peer ?? 'win 65535 <mss 1000>';
    this.connection = new Connection({
      localAddress,
      localPort: 1000,
      remoteAddress,
      remotePort: 80,
      profile: profile({ ...bare, ...options.profile }, linux),
      path: pathOf(options.mtu ?? 1040, {
        segmentOctets: options.segmentOctets ?? 0,
        byReference: options.byReference !== undefined,
      }),
      initialSequenceNumber: ISS,
      timestampOffset: 0,
      pool: options.byReference ?? new BlockPool(),
      settings: defaultSettings(profile({ ...bare, ...options.profile }, linux)),
    });
    if (options.receiveBuffer !== undefined) this.connection.receiver.window.fix(options.receiveBuffer);
  }

  /** What the path lets through becomes this. */
  pathMtu(mtu: number): this {
    this.connection.changePath({ ...this.connection.path, mtu });
    return this.pull();
  }

  // --- one constructor per state

  static synSent(options?: WireOptions): Wire {
    const wire = new Wire(options);
    wire.connection.connect(wire.now);
    return wire.drain();
  }

  /** By a listener's connection. */
  static synReceived(options?: WireOptions): Wire {
    const wire = new Wire(options);
    wire.connection.accept(wire.peerSegment(`S 0:0(0) ${wire.#peer}`), wire.now);
    return wire.drain();
  }

  /** By two SYNs that crossed. */
  static simultaneousOpen(options?: WireOptions): Wire {
    const wire = Wire.synSent(options);
    wire.send(`S 0:0(0) ${wire.#peer}`);
    return wire.drain();
  }

  /** By an active open. */
  static established(options?: WireOptions): Wire {
    const wire = Wire.synSent(options);
    wire.advance(options?.roundTrip ?? 100).send(`S. 0:0(0) ack 1 ${wire.#peer}`);
    return wire.drain();
  }

  /** By shutdown(): whoever opened still reads. */
  static finWait1(options?: WireOptions): Wire {
    return Wire.established(options).shutdown().drain();
  }

  static finWait2(options?: WireOptions): Wire {
    return Wire.finWait1(options).send('. 1:1(0) ack 2').drain();
  }

  static closeWait(options?: WireOptions): Wire {
    return Wire.established(options).send('F. 1:1(0) ack 1').advance(200).drain();
  }

  static closing(options?: WireOptions): Wire {
    return Wire.finWait1(options).send('F. 1:1(0) ack 1').drain();
  }

  static lastAck(options?: WireOptions): Wire {
    return Wire.closeWait(options).shutdown().drain();
  }

  static timeWait(options?: WireOptions): Wire {
    return Wire.finWait2(options).send('F. 1:1(0) ack 2').drain();
  }

  /** A connection of the given state, fresh from its constructor. */
  static in(state: ConnectionState, options?: WireOptions): Wire {
    switch (state) {
      case 'CLOSED':
        return new Wire(options);
      case 'LISTEN':
        throw new Error('LISTEN is held by listeners');
      case 'SYN-SENT':
        return Wire.synSent(options);
      case 'SYN-RECEIVED':
        return Wire.synReceived(options);
      case 'ESTABLISHED':
        return Wire.established(options);
      case 'FIN-WAIT-1':
        return Wire.finWait1(options);
      case 'FIN-WAIT-2':
        return Wire.finWait2(options);
      case 'CLOSE-WAIT':
        return Wire.closeWait(options);
      case 'CLOSING':
        return Wire.closing(options);
      case 'LAST-ACK':
        return Wire.lastAck(options);
      case 'TIME-WAIT':
        return Wire.timeWait(options);
    }
  }

  // --- the peer's side

  /** The peer sends this now. */
  send(line: string): this {
    this.connection.receive(this.peerSegment(line), this.now);
    return this.#pull();
  }

  /** A segment of the peer, for tests that bring it in their own way. */
  peerSegment(line: string): Segment {
    const segment = parseSegment(line, { own: IRS, other: ISS });
    segment.sourcePort = this.connection.remotePort;
    segment.destinationPort = this.connection.localPort;
    return segment;
  }

  /** The connection has sent this next. What `line` does not mention is not compared. */
  expect(line: string): this {
    const segment = this.#sent.shift();
    if (segment === undefined) throw new Error(`nothing was sent, but expected: ${line}`);
    expect(formatSegment(segment, this.#outward, line)).toBe(line);
    const at = seqDiff(segment.seq, ISS);
    const wrong = segment.payload.findIndex((octet, i) => octet !== octetAt(at + i));
    expect(wrong, 'the text that was sent is what was written there').toBe(-1);
    return this;
  }

  /** The connection has sent nothing more. */
  expectNothing(): this {
    expect(this.#sent.map((segment) => formatSegment(segment, this.#outward, ''))).toEqual([]);
    return this;
  }

  /** Forgets what was sent so far. */
  drain(): this {
    this.#pull();
    this.#sent.length = 0;
    return this;
  }

  /** What was sent and not expected yet. */
  get sent(): readonly Segment[] {
    return this.#sent;
  }

  // --- time

  /** Lets `ms` pass, with the connection's deadlines on the way. */
  advance(ms: number): this {
    const end = this.now + ms;
    const turn = patience('a timer strikes without end');
    for (; this.connection.deadline <= end; turn()) {
      this.now = Math.max(this.now, this.connection.deadline);
      this.connection.tick(this.now);
      this.#pull();
    }
    this.now = end;
    return this;
  }

  // --- the owner's side

  /** Writes text; all of it must fit. `urgent`: up to its last octet. */
  write(octets: number, how?: 'urgent' | 'more'): this {
    expect(this.connection.send(textAt(this.#written, octets)), 'octets taken').toBe(octets);
    if (how === 'urgent') markUrgent(this.connection);
    if (how === 'more') expectMore(this.connection);
    this.#written += octets;
    return this.#pull();
  }

  /** Reads what is there, at most `max` octets, and checks it. Returns how much it was. */
  read(max = Infinity): number {
    const text = this.connection.read(max, this.now);
    const wrong = text.findIndex((octet, i) => octet !== octetAt(this.#read + i));
    expect(wrong, 'the text that was read is what the peer sent there').toBe(-1);
    this.#read += text.length;
    this.#pull();
    return text.length;
  }

  shutdown(): this {
    this.connection.shutdownSend(this.now);
    return this.#pull();
  }

  /** close() by the last holder, who lets go at once. */
  close(lingerZero = false): this {
    this.connection.close(lingerZero, this.now);
    this.connection.disown(this.now);
    return this.#pull();
  }

  abort(): this {
    this.connection.abort('abort', this.now);
    return this.#pull();
  }

  expectState(state: ConnectionState): this {
    expect(this.connection.state).toBe(state);
    return this;
  }

  /** After a change from outside: lets the connection send, and asserts invariants. */
  pull(): this {
    return this.#pull();
  }

  #pull(): this {
    const { connection } = this;
    for (let s = connection.nextSegment(this.now); s !== null; s = connection.nextSegment(this.now)) {
      this.#sent.push(s);
      if (this.#sent.length > 10_000) throw new Error('the connection sends without end');
    }
    this.events |= connection.takeEvents();
    assertInvariants(connection);
    return this;
  }

  get #outward(): Origin {
    return { own: ISS, other: IRS };
  }
}

const IPV4: readonly [IpAddress, IpAddress] = [ipv4(10, 0, 0, 1), ipv4(10, 0, 0, 2)];
const IPV6: readonly [IpAddress, IpAddress] = [parsed('fd00::1'), parsed('fd00::2')];

function parsed(text: string): IpAddress {
  const address = parseIpAddress(text);
  if (address === null) throw new Error(`not an address: ${text}`);
  return address;
}
