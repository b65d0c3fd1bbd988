import type { IpAddress } from '@halfclose/codec';
import { checkAddress, checkBoolean, checkInteger, checkObject, shown } from '@halfclose/codec/arguments';

/** What somebody wants of a port, as far as it decides who may share it. */
export interface WantedBinding {
  readonly address: IpAddress;
  readonly port: number;
  /** An IPv6 wildcard that takes no IPv4 (IPV6_V6ONLY). */
  readonly ipv6Only: boolean;
  /** SO_REUSEADDR, SO_REUSEPORT of the socket that holds it. */
  readonly reuseAddress: boolean;
  readonly reusePort: boolean;
  /** A listener holds it. */
  readonly listening: boolean;
}

/** A local address and port in use, shared by a listener and the connections that it made. */
export class Binding implements WantedBinding {
  readonly address: IpAddress;
  readonly port: number;
  readonly ipv6Only: boolean;
  reuseAddress: boolean;
  reusePort: boolean;
  listening: boolean;
  /** Chosen by connect(): other connections may share the port if they go elsewhere. */
  readonly ephemeral: boolean;
  /** Sockets, connections and records that hold it. */
  users = 1;
  /** Tells it from the others of its port, as long as it is in use: a small number. */
  readonly place: number;
  /** The one of the same port that has the next larger place. */
  next: Binding | null = null;

  constructor(wanted: WantedBinding, ephemeral: boolean, place: number) {
    this.address = wanted.address;
    this.port = wanted.port;
    this.ipv6Only = wanted.ipv6Only;
    this.reuseAddress = wanted.reuseAddress;
    this.reusePort = wanted.reusePort;
    this.listening = wanted.listening;
    this.ephemeral = ephemeral;
    this.place = place;
  }
}

/** Which ports are in use, and by whom. Its methods throw a TypeError or RangeError that names the argument which is none. */
export class PortTable {
  /** The first one of each port; the others follow it. */
  readonly #bindings = new Map<number, Binding>();

  /**
   * Whether others than `except` that hold the port forbid a socket to bind to it as well, or to listen there
   * (Linux inet_csk_bind_conflict).
   */
  conflicts(wanted: WantedBinding, except: Binding | null = null): boolean {
    checkWanted(wanted);
    if (except !== null) checkBinding('except', except);
    for (let held = this.#first(wanted.port); held !== null; held = held.next) {
      if (held !== except && overlaps(held, wanted) && !mayShare(held, wanted)) return true;
    }
    return false;
  }

  /** Whether nobody, or only connections with ports of the stack's choice, hold the port. */
  isFreeForConnect(port: number): boolean {
    checkPort('port', port);
    for (let held = this.#first(port); held !== null; held = held.next) if (!held.ephemeral) return false;
    return true;
  }

  /** Whether nobody holds the port. */
  isFree(port: number): boolean {
    checkPort('port', port);
    return !this.#bindings.has(port);
  }

  /** Enters a binding with one user. */
  hold(wanted: WantedBinding, ephemeral = false): Binding {
    checkWanted(wanted);
    checkBoolean('ephemeral', ephemeral);
    return this.#hold(wanted, ephemeral);
  }

  /** Enters a port that the stack chose for a connection, with one user. */
  holdEphemeral(address: IpAddress, port: number): Binding {
    checkAddress('address', address);
    checkPort('port', port);
    const wanted = {
      address,
      port,
      ipv6Only: false,
      reuseAddress: false,
      reusePort: false,
      listening: false,
    };
    return this.#hold(wanted, true);
  }

  /** What holds the port in this {@link Binding.place}; `null`: nothing. */
  at(port: number, place: number): Binding | null {
    checkPort('port', port);
    checkInteger('place', place, 0, Infinity);
    let held = this.#first(port);
    while (held !== null && held.place !== place) held = held.next;
    return held;
  }

  /** One user less; the last one frees it. */
  release(binding: Binding): void {
    checkBinding('binding', binding);
    binding.users--;
    if (binding.users > 0) return;
    let before = this.#first(binding.port);
    if (before === binding) {
      if (binding.next === null) this.#bindings.delete(binding.port);
      else this.#bindings.set(binding.port, binding.next);
      return;
    }
    while (before !== null && before.next !== binding) before = before.next;
    if (before !== null) before.next = binding.next;
  }

  #hold(wanted: WantedBinding, ephemeral: boolean): Binding {
    // Behind those that have the smallest places.
    let before: Binding | null = null;
    let after = this.#first(wanted.port);
    let place = 0;
    for (; after?.place === place; after = after.next) {
      before = after;
      place++;
    }
    const held = new Binding(wanted, ephemeral, place);
    held.next = after;
    if (before === null) this.#bindings.set(held.port, held);
    else before.next = held;
    return held;
  }

  #first(port: number): Binding | null {
    return this.#bindings.get(port) ?? null;
  }
}

function overlaps(a: WantedBinding, b: WantedBinding): boolean {
  const aAny = a.address.isUnspecified;
  const bAny = b.address.isUnspecified;
  if (!aAny && !bAny) return a.address.equals(b.address);
  return sharesFamily(a, b) && sharesFamily(b, a);
}

/** Whether the wildcard `a` reaches into the family of `b`. */
function sharesFamily(a: WantedBinding, b: WantedBinding): boolean {
  if (!a.address.isUnspecified) return true;
  if (a.address.isIPv4) return b.address.isIPv4 || (b.address.isUnspecified && !b.ipv6Only);
  return !a.ipv6Only || !b.address.isIPv4;
}

function mayShare(held: Binding, wanted: WantedBinding): boolean {
  if (held.reusePort && wanted.reusePort) return true;
  return held.reuseAddress && wanted.reuseAddress && !held.listening;
}

/** Throws a TypeError for what is no binding of a port. */
export function checkBinding(name: string, binding: Binding): void {
  checkObject(name, binding, 'a Binding');
  checkAddress(`${name}.address`, binding.address);
}

/** Throws a RangeError for a port that is none. Called for each of a range that is tried. */
export function checkPort(name: string, port: number): void {
  if (typeof port !== 'number' || (port & 0xffff) !== port)
    throw new RangeError(`${name} must be an integer from 0 to 65535, not ${shown(port)}`);
}

/** Throws a TypeError or RangeError for what nobody can want of a port. */
function checkWanted(wanted: WantedBinding): void {
  checkObject('wanted', wanted, 'a WantedBinding');
  checkAddress('wanted.address', wanted.address);
  checkPort('wanted.port', wanted.port);
}
