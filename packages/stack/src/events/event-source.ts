import type { Packet } from '@halfclose/codec';
import type { ConnectionState, FourTuple } from '@halfclose/tcp';
import type { ConnectionOwner, HostedConnection } from '../connections/hosted-connection.ts';
import type { EventEndpoint, StackEvent, StackObserver, StackSubscriber } from './stack-event.ts';

/**
 * Tells a host's observer what happens. Callers check {@link EventSource.active} first where it costs to ask.
 *
 * Times never go back: a turn of the run loop reads the clock once, and what programs call within the turn reads it
 * again, so what the turn does next would seem to come before that call.
 */
export class EventSource {
  readonly #host: string;
  #observer: StackObserver | null = null;
  #others: readonly StackObserver[] = [];
  #subscriber: StackSubscriber | null = null;
  #latest = -Infinity;
  /** Whether there is anybody to tell, as of the last {@link look}. */
  active = false;

  constructor(host: string) {
    this.#host = host;
  }

  set observer(observer: StackObserver | null) {
    this.#observer = observer;
    this.look();
  }

  /** Beside the one observer; returns what takes it away again. */
  add(observer: StackObserver): () => void {
    // One that is there twice is told twice.
    const added: StackObserver = (event) => {
      observer(event);
    };
    this.#others = [...this.#others, added];
    this.look();
    return () => {
      this.#others = this.#others.filter((other) => other !== added);
      this.look();
    };
  }

  set subscriber(subscriber: StackSubscriber) {
    this.#subscriber = subscriber;
    this.look();
  }

  /**
   * Asks whether there is anybody to tell. To be called where the stack begins to work after a program may have subscribed:
   * asking costs more than looking at a field, which is done several times for a segment.
   */
  look(): void {
    this.active = this.#observer !== null || this.#others.length > 0 || this.#subscriber?.active === true;
  }

  emit(event: StackEvent, owner: ConnectionOwner | null = null): void {
    const time = this.#timeOf(event.time);
    const told = time === event.time ? event : { ...event, time };
    this.#observer?.(told);
    for (const other of this.#others) other(told);
    const subscriber = this.#subscriber;
    if (subscriber?.active === true) subscriber.tell(told, owner);
  }

  segment(
    direction: 'sent' | 'received' | 'dropped',
    packet: Packet,
    state: ConnectionState | null,
    now: number,
    reason?: string,
  ): void {
    const event = { type: 'segment', time: now, host: this.#host, direction, packet, state } as const;
    this.emit(reason === undefined ? event : { ...event, reason });
  }

  timer(tuple: FourTuple, timer: string, now: number): void {
    this.emit({ type: 'timer', time: now, host: this.#host, ...endpointsOf(tuple), timer });
  }

  /** Tells of the state changes that have not been told of yet. */
  states(hosted: HostedConnection): void {
    const { history } = hosted.connection;
    const told = hosted.statesTold;
    if (told === history.length) return;
    hosted.statesTold = history.length;
    for (const change of history.slice(told)) {
      this.emit({ type: 'state', host: this.#host, ...endpointsOf(hosted), ...change }, hosted.owner);
    }
  }

  /** Tells that what is left of a connection changed its state. */
  recordChanged(
    tuple: FourTuple,
    from: ConnectionState,
    to: ConnectionState,
    why: string,
    now: number,
  ): void {
    this.look();
    if (!this.active) return;
    this.emit({ type: 'state', time: now, host: this.#host, ...endpointsOf(tuple), from, to, why });
  }

  #timeOf(now: number): number {
    if (now > this.#latest) this.#latest = now;
    return this.#latest;
  }
}

function endpointsOf(tuple: FourTuple): { readonly local: EventEndpoint; readonly remote: EventEndpoint } {
  return {
    local: { address: tuple.localAddress, port: tuple.localPort },
    remote: { address: tuple.remoteAddress, port: tuple.remotePort },
  };
}
