import { checkOptions } from '@halfclose/codec/arguments';
import { PROFILES } from '@halfclose/stack';
import { codedError, invalidArgumentType, invalidArgumentValue } from '../errors.ts';
import { native } from '../native/native-net.ts';
import type { NetworkChooser } from '../network/program-network.ts';
import type { Only, RoutingOptions } from '../network/routing.ts';

/** A port of ours on a port of the kernel. */
export interface Publication {
  /** Where a server listens on our network. */
  readonly port: number;
  /** The kernel's port; the same if absent, any if 0. */
  readonly kernelPort?: number;
  /** The kernel's address; 127.0.0.1 if absent. */
  readonly kernelHost?: string;
}

/** What `register` may be told. */
export interface RegisterOptions extends RoutingOptions {
  /** What listens on our network on these ports is reached from outside on ports of the kernel. */
  readonly publish?: readonly (number | Publication)[];
  /** The rules of the host of this process, by name; `linux` if absent. */
  readonly profile?: string;
  /** All packets of the host go into this file, as pcapng. */
  readonly capture?: string;
  /**
   * Programs of this user may look at the connections and packets of the host (`halfclose connections`, `halfclose capture`), by
   * a socket at this path, or, if `true`, where they look for one.
   */
  readonly inspect?: boolean | string;
  /**
   * How TLS and HTTP/2 reach our sockets: by Node's own stream for JavaScript as the handle (`'native'`, and where this Node
   * lets it, the default), or over any stream (`'streams'`).
   */
  readonly tls?: 'native' | 'streams';
  /**
   * The network of each call, `null`: the kernel's. Default: that of the default host. Rules out all other options but `tls`:
   * they are about that host.
   */
  readonly network?: NetworkChooser;
}

const NAMES = {
  only: true,
  dial: true,
  strict: true,
  publish: true,
  profile: true,
  capture: true,
  inspect: true,
  tls: true,
  network: true,
};
const MOST_PORT = 65_535;

/**
 * Checks what `register` was given.
 *
 * @throws TypeError or RangeError that names the option
 */
export function checkRegisterOptions(options: unknown): asserts options is RegisterOptions {
  if (typeof options !== 'object' || options === null)
    throw invalidArgumentType('options', 'of type object', options);
  checkOptions('options', options, NAMES);
  const { network, ...others } = options as Record<string, unknown>;
  if (network !== undefined) checkChooser(network, others);
  const { only, dial, strict, publish, profile, capture, inspect, tls } = others;
  if (only !== undefined) checkOnly(only);
  requireOneOf(dial, 'options.dial', ['none', 'kernel']);
  requireOneOf(strict, 'options.strict', [true, false]);
  requireOneOf(tls, 'options.tls', ['native', 'streams']);
  requireOneOf(profile, 'options.profile', Object.keys(PROFILES));
  if (capture !== undefined && (typeof capture !== 'string' || capture === ''))
    throw invalidArgumentValue('options.capture', capture, 'must be the path of a file');
  if (inspect !== undefined && typeof inspect !== 'boolean' && !isPath(inspect))
    throw invalidArgumentValue('options.inspect', inspect, 'must be a boolean, or a path with a / in it');
  if (publish !== undefined) checkPublish(publish);
}

/** A word alone may be a flag that was misspelt. */
function isPath(value: unknown): boolean {
  return typeof value === 'string' && value.includes('/');
}

function checkChooser(network: unknown, others: Readonly<Record<string, unknown>>): void {
  if (typeof network !== 'function')
    throw invalidArgumentType('options.network', 'of type function', network);
  const other = Object.keys(others).find((name) => name !== 'tls' && others[name] !== undefined);
  if (other !== undefined)
    throw invalidArgumentValue(`options.${other}`, others[other], 'cannot be used with options.network');
}

function requireOneOf(value: unknown, name: string, values: readonly unknown[]): void {
  if (value !== undefined && !values.includes(value))
    throw invalidArgumentValue(name, value, `must be one of: ${values.join(', ')}`);
}

function checkOnly(only: unknown): asserts only is Only {
  if (typeof only !== 'object' || only === null)
    throw invalidArgumentType('options.only', 'of type object', only);
  checkOptions('options.only', only, { ports: true, hosts: true });
  const { ports, hosts } = only as Record<string, unknown>;
  if (ports !== undefined) {
    if (!Array.isArray(ports)) throw invalidArgumentType('options.only.ports', 'an instance of Array', ports);
    ports.forEach((port: unknown, i) => {
      requirePortNumber(port, `options.only.ports[${i}]`);
    });
  }
  if (hosts === undefined) return;
  if (!Array.isArray(hosts)) throw invalidArgumentType('options.only.hosts', 'an instance of Array', hosts);
  hosts.forEach((host: unknown, i) => {
    requireHost(host, `options.only.hosts[${i}]`);
  });
}

/** A name, an address, or a subnet. */
function requireHost(host: unknown, name: string): void {
  if (typeof host !== 'string' || host === '') throw invalidArgumentValue(name, host, 'must be a host');
  const [address = '', prefix] = host.split('/');
  if (prefix === undefined) return;
  const bits = { 0: -1, 4: 32, 6: 128 }[native.isIP(address)] ?? -1;
  if (!/^\d+$/.test(prefix) || Number(prefix) > bits)
    throw invalidArgumentValue(name, host, 'must be a host or a subnet');
}

function checkPublish(publish: unknown): void {
  if (!Array.isArray(publish)) throw invalidArgumentType('options.publish', 'an instance of Array', publish);
  publish.forEach((each: unknown, i) => {
    const name = `options.publish[${i}]`;
    if (typeof each !== 'object' || each === null) {
      requirePortNumber(each, name);
      return;
    }
    checkOptions(name, each, { port: true, kernelPort: true, kernelHost: true });
    const { port, kernelPort, kernelHost } = each as Record<string, unknown>;
    requirePortNumber(port, `${name}.port`);
    if (kernelPort !== undefined && kernelPort !== 0) requirePortNumber(kernelPort, `${name}.kernelPort`);
    if (kernelHost !== undefined && typeof kernelHost !== 'string')
      throw invalidArgumentType(`${name}.kernelHost`, 'of type string', kernelHost);
  });
}

function requirePortNumber(port: unknown, name: string): void {
  if (typeof port === 'number' && Number.isInteger(port) && port >= 1 && port <= MOST_PORT) return;
  throw codedError(
    RangeError,
    'ERR_SOCKET_BAD_PORT',
    `${name} should be >= 1 and < 65536. Received ${String(port)}.`,
  );
}
