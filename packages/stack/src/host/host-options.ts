import {
  checkFunction,
  checkHas,
  checkOneOf,
  checkOptions,
  checkText,
  type OptionNames,
} from '@halfclose/codec/arguments';
import { checkIcmpErrorLimits, type IcmpErrorLimits } from '@halfclose/codec';
import { type Allocate, checkWholeProfile, type Profile } from '@halfclose/tcp';
import type { TimerService } from '@halfclose/timers';

/** What a host is made of. */
export interface HostOptions {
  /** Where time comes from. */
  readonly timers: TimerService;
  /** 128 bits that nobody else knows: ISNs, ports and timestamp offsets depend on it (RFC 6528, RFC 6056). */
  readonly secret: Uint32Array;
  /** Name in events; default `host`. */
  readonly name?: string;
  /** Default: `linux`. */
  readonly profile?: Profile;
  /** Makes the memory that text is copied into; default: `Uint8Array`. */
  readonly allocate?: Allocate;
  /** What a connection to an address without a route meets: an error at once, or silence. Default `unreachable`. */
  readonly unroutable?: 'unreachable' | 'blackhole';
  /** How many errors of ICMP it sends about what comes from wires. Default: as many as Linux. */
  readonly icmpErrors?: IcmpErrorLimits;
}

const SECRET_WORDS = 4;

const HOST: OptionNames<HostOptions> = {
  timers: true,
  secret: true,
  name: true,
  profile: true,
  allocate: true,
  unroutable: true,
  icmpErrors: true,
};

/** Checks what a host is made of. Throws a TypeError or RangeError that names the option. */
export function checkHostOptions(options: HostOptions): void {
  checkOptions('options', options, HOST);
  const { secret, timers, profile, name, allocate, unroutable, icmpErrors } = options;
  if (!(secret instanceof Uint32Array)) throw new TypeError('options.secret must be a Uint32Array');
  if (secret.length < SECRET_WORDS)
    throw new RangeError('options.secret must hold at least four 32-bit words');
  checkHas('options.timers', timers, ['arm', 'defer'], 'a TimerService');
  if (name !== undefined) checkText('options.name', name);
  if (profile !== undefined) checkWholeProfile('options.profile', profile);
  if (allocate !== undefined) checkFunction('options.allocate', allocate);
  if (unroutable !== undefined) checkOneOf('options.unroutable', unroutable, ['unreachable', 'blackhole']);
  if (icmpErrors !== undefined) checkIcmpErrorLimits('options.icmpErrors', icmpErrors);
}
