import { Flag, Segment, segmentLength, seqAdd, seqDiff, seqGt } from '@halfclose/codec';
import { formatSegment } from '../segment-text.ts';
import { type Action, type EndName, opposite, partsOf } from './action.ts';
import type { Bounds } from './bounds.ts';
import { End, type Mutation } from './end.ts';
import { Flight } from './flight.ts';
import { patience } from '@halfclose/test-support';

/** More segments than any step calls for: beyond, an end answers itself for ever. */
const TOO_MANY = 50;
/** Milliseconds: timers this long are told apart from the MSL by nothing; no segment lives to see them. */
const OUTLIVES_SEGMENTS = 30_000;

/** Two ends and the network between them, at one moment. It begins with both in ESTABLISHED and nothing on its way. */
export class World {
  readonly a: End;
  readonly b: End;
  /** What each end has sent and the other has not got. */
  readonly sentBy: Readonly<Record<EndName, Flight>> = { a: new Flight(), b: new Flight() };
  now = 1000;
  drops = 0;
  duplicates = 0;
  overtakings = 0;
  earlyTimers = 0;
  forgedResets = 0;
  /** The next steps draw on no budget: the network has become fair. */
  fair = false;
  readonly bounds: Bounds;
  readonly #trace: string[] | null;

  /** `mutation` breaks both ends. `trace` takes a line for each segment and step. */
  constructor(bounds: Bounds, mutation: Mutation | null = null, trace: string[] | null = null) {
    this.bounds = bounds;
    this.a = new End('a', bounds, bounds.writes[0], mutation);
    this.b = new End('b', bounds, bounds.writes[1], mutation);
    this.#trace = trace;
    this.#shakeHands();
    // The handshake is the same for all.
    if (trace !== null) trace.length = 0;
  }

  get ends(): readonly [End, End] {
    return [this.a, this.b];
  }

  end(name: EndName): End {
    return name === 'a' ? this.a : this.b;
  }

  get inFlight(): number {
    return this.sentBy.a.length + this.sentBy.b.length;
  }

  /** Takes one step, and lets both ends send what they have to say. Throws what the code under test throws. */
  take(action: Action): void {
    const { end: name, verb } = partsOf(action);
    const end = this.end(name);
    this.#noteAction(action, name, verb);
    switch (verb) {
      case 'deliver':
        this.#arrive(this.sentBy[name].take(0), opposite(name));
        break;
      case 'overtake':
        this.overtakings++;
        this.#arrive(this.sentBy[name].take(1), opposite(name));
        break;
      case 'drop':
        this.drops++;
        this.sentBy[name].take(0);
        break;
      case 'duplicate':
        this.duplicates++;
        this.sentBy[name].duplicate();
        break;
      case 'timer':
        this.#strike(end);
        break;
      case 'forge RST':
        this.forgedResets++;
        this.#arrive(forgedReset(end, 0), name);
        break;
      case 'forge inexact RST':
        this.forgedResets++;
        this.#arrive(forgedReset(end, 1), name);
        break;
      case 'abort': {
        end.forced = true;
        const reset = end.abort(this.now);
        if (reset !== null) this.#put(reset, name);
        break;
      }
      default:
        act(end, verb, this.now);
    }
    this.#flush();
  }

  /** Whether a timer of `end` would strike before all others, and while nothing is on its way that it outlives. */
  timerIsNext(end: End): boolean {
    const { deadline } = end;
    if (deadline === Infinity || deadline > Math.min(this.a.deadline, this.b.deadline)) return false;
    return this.inFlight === 0 || deadline - this.now < OUTLIVES_SEGMENTS;
  }

