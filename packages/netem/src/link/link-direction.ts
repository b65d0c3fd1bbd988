import { packetLength, type Packet } from '@halfclose/codec';
import { checkFunction, checkOptions } from '@halfclose/codec/arguments';
import { Timer, type Milliseconds, type TimerService } from '@halfclose/timers';
import { Bottleneck } from './bottleneck.ts';
import type { Crossing } from './crossing.ts';
import { markCongestion } from './ecn-mark.ts';
import { flipBits } from './flip-bits.ts';
import { checkImpairments, IMPAIRMENTS } from './check-impairments.ts';
import { checkVerdict } from '../rules/check-verdict.ts';
import { NO_IMPAIRMENTS, type Impairments } from './impairments.ts';
import { LinkCounters } from './link-counters.ts';
import type { LinkEvent } from './link-event.ts';
import { LossModel } from './loss-model.ts';
import { Random } from '../random.ts';
import { answeringReset, forwardedReset } from './resets.ts';
import type { DirectionName, Rule, Verdict } from '../rules/rule.ts';
import { splitSegment } from './split-segment.ts';
import { isSyn, NOWHERE, StreamOffsets } from './stream-offsets.ts';

/** What a {@link LinkDirection} is made of. */
export interface LinkDirectionOptions {
  readonly link: string;
  readonly name: DirectionName;
  readonly mtu: number;
  readonly seed: number;
  readonly observe: ((event: LinkEvent) => void) | null;
}

/**
 * One direction of a link. A packet meets, in this order: rules, outages, the queue and the transmitter, loss,
 * duplication, corruption, the delay with jitter and reordering, and outages once more when it arrives.
 *
 * Each kind of chance has a random sequence of its own, so that switching one on does not change the others.
 */
export class LinkDirection {
  /** Which way it is. */
  readonly name: DirectionName;
  /** What happened to packets so far. */
  readonly counters = new LinkCounters();
  readonly #timers: TimerService;
  readonly #link: string;
  readonly #mtu: number;
  readonly #observe: ((event: LinkEvent) => void) | null;
  readonly #bottleneck: Bottleneck;
  readonly #streams = new StreamOffsets();
  readonly #lossModel: LossModel;
  readonly #duplication: Random;
  readonly #corruption: Random;
  readonly #jitter: Random;
  readonly #reordering: Random;
  #impairments: Impairments = NO_IMPAIRMENTS;
  #receive: ((packet: Packet) => void) | null = null;
  #first: Rule | null = null;
  /** The other way. */
  #opposite: LinkDirection | null = null;
  /** When the last packet that keeps its place arrives. */
  #lastArrival: Milliseconds = -Infinity;
  #highestDelivered = 0;

