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
  readonly #bindings = new Map<number, Binding[]>();

  /**
   * Whether others than `except` that hold the port forbid a socket to bind to it as well, or to listen there
   * (Linux inet_csk_bind_conflict).
   */
  conflicts(wanted: WantedBinding, except: Binding | null = null): boolean {
    const bindings = this.#bindings.get(wanted.port);
    if (bindings === undefined) return false;
    return bindings.some((held) => held !== except && overlaps(held, wanted) && !mayShare(held, wanted));
  }

  /** Whether nobody, or only connections with ports of the stack's choice, hold the port. */
  isFreeForConnect(port: number): boolean {
    return this.#bindings.get(port)?.every((held) => held.ephemeral) ?? true;
  }

  /** Whether nobody holds the port. */
  isFree(port: number): boolean {
    return !this.#bindings.has(port);
  }

  /** Enters a binding with one user. */
  hold(wanted: WantedBinding, ephemeral = false): Binding {
    const held = new Binding(wanted, ephemeral);
    const bindings = this.#bindings.get(held.port);
    if (bindings === undefined) this.#bindings.set(held.port, [held]);
    else bindings.push(held);
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
    const bindings = this.#bindings.get(port) ?? [];
    const exact = bindings.find((held) => held.address.equals(address));
    const held =
      exact ?? bindings.find(({ address: any }) => any.isUnspecified && (address.isIPv4 || !any.isIPv4));
    if (held !== undefined) this.release(held);
  }

  /** One user less; the last one frees it. */
  release(binding: Binding): void {
    binding.users--;
    if (binding.users > 0) return;
    const bindings = this.#bindings.get(binding.port);
    if (bindings === undefined) return;
    const at = bindings.indexOf(binding);
    if (at >= 0) bindings.splice(at, 1);
    if (bindings.length === 0) this.#bindings.delete(binding.port);
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
