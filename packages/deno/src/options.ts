import { errors } from './errors.ts';

/** What {@link connect} takes. */
export interface ConnectOptions {
  /** 1 to 65535. */
  port: number;
  /** An address, or a name. Default: `'127.0.0.1'`. */
  hostname?: string;
  /** There is no other. */
  transport?: 'tcp';
  /** Gives the attempt up. */
  signal?: AbortSignal;
}

/** What {@link listen} takes. */
export interface TcpListenOptions {
  /** 0 to 65535; 0: the stack chooses one. */
  port: number;
  /** An address of the host, or a name of one. Default: `'0.0.0.0'`. */
  hostname?: string;
  /** How many connections may wait to be accepted. Default: 511. */
  tcpBacklog?: number;
}

/**
 * A port as Deno takes it: a number, or a string of one.
 *
 * @throws TypeError or RangeError
 */
export function readPort(given: unknown, least: 0 | 1): number {
  if (typeof given !== 'number' && typeof given !== 'string')
    throw new TypeError(`Invalid port (expected number): ${String(given)}`);
  const port = given === '' ? NaN : Number(given);
  if (!Number.isInteger(port))
    throw new TypeError(`Invalid port: ${typeof given === 'string' ? `'${given}'` : given}`);
  if (port < least || port > 65_535) throw new RangeError(`Invalid port (out of range): ${given}`);
  return port;
}

/**
 * Refuses what is no TCP.
 *
 * @throws NotSupported for sockets of other kinds, TypeError for what is none
 */
export function checkTransport(transport: unknown): void {
  if (transport === undefined || transport === 'tcp') return;
  if (transport === 'unix' || transport === 'vsock' || transport === 'udp' || transport === 'unixpacket')
    throw new errors.NotSupported(`transport '${transport}': there is TCP alone`);
  throw new TypeError(
    `transport must be 'tcp', not ${typeof transport === 'string' ? `'${transport}'` : typeof transport}`,
  );
}

/**
 * A name or an address.
 *
 * @throws TypeError
 */
export function readHostname(hostname: unknown, byDefault: string): string {
  if (hostname === undefined) return byDefault;
  if (typeof hostname !== 'string') throw new TypeError(`hostname must be a string, not ${typeof hostname}`);
  return hostname;
}