  constructor(timers: TimerService, { link, name, mtu, seed, observe }: LinkDirectionOptions) {
    this.name = name;
    this.#timers = timers;
    this.#link = link;
    this.#mtu = mtu;
    this.#observe = observe;
    const stream = (index: number): Random => new Random(seed, index * 2 + (name === 'aToB' ? 0 : 1));
    this.#lossModel = new LossModel(stream(1));
    this.#duplication = stream(2);
    this.#corruption = stream(3);
    this.#jitter = stream(4);
    this.#reordering = stream(5);
    this.#bottleneck = new Bottleneck(timers, {
      depart: (crossing, at) => this.#cross(crossing, at),
      drop: (crossing, reason) => this.#drop(crossing, reason),
      mark: (crossing) => this.#mark(crossing),
    });
  }

  /** What happens to packets now. */
  get impairments(): Impairments {
    return this.#impairments;
  }

  /**
   * Changes what happens to packets from now on; what is not named stays. Packets on their way keep their times.
   *
   * @throws TypeError or RangeError that names a field which is unknown, or has an impossible value; nothing changes then
   */
  set(changes: Partial<Impairments>): void {
    checkOptions('changes', changes, IMPAIRMENTS);
    const impairments = checkImpairments({ ...this.#impairments, ...changes });
    this.#impairments = impairments;
    this.#bottleneck.set(impairments.rate, impairments.queue);
  }

  /** Asks `rule` before the rules of {@link Impairments}; `null`: none. */
  askFirst(rule: Rule | null): void {
    this.#first = rule;
  }

  /** Says which direction leads back. */
  join(opposite: LinkDirection): void {
    this.#opposite = opposite;
  }

  /** Sends a packet that nobody sent: no rule is asked, and chance does not touch it. */
  inject(packet: Packet): void {
    this.#enter(packet, 'deliver');
  }

  /** Says who receives. */
  attach(receive: (packet: Packet) => void): void {
    checkFunction('receive', receive);
    if (this.#receive !== null)
      throw new Error(`${this.#link}: the receiving end of ${this.name} is attached already`);
    this.#receive = receive;
  }

  /** Takes a packet to send; a TCP segment that is larger than its `gsoSize` or the MTU is split if `isSplit`. */
  transmit(packet: Packet, isSplit: boolean): void {
    if (isSplit && packet.kind === 'tcp') {
      for (const part of splitSegment(packet, this.#mtu)) this.#enter(part);
    } else {
      this.#enter(packet);
    }
  }

  #enter(packet: Packet, decided?: Verdict): void {
    const now = this.#timers.now();
    const octets = packetLength(packet);
    const counters = this.counters;
    const ordinal = counters.sent + 1;
    const verdict = decided ?? this.#judge(packet, now, ordinal);
    counters.sent = ordinal;
    counters.sentOctets += octets;
    counters.inFlight++;
    const fault = typeof verdict === 'string' ? {} : verdict;
    const crossing: Crossing = {
      packet,
      octets,
      sentAt: now,
      ordinal,
      extraDelay: fault.delay ?? 0,
      copies: fault.duplicate ?? 0,
      flippedBits: fault.corrupt ?? 0,
      isSpared: verdict === 'deliver',
      isCopy: false,
    };
    this.#tell('sent', crossing);
    if (octets > this.#mtu) this.#drop(crossing, 'too-big');
    else if (fault.drop !== undefined) this.#drop(crossing, fault.drop);
    else if (fault.reset === true) this.#reset(crossing);
    else if (this.#isPartitioned(now)) this.#drop(crossing, 'partition');
    else this.#bottleneck.offer(crossing, now);
  }

  /** Loses the packet, and has both ends told that their connection is over. */
  #reset(crossing: Crossing): void {
    const { packet } = crossing;
    this.#drop(crossing, 'reset');
    if (packet.kind !== 'tcp') return;
    const onwards = forwardedReset(packet);
    const back = answeringReset(packet);
    if (onwards !== null) this.inject(onwards);
    if (back !== null) this.#opposite?.inject(back);
  }

  #judge(packet: Packet, now: Milliseconds, ordinal: number): Verdict {
    const { rules } = this.#impairments;
    // Where a stream begins is noted even while nobody asks: rules may come later.
    const isAsked = rules.length > 0 || this.#first !== null;
    const place = packet.kind === 'tcp' && (isAsked || isSyn(packet)) ? this.#streams.see(packet) : NOWHERE;
    if (!isAsked) return 'pass';
    const context = { now, direction: this.name, ordinal, ...place };
    const verdictOfFirst = this.#first?.(packet, context) ?? 'pass';
    if (verdictOfFirst !== 'pass') return verdictOfFirst;
    for (const [i, rule] of rules.entries()) {
      const verdict = rule(packet, context);
      if (verdict === 'pass') continue;
      checkVerdict(`rules[${i}]`, verdict);
      return verdict;
    }
    return 'pass';
  }

  #isPartitioned(now: Milliseconds): boolean {
    const { partition } = this.#impairments;
    if (typeof partition === 'boolean') return partition;
    return partition.some(({ from, until }) => now >= from && now < until);
  }

  /** The transmitter is done with the packet at `at`. */
  #cross(crossing: Crossing, at: Milliseconds): void {
    const { loss, duplicate } = this.#impairments;
    const { isSpared } = crossing;
    if (!isSpared && this.#lossModel.loses(loss)) {
      this.#drop(crossing, 'loss');
      return;
    }
    const copies = crossing.copies + (!isSpared && this.#duplication.chance(duplicate) ? 1 : 0);
    this.#propagate(crossing, at);
    for (let i = 0; i < copies; i++) {
      const copy = { ...crossing, isCopy: true };
      this.counters.duplicated++;
      this.counters.inFlight++;
      this.#tell('duplicated', copy);
      this.#propagate(copy, at);
    }
  }

  #propagate(crossing: Crossing, at: Milliseconds): void {
    const { corrupt, delay, jitter, reorder } = this.#impairments;
    const { isSpared } = crossing;
    const { probability, bits = 1 } = typeof corrupt === 'number' ? { probability: corrupt } : corrupt;
    const byChance = !isSpared && this.#corruption.chance(probability) ? bits : 0;
    const flipped = crossing.flippedBits + byChance;
    if (flipped > 0 && !this.#corrupt(crossing, flipped)) return;

    const isDelayed = !isSpared && this.#reordering.chance(reorder.probability);
    const extra = crossing.extraDelay + (isDelayed ? reorder.delay : 0);
    const mayOvertake = typeof jitter !== 'number' && jitter.reorders === true;
    let arrival = at + Math.max(0, delay + this.#variation()) + extra;
    if (extra === 0 && !mayOvertake) {
      arrival = Math.max(arrival, this.#lastArrival);
      this.#lastArrival = arrival;
    }
    this.#timers.arm(new Timer((now) => this.#arrive(crossing, now)), arrival);
  }

  #variation(): Milliseconds {
    const { jitter } = this.#impairments;
    const { spread, distribution = 'uniform' } = typeof jitter === 'number' ? { spread: jitter } : jitter;
    if (spread === 0) return 0;
    switch (distribution) {
      case 'uniform':
        return spread * (2 * this.#jitter.uniform() - 1);
      case 'normal':
        return spread * this.#jitter.normal();
      case 'pareto':
        return spread * this.#jitter.pareto();
    }
  }

  /** Flips bits; false if the packet is lost by that. */
  #corrupt(crossing: Crossing, bits: number): boolean {
    this.counters.corrupted++;
    this.#tell('corrupted', crossing);
    const result = flipBits(crossing.packet, bits, this.#corruption);
    if (typeof result === 'string') {
      this.#drop(crossing, result);
      return false;
    }
    crossing.packet = result;
    return true;
  }

  #mark(crossing: Crossing): boolean {
    const marked = markCongestion(crossing.packet);
    if (marked === null) return false;
    crossing.packet = marked;
    this.counters.marked++;
    this.#tell('marked', crossing);
    return true;
  }

  #arrive(crossing: Crossing, now: Milliseconds): void {
    const receive = this.#receive;
    if (receive === null || this.#isPartitioned(now)) {
      this.#drop(crossing, receive === null ? 'unattached' : 'partition');
      return;
    }
    const counters = this.counters;
    counters.inFlight--;
    counters.delivered++;
    counters.deliveredOctets += crossing.octets;
    if (crossing.ordinal > this.#highestDelivered) this.#highestDelivered = crossing.ordinal;
    else if (!crossing.isCopy) counters.reordered++;
    this.#tell('delivered', crossing);
    receive(crossing.packet);
  }

  #drop(crossing: Crossing, reason: string): void {
    const counters = this.counters;
    counters.inFlight--;
    counters.droppedTotal++;
    counters.dropped[reason] = (counters.dropped[reason] ?? 0) + 1;
    this.#tell('dropped', crossing, reason);
  }

  #tell(kind: LinkEvent['kind'], { packet, sentAt }: Crossing, reason = ''): void {
    const now = this.#timers.now();
    this.#observe?.({ kind, now, link: this.#link, direction: this.name, packet, sentAt, reason });
  }
}
