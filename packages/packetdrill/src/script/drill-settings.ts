import { checkNumber, checkObject, checkOneOf } from '@halfclose/codec/arguments';
import { type IpAddress, parseIpAddress } from '@halfclose/codec';
import type { Microseconds } from './microseconds.ts';
import { ParseError } from './parse-error.ts';
import { checkScript, type Script, type ScriptOption } from './script.ts';
import { UnsupportedError } from './unsupported-error.ts';

/** Which IP a script is run over; `'mapped'`: IPv4 packets, and sockets of AF_INET6 with v4-mapped addresses. */
export type DrillMode = 'ipv4' | 'ipv6' | 'mapped';

/** What the mode and the option lines of a script say. */
export interface DrillSettings {
  readonly mode: DrillMode;
  /** The stack's address. */
  readonly localAddress: IpAddress;
  /** The address that the script speaks from. */
  readonly remoteAddress: IpAddress;
  /** The port that a listener gets, whatever `bind()` is called with. */
  readonly bindPort: number;
  /** The port that `connect()` goes to. */
  readonly connectPort: number;
  /** Octets. */
  readonly mtu: number;
  /** Octets of text per segment where the script sends more at once, as a device puts segments together; 0: it does not say. */
  readonly mss: number;
  /** The least tolerance of a time. */
  readonly tolerance: Microseconds;
  /** The tolerance of a time in percent of the time since the event before. */
  readonly tolerancePercent: number;
  /** How long a tick of the stack's timestamps is; 0: their values are not checked. */
  readonly timestampTick: Microseconds;
  /** Whether an inbound TSecr that repeats no TSval is computed from the first one, and no fault. */
  readonly timestampEchoScaled: boolean;
  /** Whether an expected segment has to come as one. */
  readonly strictSegments: boolean;
  /** What may go wrong without failing the script. */
  readonly nonFatal: ReadonlySet<'packet'>;
  /** Commands to run before the script; `null`: none. */
  readonly initScripts: string | null;
}

/** An MTU of 1520 gives IPv6 the MSS that IPv4 has, so that scripts are the same for both. */
const DEFAULTS = {
  ipv4: { local: '192.168.0.1', remote: '192.0.2.1', mtu: 1500 },
  ipv6: { local: 'fd3d:a0b:17d6::1', remote: 'fd3d:fa7b:d17d::1', mtu: 1520 },
};

const MODES: ReadonlyMap<string, DrillMode> = new Map([
  ['ipv4', 'ipv4'],
  ['ipv6', 'ipv6'],
  ['ipv4-mapped-ipv6', 'mapped'],
]);

/** Options of how the original is run, not of what it does. */
const WITHOUT_MEANING = [
  ...['define', 'gateway_ip', 'netmask_ip', 'speed', 'send_omit_free', 'psp_udp_port', 'debug', 'verbose'],
  ...['code_command', 'code_format', 'code_sockopt'],
];
const BEYOND_US = [
  ...['dry_run', 'is_anyip', 'so_filename', 'so_flags'],
  ...['wire_client', 'wire_server', 'wire_server_ip', 'wire_server_at', 'wire_server_port'],
  ...['wire_client_dev', 'wire_server_dev'],
];

/**
 * Words that scripts of the public suite expect to be defined, by mode.
 *
 * @throws TypeError or RangeError for what is no mode
 */
export function defaultDefines(mode: DrillMode): ReadonlyMap<string, string> {
  checkMode(mode);
  return new Map([
    ['TFO_COOKIE', mode === 'ipv6' ? 'c1d1e9742a47a9bc' : '3021b9d889017eeb'],
    ['CODE', mode === 'ipv6' ? 'address_unreachable' : 'host_unreachable'],
    ['CMSG_LEVEL_IP', mode === 'ipv4' ? 'SOL_IP' : 'SOL_IPV6'],
    ['CMSG_TYPE_RECVERR', mode === 'ipv4' ? 'IP_RECVERR' : 'IPV6_RECVERR'],
  ]);
}

/**
 * The settings of a script that is to run in `mode`, unless its own options say in which.
 *
 * @throws TypeError or RangeError that names the argument which is none
 * @throws ParseError for an option that does not exist, or a value that it cannot have
 * @throws UnsupportedError for an option that cannot be done here, and for addresses of the other IP
 */