  #strike(end: End): void {
    if (this.inFlight > 0 && !this.fair) this.earlyTimers++;
    this.now = Math.max(this.now, end.deadline);
    const struck = end.strike(this.now);
    this.#note(`   ${end.name}: ${struck} timer, ${this.now - 1000} ms`);
  }

  #arrive(segment: Segment, to: EndName): void {
    const end = this.end(to);
    noteAhead(end, segment);
    const reply = end.arrive(segment, this.now);
    if (reply !== null) this.#put(reply, to);
  }

  #flush(): void {
    for (const end of this.ends) {
      let sent = 0;
      const { connection } = end;
      for (let s = connection.nextSegment(this.now); s !== null; s = connection.nextSegment(this.now)) {
        this.#put(s, end.name);
        if (++sent > TOO_MANY) throw new Error(`${end.name} goes on sending`);
      }
      end.settle(this.now);
    }
    this.#note(`   a ${this.a.connection.state}, b ${this.b.connection.state}`);
  }

  #put(segment: Segment, from: EndName): void {
    this.sentBy[from].put(segment);
    if (this.#trace !== null) this.#note(`   ${from} > ${opposite(from)}  ${this.#format(segment, from)}`);
  }

  #format(segment: Segment, from: EndName): string {
    const own = this.end(from).connection.sender.iss;
    const other = this.end(opposite(from)).connection.sender.iss;
    return formatSegment(segment, { own, other }, '');
  }

  #noteAction(action: Action, name: EndName, verb: string): void {
    if (this.#trace === null) return;
    const { segments } = this.sentBy[name];
    const segment = verb === 'overtake' ? segments[1] : segments[0];
    const isOfNetwork = ['deliver', 'drop', 'duplicate', 'overtake'].includes(verb);
    const detail = isOfNetwork && segment !== undefined ? `: ${this.#format(segment, name)}` : '';
    this.#note(`-- ${action}${detail}`);
  }

  #note(line: string): void {
    this.#trace?.push(line);
  }

  #shakeHands(): void {
    const { a, b } = this;
    a.connection.connect(this.now);
    const syn = a.connection.nextSegment(this.now);
    if (syn === null || (syn.flags & Flag.SYN) === 0) throw new Error('no SYN');
    b.connection.accept(syn, this.now);
    this.#flush();
    for (const turn = patience('segments are on their way'); this.inFlight > 0; turn()) {
      const from = this.sentBy.a.length > 0 ? 'a' : 'b';
      this.#arrive(this.sentBy[from].take(0), opposite(from));
      this.#flush();
    }
  }
}

/** A RST from somebody who guessed the numbers, `beyond` octets off. */
function forgedReset(end: End, beyond: number): Segment {
  const segment = new Segment();
  segment.flags = Flag.RST;
  segment.seq = seqAdd(end.rcvNxt, beyond);
  return segment;
}

/** Keeps what lies beyond RCV.NXT, which a connection does not show: it is part of the state's value. */
function noteAhead(end: End, segment: Segment): void {
  const { rcvNxt, irs } = end.connection.receiver;
  if (segmentLength(segment) === 0 || !seqGt(segment.seq, rcvNxt)) return;
  end.ahead.add(`${seqDiff(segment.seq, irs)}+${segment.payload.length}.${segment.flags & Flag.FIN}`);
}

/** What the program does. */
function act(end: End, verb: string, now: number): void {
  const { connection } = end;
  switch (verb) {
    case 'send 1':
    case 'send 2': {
      const octets = Uint8Array.from({ length: verb === 'send 1' ? 1 : 2 }, (_, i) =>
        end.octetAt(end.written + i),
      );
      end.writesLeft--;
      end.written += connection.send(octets);
      return;
    }
    case 'read':
      readAll(end, now);
      return;
    case 'shutdown RD':
      end.readingShut = true;
      connection.shutdownReceive(now);
      return;
    case 'shutdown WR':
      connection.shutdownSend(now);
      return;
    case 'close':
    case 'close linger 0':
    case 'close linger t':
      if (verb === 'close linger 0' && !end.ended) end.forced = true;
      end.unreadAtClose = connection.readable;
      end.closedLate = end.ended;
      connection.close(verb === 'close linger 0', now);
      if (verb !== 'close linger t') connection.disown(now);
      return;
    case 'linger over':
      connection.disown(now);
      return;
    default:
      throw new Error(`no such action: ${verb}`);
  }
}

/** Reads everything there is, and compares it with what the peer's program writes. */
function readAll(end: End, now: number): void {
  const { connection } = end;
  const turn = patience('there is text to read');
  for (let text = connection.read(16, now); text.length > 0; text = connection.read(16, now)) {
    turn();
    for (const octet of text) {
      const expected = (end.name === 'a' ? 0x61 : 0x41) + end.read;
      if (octet !== expected) end.misread ??= `octet ${end.read} is ${octet}, not ${expected}`;
      end.read++;
    }
  }
}
