import { type IpAddress, type IpPrefix, parseIpAddress, parseIpPrefix } from '@halfclose/codec';
import { type Profile, PROFILES, profile as profileWith } from '@halfclose/stack';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { readOutputFile } from '../output-path.ts';
import { isHostAddress, leavesRoom, type LinkAddresses, linkAddresses } from './link-addresses.ts';

/** IFNAMSIZ of Linux, less the byte that ends a string. */
const LONGEST_NAME = 15;
const LEAST_MTU = 68;
/** IPv6 needs so much (RFC 8200, section 5). */
const LEAST_MTU_IPV6 = 1280;
const LARGEST_MTU = 0xffff;
/** SO_LINGER is a signed int. */
const LONGEST_LINGER = 2 ** 31 - 1;

/** Options of every command with a device, as commander has read them. */
export interface DeviceOptions {
  readonly tun: readonly IpPrefix[];
  readonly kernelAddress?: readonly IpAddress[];
  readonly tunName?: string;
  readonly mtu?: number;
  readonly offload: boolean;
  readonly capture?: string;
}

/** Those of commands with sockets, in addition. */
export interface HostOptions extends DeviceOptions {
  readonly capturePort?: number;
  readonly profile: string;
  readonly congestion?: Profile['congestionControl'];
  readonly linger?: number;
  readonly verbose?: true;
}

/** Adds {@link DeviceOptions}. */
export function addDeviceOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--tun <address/prefix>',
        'our address on the device, as 10.99.0.2/24; once more for another family',
      )
        .argParser(addOurAddress)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option(
        '--kernel-address <address>',
        "the kernel's address on the device (default: the lowest usable one of the prefix)",
      ).argParser(addAddress),
    )
    .addOption(
      new Option('--tun-name <name>', 'of the interface; %d: a free number (default: tun%d)').argParser(
        readName,
      ),
    )
    .addOption(
      new Option('--mtu <bytes>', 'largest IP packet (default: as the interface has it, or 1500)').argParser(
        (text) => readInteger(text, LEAST_MTU, LARGEST_MTU),
      ),
    )
    .addOption(new Option('--no-offload', 'have the kernel compute no checksums and cut no segments'))
    .addOption(new Option('--capture <file>', 'write all packets, as pcapng').argParser(readOutputFile));
}

/** Adds {@link HostOptions}. */
export function addHostOptions(command: Command): Command {
  return addDeviceOptions(command)
    .addOption(
      new Option('--capture-port <port>', 'only packets of TCP from or to this port').argParser((text) =>
        readInteger(text, 1, 0xffff),
      ),
    )
    .addOption(
      new Option('--profile <name>', 'whose rules TCP follows')
        .choices(Object.keys(PROFILES))
        .default('linux'),
    )
    .addOption(
      new Option('--congestion <name>', "congestion control (default: the profile's)").argParser(
        readCongestion,
      ),
    )
    .addOption(
      new Option('--linger <seconds>', 'SO_LINGER of the sockets; 0: closing resets').argParser((text) =>
        readInteger(text, 0, LONGEST_LINGER),
      ),
    )
    .addOption(new Option('-v, --verbose', 'tell on stderr what happens, and how each connection ended'));
}

/**
 * The addresses of both sides. Ends the process with status 2 where options do not go with each other.
 */
export function linksOf(
  { tun, kernelAddress = [], mtu }: DeviceOptions,
  command: Command,
): readonly LinkAddresses[] {
  if (mtu !== undefined && mtu < LEAST_MTU_IPV6 && tun.some(({ address }) => !address.isIPv4)) {
    command.error(
      `error: option '--mtu <bytes>' argument '${mtu}' is invalid. IPv6 needs ${LEAST_MTU_IPV6} bytes at least.`,
    );
  }
  try {
    return linkAddresses(tun, kernelAddress);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const given = kernelAddress.map(String).join(', ');
    return command.error(
      `error: option '--kernel-address <address>' argument '${given}' is invalid. ${error.message}`,
    );
  }
}

/** The profile that `--profile` and `--congestion` make. */
export function profileOf({ profile: name, congestion }: HostOptions): Profile {
  const base = PROFILES[name];
  return profileWith(congestion === undefined ? {} : { congestionControl: congestion }, base);
}

/** A whole number of that range, for `argParser`. */
export function readInteger(text: string, least: number, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most)
    throw new InvalidArgumentError(`It must be a whole number of ${least} to ${most}.`);
  return value;
}

function addOurAddress(text: string, others: readonly IpPrefix[] = []): readonly IpPrefix[] {
  const prefix = parseIpPrefix(text);
  if (prefix === null || !text.includes('/'))
    throw new InvalidArgumentError(
      "It must be an address with its prefix, as '10.99.0.2/24' or 'fd99::2/64'.",
    );
  if (!leavesRoom(prefix))
    throw new InvalidArgumentError('Its prefix has one address only, and the kernel needs one, too.');
  if (!isHostAddress(prefix.address, prefix.prefixLength))
    throw new InvalidArgumentError('It must be the address of a host, not that of a network or a group.');
  return [...others, prefix];
}

function addAddress(text: string, others: readonly IpAddress[] = []): readonly IpAddress[] {
  const address = parseIpAddress(text);
  if (address === null)
    throw new InvalidArgumentError('It must be an address, IPv4 or IPv6, without a prefix.');
  return [...others, address];
}

/** As `openTun` has it. */
function readName(text: string): string {
  const bytes = Buffer.byteLength(text);
  const isName = bytes >= 1 && bytes <= LONGEST_NAME && !/[/:\s\0]/.test(text) && !/^\.\.?$/.test(text);
  if (!isName || (text.includes('%') && !/^[^%]*%d[^%]*$/.test(text)))
    throw new InvalidArgumentError(
      "It must have 1 to 15 bytes without '/', ':' and spaces, and one '%d' at most.",
    );
  return text;
}

function readCongestion(text: string): Profile['congestionControl'] {
  const congestionControl = text as Profile['congestionControl'];
  try {
    return profileWith({ congestionControl }).congestionControl;
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? `${error.message}.` : String(error));
  }
}