export function settingsOf(script: Script, mode: DrillMode): DrillSettings {
  checkScript(script);
  checkMode(mode);
  const options = new OptionReader(script);
  const chosen = options.mode() ?? mode;
  const defaults = DEFAULTS[chosen === 'ipv6' ? 'ipv6' : 'ipv4'];
  const settings: DrillSettings = {
    mode: chosen,
    localAddress: options.address('local_ip', defaults.local, chosen),
    remoteAddress: options.address('remote_ip', defaults.remote, chosen),
    bindPort: options.number('bind_port', 8080, 1, 0xffff),
    connectPort: options.number('connect_port', 8080, 1, 0xffff),
    mtu: options.number('mtu', defaults.mtu, 68, 0xffff),
    mss: options.number('mss', 0, 0, 0xffff),
    tolerance: options.number('tolerance_usecs', 4000, 0, Number.MAX_SAFE_INTEGER),
    tolerancePercent: options.number('tolerance_percent', 12.5, 0, 1000),
    timestampTick: options.number('tcp_ts_tick_usecs', 0, 0, 1_000_000),
    timestampEchoScaled: options.flag('tcp_ts_ecr_scaled'),
    strictSegments: options.flag('strict_segments'),
    nonFatal: options.nonFatal(),
    initScripts: options.text('init_scripts'),
  };
  options.checkAllKnown();
  return settings;
}

class OptionReader {
  readonly #script: Script;
  readonly #known = new Set(WITHOUT_MEANING);

  constructor(script: Script) {
    this.#script = script;
  }

  mode(): DrillMode | null {
    const option = this.#find('ip_version');
    if (option === null) return null;
    return MODES.get(option.value ?? '') ?? this.#fail(option, 'ipv4, ipv6 or ipv4-mapped-ipv6');
  }

  address(name: string, byDefault: string, mode: DrillMode): IpAddress {
    const option = this.#find(name);
    // A prefix length says nothing: the two hosts have one link.
    const text = (option?.value ?? byDefault).replace(/\/[0-9]+$/, '');
    const address = parseIpAddress(text);
    if (address === null) return this.#fail(option, 'an IP address');
    if (address.isIPv4 === (mode === 'ipv6')) throw new UnsupportedError(`--${name}=${text} in mode ${mode}`);
    return address;
  }

  number(name: string, byDefault: number, min: number, max: number): number {
    const option = this.#find(name);
    if (option === null) return byDefault;
    const value = /^[0-9]+(?:\.[0-9]+)?$/.test(option.value ?? '') ? Number(option.value) : Number.NaN;
    const isInRange =
      value >= min && value <= max && (Number.isInteger(value) || !Number.isInteger(byDefault));
    return isInRange ? value : this.#fail(option, `a number from ${min} to ${max}`);
  }

  flag(name: string): boolean {
    return this.#find(name) !== null;
  }

  text(name: string): string | null {
    return this.#find(name)?.value ?? null;
  }

  nonFatal(): Set<'packet'> {
    const option = this.#find('non_fatal');
    const kinds = new Set<'packet'>();
    for (const kind of option?.value?.split(',') ?? []) {
      if (kind !== 'packet' && kind !== 'syscall') return this.#fail(option, 'packet, syscall, or both');
      if (kind === 'syscall') throw new UnsupportedError('--non_fatal=syscall');
      kinds.add(kind);
    }
    return kinds;
  }

  checkAllKnown(): void {
    for (const option of this.#script.options) {
      if (this.#known.has(option.name)) continue;
      if (BEYOND_US.includes(option.name)) throw new UnsupportedError(`--${option.name}`);
      throw this.#error(option, `there is no option --${option.name}`);
    }
  }

  /** The last one counts. */
  #find(name: string): ScriptOption | null {
    this.#known.add(name);
    return this.#script.options.findLast((option) => option.name === name) ?? null;
  }

  #fail(option: ScriptOption | null, wanted: string): never {
    if (option === null) throw new RangeError(`a default is not ${wanted}`);
    throw this.#error(option, `--${option.name} wants ${wanted}, not '${option.value ?? ''}'`);
  }

  #error({ name, value, position }: ScriptOption, reason: string): ParseError {
    const sourceLine = `${' '.repeat(position.column - 1)}--${name}${value === null ? '' : `=${value}`}`;
    return new ParseError(this.#script.file, position, reason, sourceLine);
  }
}

/** Throws a TypeError or RangeError for what is no mode. */
export function checkMode(mode: DrillMode): void {
  checkOneOf('mode', mode, [...MODES.values()]);
}

/** Throws a TypeError for what are no settings. */
export function checkSettings(name: string, settings: DrillSettings): void {
  checkObject(name, settings, 'DrillSettings, as settingsOf() makes');
  checkNumber(`${name}.tolerance`, settings.tolerance, 0, Infinity);
}
