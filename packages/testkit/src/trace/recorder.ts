import type { Packet } from '@halfclose/codec';
import type { StackEvent } from '@halfclose/stack';
import { Trace, TraceDigest, type TraceEvent } from '@halfclose/trace';
import type { LabClock } from '../time/lab-clock.ts';

/** As many events are kept of a run. */
const MOST_EVENTS = 50_000;

/** Keeps what happens in a lab: what hosts report, what links drop, and what the test does. */
export class Recorder {
  readonly trace = new Trace({ limit: MOST_EVENTS });
  readonly #clock: LabClock;
  readonly #digest = new TraceDigest();
  #isOver = false;

  constructor(clock: LabClock) {
    this.#clock = clock;
  }

  /** Told by hosts. */
  readonly observe = (event: StackEvent): void => {
    this.#record(event);
  };

  /** A packet was lost on its way. */
  dropped(packet: Packet, reason: string, host: string): void {
    const time = this.#clock.now();
    this.#record({ type: 'segment', direction: 'dropped', time, host, packet, state: null, reason });
  }

  /** The test did something to `host`. */
  note(host: string, text: string): void {
    this.#record({ type: 'note', time: this.#clock.now(), host, text });
  }

  /** The same for runs in which the same happened. */
  get digest(): string {
    return this.#digest.value;
  }

  /** What happens from now on is not of the test. */
  finish(): void {
    this.#isOver = true;
  }

  #record(event: TraceEvent): void {
    if (this.#isOver) return;
    this.trace.record(event);
    this.#digest.add(event);
  }
}
