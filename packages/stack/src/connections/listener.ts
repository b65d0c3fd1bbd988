import { checkHas, checkObject } from '@halfclose/codec/arguments';
import type { IpAddress } from '@halfclose/codec';
import type { ConnectionSettings } from '@halfclose/tcp';
import { checkHosted, type HostedConnection } from './hosted-connection.ts';
import type { Binding } from '../ports/port-table.ts';
import { FastOpenQueue, type FastOpenSettings } from './fast-open-queue.ts';
import { SynQueue } from './syn-queue.ts';

/** Half-open connections that a listener of the smallest backlog still keeps. */
const MIN_SYN_QUEUE = 16;

/** Who wants to know that a listener has connections to accept: a socket. */
export interface ListenerOwner {
  onAcceptable(): void;
  /** That calls no program at once, but in steps: see `Caller`. */
  readonly takesSteps?: boolean;
}

/** See {@link Listener.whenFull}. */
export type WhenFull = 'refuse' | 'silent';

/** What connections inherit from the socket that listened for them. */
export interface InheritedSettings {
  /** `null`: what the host gives. */
  readonly connection: ConnectionSettings | null;
  readonly noDelay: boolean;
  /** SO_RCVBUF in octets; 0: not set. */
  readonly receiveBuffer: number;
}

/** A local address and port that accepts connections: state LISTEN with its two queues. */
export class Listener {
  readonly binding: Binding;
  /** Connections accepted but not yet taken: at most this many and one more, as on Linux. */
  backlog: number;
  owner: ListenerOwner | null;
  readonly settings: InheritedSettings;
  /**
   * What becomes of who finds the queue of those to be accepted full: `'refuse'`, a RST, whether it has sent its SYN or ends
   * its handshake; `'silent'`, nothing, so that it tries again; `null`: as the profile says (`abortOnOverflow`).
   */
  whenFull: WhenFull | null = null;
  /** The queue of those to be accepted counts as full, whoever is in it: for tests of what becomes of the others. */
  isFilled = false;
  /** In SYN-RECEIVED. */
  readonly synQueue = new SynQueue();
  /** TCP Fast Open: what its program has set, and the connections that it concerns. */
  readonly fastOpen: { readonly settings: FastOpenSettings; readonly queue: FastOpenQueue };
  /** Ready to be accepted, in order. */
  readonly acceptQueue: HostedConnection[] = [];
  /** When a SYN was last answered with a cookie: no other acknowledgment is looked at for one. */
  lastCookieAt = -Infinity;

  constructor(
    binding: Binding,
    backlog: number,
    settings: InheritedSettings,
    owner: ListenerOwner | null,
    fastOpen: FastOpenSettings,
  ) {
    this.fastOpen = { settings: fastOpen, queue: new FastOpenQueue() };
    this.binding = binding;
    this.backlog = backlog;
    this.settings = settings;
    this.owner = owner;
  }

  /** The handshake of `hosted` is over: it can be accepted. Harmless when it can be already. */
  complete(hosted: HostedConnection): void {
    checkHosted(hosted);
    if (this.synQueue.delete(hosted)) this.acceptQueue.push(hosted);
  }

  get acceptQueueFull(): boolean {
    return this.isFilled || this.acceptQueue.length > this.backlog;
  }

  get synQueueFull(): boolean {
    return this.synQueue.size >= Math.max(this.backlog, MIN_SYN_QUEUE);
  }
}

/** How well a listener fits a connection to `local`: more is better, -1 not at all. */
function scoreOf({ binding: { address, ipv6Only } }: Listener, local: IpAddress): number {
  if (address.isUnspecified) {
    if (address.isIPv4) return local.isIPv4 ? 2 : -1;
    return local.isIPv4 ? (ipv6Only ? -1 : 1) : 2;
  }
  return address.equals(local) ? 3 : -1;
}

/** The listeners of a host, by port. */
export class ListenerTable {
  readonly #byPort = new Map<number, Listener[]>();

  add(listener: Listener): void {
    const { port } = listener.binding;
    const listeners = this.#byPort.get(port);
    if (listeners === undefined) this.#byPort.set(port, [listener]);
    else listeners.push(listener);
  }

  remove(listener: Listener): void {
    const { port } = listener.binding;
    const listeners = this.#byPort.get(port);
    const at = listeners?.indexOf(listener) ?? -1;
    if (listeners === undefined || at < 0) return;
    listeners.splice(at, 1);
    if (listeners.length === 0) this.#byPort.delete(port);
  }

  /** The listener for a connection to `local`; among equals (SO_REUSEPORT) `spread` decides. */
  find(local: IpAddress, port: number, spread: number): Listener | null {
    const listeners = this.#byPort.get(port);
    if (listeners === undefined) return null;
    let best: Listener | null = null;
    let bestScore = -1;
    let equals = 0;
    for (const listener of listeners) {
      const score = scoreOf(listener, local);
      if (score < 0 || score < bestScore) continue;
      equals = score === bestScore ? equals + 1 : 1;
      bestScore = score;
      best = listener;
    }
    if (equals <= 1) return best;
    const group = listeners.filter((listener) => scoreOf(listener, local) === bestScore);
    return group[(spread >>> 0) % group.length] ?? best;
  }

  *values(): IterableIterator<Listener> {
    for (const listeners of this.#byPort.values()) yield* listeners;
  }
}

/** Throws a TypeError for what is not what connections inherit. */
export function checkInherited(name: string, settings: InheritedSettings): void {
  checkObject(name, settings, 'InheritedSettings');
  if (typeof settings.noDelay !== 'boolean' || typeof settings.receiveBuffer !== 'number')
    throw new TypeError(`${name} must be InheritedSettings`);
}

/** Throws a TypeError for what is no listener. */
export function checkListener(listener: Listener): void {
  checkHas('listener', listener, ['complete'], 'a Listener');
}
