import type { Packet } from '@halfclose/codec';
import type { ConnectionState, FourTuple } from '@halfclose/tcp';
import type { HostedConnection } from './hosted-connection.ts';
import type { EventEndpoint, StackEvent, StackObserver } from './stack-event.ts';

/**
 * Tells a host's observer what happens. Callers check {@link EventSource.active} first where it costs to ask.
 *
 * Times never go back: a turn of the run loop reads the clock once, and what programs call within the turn reads it
 * again, so what the turn does next would seem to come before that call.
 */
export class EventSource {
  readonly #host: string;
  #observer: StackObserver | null = null;
  #latest = -Infinity;
  /** How many state changes of a connection the observer has been told. */
  readonly #told = new WeakMap<HostedConnection, number>();

  constructor(host: string) {
    this.#host = host;
  }

  get active(): boolean {
    return this.#observer !== null;
  }

  set observer(observer: StackObserver | null) {
    this.#observer = observer;
  }

  emit(event: StackEvent): void {
    const time = this.#timeOf(event.time);
    this.#observer?.(time === event.time ? event : { ...event, time });
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
    const told = this.#told.get(hosted) ?? 0;
    if (told === history.length) return;
    this.#told.set(hosted, history.length);
    for (const change of history.slice(told)) {
      this.emit({ type: 'state', host: this.#host, ...endpointsOf(hosted), ...change });
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
