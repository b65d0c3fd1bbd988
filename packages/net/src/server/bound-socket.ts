import { AF_INET, AF_INET6, Errno, TcpSocket } from '@halfclose/sockets';
import type { AddressRecord } from '../native/address-record.ts';
import { leavingError } from '../connecting/connect-attempt.ts';
import { addressException, codedError, invalidArgumentType, invalidArgumentValue } from '../errors.ts';
import { named } from '../arguments/named.ts';
import { native } from '../native/native-net.ts';
import type { Network } from '../network/network.ts';
import { fillSocketName } from '../handle/tcp-settings.ts';
import { isAbsent, requireBoolean, requirePort, requireString } from '../arguments/validate.ts';
import type { BoundSocketConstructor } from '../types.ts';

type Options = Record<string, unknown>;

/** What the runtime's own class makes: of a path, or of an address of the kernel. */
interface NativeBoundSocket {
  address(): unknown;
  fd(): number;
  close(): void;
  readonly isPipe: boolean;
}

/** What was bound: with it, whoever adopts it connects or listens. */
export type Bound = TcpSocket | NativeBoundSocket;

/** `net.BoundSocket` of the runtime (Node 24.18); `undefined`: it has none. */
const NativeClass = native.BoundSocket as (new (options?: unknown) => NativeBoundSocket) | undefined;

/** On every one of ours, whichever copy of this package made it: gives what is bound to whoever asks, once. */
export const kAdopt: unique symbol = Symbol.for('halfclose.net.BoundSocket.adopt') as never;

/** A socket of ours that is bound, and will be adopted by a server or a socket. */
export interface Adoptable {
  [kAdopt](): Bound;
}

/** Whether a value is bound, and ours. */
export function isAdoptable(value: unknown): value is Adoptable {
  return typeof value === 'object' && value !== null && kAdopt in value;
}

/** Makes the `BoundSocket` of one copy of the API; `undefined` where the runtime has none. */
export function createBoundSocketClass(network: () => Network): BoundSocketConstructor | undefined {
  if (NativeClass === undefined) return undefined;
  class BoundSocket implements Adoptable {
    #bound: Bound | null;
    readonly #address: AddressRecord = {};

    constructor(options: unknown = {}) {
      if (typeof options !== 'object' || options === null || Array.isArray(options))
        throw invalidArgumentType('options', 'of type object', options);
      const bound = bind(network(), options as Options);
      this.#bound = bound;
      if (bound instanceof TcpSocket) fillSocketName(bound, this.#address);
    }

    address(): unknown {
      const bound = adoptable(this.#bound);
      return bound instanceof TcpSocket ? this.#address : bound.address();
    }

    /** As where sockets have none: ours are not the system's. */
    fd(): number {
      const bound = adoptable(this.#bound);
      return bound instanceof TcpSocket ? -1 : bound.fd();
    }

    close(): void {
      adoptable(this.#bound).close();
      this.#bound = null;
    }

    get isPipe(): boolean {
      const bound = this.#bound;
      return bound !== null && !(bound instanceof TcpSocket) && bound.isPipe;
    }

    [kAdopt](): Bound {
      const bound = adoptable(this.#bound);
      this.#bound = null;
      return bound;
    }
  }
  Object.defineProperty(BoundSocket.prototype, Symbol.dispose, {
    value(this: BoundSocket): void {
      try {
        this.close();
      } catch {
        // It has been adopted, or closed.
      }
    },
    writable: true,
    configurable: true,
  });
  Object.defineProperty(BoundSocket.prototype, kAdopt, { enumerable: false });
  return named(BoundSocket as never, 'BoundSocket', 0);
}

function adoptable(bound: Bound | null): Bound {
  if (bound !== null) return bound;
  throw codedError(
    Error,
    'ERR_SOCKET_HANDLE_ADOPTED',
    'The bound socket has already been adopted by a server or socket',
  );
}

/**
 * Binds by the options of `new BoundSocket`.
 *
 * @throws Error of bind(2), TypeError or RangeError for what is no option
 */
function bind(network: Network, options: Options): Bound {
  // A path; in the runtime's own words where it comes with an address.
  if (options['path'] !== undefined) return bindNatively(options);
  const port = options['port'] ?? 0;
  requirePort(port, 'options.port');
  const ipv6Only = options['ipv6Only'] ?? false;
  requireBoolean(ipv6Only, 'options.ipv6Only');
  const reusePort = options['reusePort'] ?? false;
  requireBoolean(reusePort, 'options.reusePort');
  const host = options['host'] ?? (ipv6Only ? '::' : '0.0.0.0');
  requireString(host, 'options.host');
  const version = native.isIP(host);
  if (version === 0) {
    throw invalidArgumentValue(
      'options.host',
      host,
      'must be a numeric IP address; net.BoundSocket does not perform DNS resolution',
    );
  }
  const route = network.routing?.listens(isAbsent(options['host']) ? null : host, Number(port)) ?? 'ours';
  if (route === 'refused') throw leavingError('bind', host, Number(port));
  if (route === 'kernel') return bindNatively(options);
  const tcp = new TcpSocket(network.host, version === 6 ? AF_INET6 : AF_INET);
  // As libuv sets it: two that are bound may have one port, until one of them listens.
  tcp.options.set('SO_REUSEADDR', 1, 0);
  if (reusePort) tcp.options.set('SO_REUSEPORT', 1, 0);
  if (ipv6Only && version === 6) tcp.options.set('IPV6_V6ONLY', 1, 0);
  const address = network.addressOf(host, version);
  const result = address === null ? -Errno.EINVAL : tcp.bind(address, Number(port));
  if (result === 0) return tcp;
  tcp.close();
  throw addressException(result, 'bind', host, Number(port));
}

function bindNatively(options: Options): NativeBoundSocket {
  return new (NativeClass as new (options: Options) => NativeBoundSocket)(options);
}
