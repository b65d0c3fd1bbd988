import type { IpAddress } from '@halfclose/codec';

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
  /** Sockets, connections and TIME-WAIT entries that hold it. */
  users = 1;
  /** Another one of the same port. */
  next: Binding | null = null;

  constructor(wanted: WantedBinding, ephemeral: boolean) {
    this.address = wanted.address;
    this.port = wanted.port;
    this.ipv6Only = wanted.ipv6Only;
    this.reuseAddress = wanted.reuseAddress;
    this.reusePort = wanted.reusePort;
    this.listening = wanted.listening;
    this.ephemeral = ephemeral;
  }
}

/** Which ports are in use, and by whom. */
export class PortTable {
  /** The first one of each port; the others follow it. */
  readonly #bindings = new Map<number, Binding>();

  /**
   * Whether others than `except` that hold the port forbid a socket to bind to it as well, or to listen there
   * (Linux inet_csk_bind_conflict).
   */
  conflicts(wanted: WantedBinding, except: Binding | null = null): boolean {
    for (let held = this.#first(wanted.port); held !== null; held = held.next) {
      if (held !== except && overlaps(held, wanted) && !mayShare(held, wanted)) return true;
    }
    return false;
  }

  /** Whether nobody, or only connections with ports of the stack's choice, hold the port. */
  isFreeForConnect(port: number): boolean {
    for (let held = this.#first(port); held !== null; held = held.next) if (!held.ephemeral) return false;
    return true;
  }

  /** Whether nobody holds the port. */
  isFree(port: number): boolean {
    return !this.#bindings.has(port);
  }

  /** Enters a binding with one user. */
  hold(wanted: WantedBinding, ephemeral = false): Binding {
    const held = new Binding(wanted, ephemeral);
    let last = this.#first(held.port);
    if (last === null) this.#bindings.set(held.port, held);
    else {
      while (last.next !== null) last = last.next;
      last.next = held;
    }
    return held;
  }

  /** Enters a port that the stack chose for a connection, with one user. */
  holdEphemeral(address: IpAddress, port: number): Binding {
    const wanted = {
      address,
      port,
      ipv6Only: false,
      reuseAddress: false,
      reusePort: false,
      listening: false,
    };
    return this.hold(wanted, true);
  }

  /** One user less of what holds the port for `address`: its own binding, or the wildcard that reaches it. */
  releaseAt(address: IpAddress, port: number): void {
    let wildcard: Binding | null = null;
    for (let held = this.#first(port); held !== null; held = held.next) {
      if (held.address.equals(address)) {
        this.release(held);
        return;
      }
      if (wildcard === null && held.address.isUnspecified && (address.isIPv4 || !held.address.isIPv4))
        wildcard = held;
    }
    if (wildcard !== null) this.release(wildcard);
  }

  /** One user less; the last one frees it. */
  release(binding: Binding): void {
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
