import { checkOptions } from '@halfclose/codec/arguments';
import { errnoException, invalidArgumentType, outOfRange, codedError } from '../errors.ts';
import { Errno, type NumberOption } from '@halfclose/sockets';
import { requireInt32, requireNumber, requireString } from '../arguments/validate.ts';
import { WantedOptions } from './wanted-options.ts';

/** What becomes of an option of a socket, or of a server for its connections; `name`: for errors. */
type Take = (wanted: WantedOptions, value: unknown, name: string) => void;

const MAX_TOS = 255;
const MAX_SYN_RETRIES = 127;

const TAKES: ReadonlyMap<string, Take> = new Map<string, Take>([
  ['userTimeout', (wanted, value, name) => wantUserTimeout(wanted, value, name)],
  ['typeOfService', (wanted, value, name) => wantTypeOfService(wanted, value, name)],
  [
    'synRetries',
    (wanted, value, name) => {
      requireInt32(value, name, 1, MAX_SYN_RETRIES);
      wanted.set('TCP_SYNCNT', value);
    },
  ],
  [
    'keepAliveTimes',
    (wanted, value, name) => {
      for (const [option, each] of keepAliveOptions(value, name)) wanted.set(option, each);
    },
  ],
  ['sendBufferSize', (wanted, value) => wanted.set('SO_SNDBUF', bufferSizeOf(value))],
  ['recvBufferSize', (wanted, value) => wanted.set('SO_RCVBUF', bufferSizeOf(value))],
  ['congestionControl', (wanted, value, name) => wanted.setCongestionControl(congestionOf(value, name))],
]);

/** What `options` has of these, added to `wanted`; `null`: nothing. */
export function wantedOf(
  options: Record<string, unknown>,
  wanted: WantedOptions | null = null,
): WantedOptions | null {
  let all = wanted;
  for (const name in options) {
    const take = TAKES.get(name);
    const value = take === undefined ? undefined : options[name];
    if (take === undefined || value === undefined) continue;
    all ??= new WantedOptions();
    take(all, value, `options.${name}`);
  }
  return all;
}

function wantUserTimeout(wanted: WantedOptions, value: unknown, name: string): void {
  requireInt32(value, name, 0);
  wanted.set('TCP_USER_TIMEOUT', value);
}

function wantTypeOfService(wanted: WantedOptions, value: unknown, name: string): void {
  const tos = typeOfServiceOf(value, name);
  wanted.set('IP_TOS', tos);
  wanted.set('IPV6_TCLASS', tos);
}

/** Checks a type of service as Node 26 does. */
export function typeOfServiceOf(value: unknown, name: string): number {
  if (Number.isNaN(value)) throw invalidArgumentType(name, 'of type number', value);
  requireInt32(value, name, 0, MAX_TOS);
  return value;
}

/** Checks the size of a buffer as `node:dgram` does; as the int that setsockopt(2) takes. */
export function bufferSizeOf(value: unknown): number {
  if (typeof value !== 'number' || value >>> 0 !== value || value === 0)
    throw codedError(TypeError, 'ERR_SOCKET_BAD_BUFFER_SIZE', 'Buffer size must be a positive integer');
  return value | 0;
}

/** Checks the name of a congestion control. One that is not known is ENOENT, as of setsockopt(2). */
export function congestionOf(value: unknown, name: string): 'cubic' | 'reno' {
  requireString(value, name);
  if (value !== 'cubic' && value !== 'reno') throw errnoException(-Errno.ENOENT, 'setsockopt');
  return value;
}

/** Keep-alives in milliseconds. */
export interface KeepAliveTimes {
  /** Milliseconds of silence before the first probe, 1 to 32,767,000. */
  readonly idle?: number | undefined;
  /** Milliseconds between two probes, 1 to 32,767,000. */
  readonly interval?: number | undefined;
  /** How many probes may go unanswered, 1 to 127. */
  readonly probes?: number | undefined;
}

const MAX_KEEP_ALIVE = 32_767_000;
const MAX_PROBES = 127;

/** Which options of setsockopt(2) these are. Throws for what is none, with `name` for errors. */
export function keepAliveOptions(times: unknown, name: string): [option: NumberOption, value: number][] {
  if (typeof times !== 'object' || times === null) throw invalidArgumentType(name, 'of type object', times);
  checkOptions(name, times, { idle: true, interval: true, probes: true });
  const { idle, interval, probes } = times as Record<string, unknown>;
  const options: [NumberOption, number][] = [];
  const add = (option: NumberOption, value: unknown, most: number, member: string): void => {
    if (value === undefined) return;
    requireInt32(value, `${name}.${member}`, 1, most);
    options.push([option, value]);
  };
  add('TCP_KEEPIDLE_MS', idle, MAX_KEEP_ALIVE, 'idle');
  add('TCP_KEEPINTVL_MS', interval, MAX_KEEP_ALIVE, 'interval');
  add('TCP_KEEPCNT', probes, MAX_PROBES, 'probes');
  return options;
}

/** The probes of keep-alives beyond the first; 0: as it is without. */
export interface KeepAliveProbes {
  /** Seconds between two. */
  readonly interval: number;
  /** How many go without an answer. */
  readonly count: number;
}

/** The options `keepAliveInterval` (milliseconds) and `keepAliveCount`; `null`: neither. */
export function keepAliveProbesOf(options: Record<string, unknown>): KeepAliveProbes | null {
  const { keepAliveInterval: interval, keepAliveCount: count } = options;
  if (interval === undefined && count === undefined) return null;
  return {
    interval: ~~(countOf(interval, 'options.keepAliveInterval') / 1000),
    count: countOf(count, 'options.keepAliveCount'),
  };
}

function countOf(value: unknown, name: string): number {
  if (value === undefined) return 0;
  requireNumber(value, name);
  if (!(value >= 0)) throw outOfRange(name, '>= 0', value);
  return value;
}
