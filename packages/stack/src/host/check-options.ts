import { checkIcmpErrorLimits, type IpAddress, type Packet } from '@halfclose/codec';
import {
  checkAddress,
  checkArray,
  checkFunction,
  checkHas,
  checkInteger,
  checkNumber,
  checkObject,
  checkOneOf,
  checkOptions,
  checkText,
  type OptionNames,
  shown,
} from '@halfclose/codec/arguments';
import { checkWholeProfile, type ConnectionRecord } from '@halfclose/tcp';
import type { ConnectRequest } from './host.ts';
import type { HostOptions } from './host-state.ts';
import type { HostedConnection } from '../connections/hosted-connection.ts';
import type { InheritedSettings, Listener } from '../connections/listener.ts';
import type { PacketDevice } from '../devices/packet-device.ts';
import type { Binding, WantedBinding } from '../ports/port-table.ts';
import type { RecordEntry, RecordOrigin, RecordSurroundings } from '../records/record-table.ts';
import type { InterfaceAddress } from '../routing/route-table.ts';
import type { Caller } from './run-loop.ts';

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
const INTERFACE: OptionNames<InterfaceAddress> = { address: true, prefixLength: true };
const REQUEST: OptionNames<ConnectRequest> = {
  remoteAddress: true,
  remotePort: true,
  binding: true,
  localAddress: true,
  settings: true,
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

/** Checks an interface that is to be added. Throws a TypeError or RangeError that names the argument. */
export function checkInterface(device: PacketDevice, addresses: readonly InterfaceAddress[]): void {
  checkDevice(device);
  checkArray('addresses', addresses);
  for (const [i, each] of addresses.entries()) {
    const name = `addresses[${i}]`;
    checkOptions(name, each, INTERFACE);
    checkAddress(`${name}.address`, each.address);
    if (each.address.isUnspecified || each.address.isMulticast)
      throw new RangeError(`${name}.address must be that of a host, not ${String(each.address)}`);
    checkInteger(`${name}.prefixLength`, each.prefixLength, 0, bitsOf(each.address));
  }
}

/** Checks a route that is to be added. Throws a TypeError or RangeError that names the argument. */
export function checkRoute(
  prefix: IpAddress,
  prefixLength: number,
  device: PacketDevice,
  source: IpAddress,
): void {
  checkAddress('prefix', prefix);
  checkInteger('prefixLength', prefixLength, 0, bitsOf(prefix));
  checkDevice(device);
  checkAddress('source', source);
  if (source.isIPv4 !== prefix.isIPv4) throw new RangeError('source must be of the family of prefix');
}

/** Checks what connect() of a host is given. Throws a TypeError or RangeError that names the argument. */
export function checkRequest(request: ConnectRequest): void {
  checkOptions('request', request, REQUEST);
  checkAddress('request.remoteAddress', request.remoteAddress);
  checkInteger('request.remotePort', request.remotePort, 0, 0xffff);
  if (request.localAddress !== null) checkAddress('request.localAddress', request.localAddress);
  if (request.binding !== null) checkBinding('request.binding', request.binding);
  checkInherited('request.settings', request.settings);
}

/** Throws a TypeError for what is no binding of a port. */
export function checkBinding(name: string, binding: Binding): void {
  checkObject(name, binding, 'a Binding');
  checkAddress(`${name}.address`, binding.address);
}

/** Throws a TypeError for what is not what connections inherit. */
export function checkInherited(name: string, settings: InheritedSettings): void {
  checkObject(name, settings, 'InheritedSettings');
  if (typeof settings.noDelay !== 'boolean' || typeof settings.receiveBuffer !== 'number')
    throw new TypeError(`${name} must be InheritedSettings`);
}

/** Throws a TypeError for what is no listener. */
export function checkListener(listener: Listener): void {
  checkHas('listener', listener, ['complete'], 'a Listener');
}

/** Throws a TypeError for what is no connection of a host. Called often: a look at one field. */
export function checkHosted(hosted: HostedConnection): void {
  const given: unknown = hosted;
  if (typeof given !== 'object' || given === null || typeof hosted.queued !== 'boolean')
    throw new TypeError(`hosted must be a HostedConnection, not ${shown(given)}`);
}

/** Throws a TypeError for what takes no steps. Called for each: a look at a field that is read anyway. */
export function checkCaller(caller: Caller): void {
  const given: unknown = caller;
  if (typeof given !== 'object' || given === null || typeof caller.queued !== 'boolean')
    throw new TypeError(`caller must be a Caller, not ${shown(given)}`);
}

/** Throws a TypeError for what is no packet. Called for each: a look at what every packet has. */
export function checkPacket(packet: Packet): void {
  const given: unknown = packet;
  if (typeof given !== 'object' || given === null || (packet.kind !== 'tcp' && packet.kind !== 'icmp'))
    throw new TypeError(`packet must be a TcpPacket or an IcmpPacket, not ${shown(given)}`);
}

/** Throws a RangeError for a port that is none. Called for each of a range that is tried. */
export function checkPort(name: string, port: number): void {
  if (typeof port !== 'number' || (port & 0xffff) !== port)
    throw new RangeError(`${name} must be an integer from 0 to 65535, not ${shown(port)}`);
}

/** Throws a RangeError for a time that is none. */
export function checkNow(now: number): void {
  if (typeof now !== 'number' || !(now > -Infinity && now < Infinity))
    throw new RangeError(`now must be milliseconds of a clock, not ${shown(now)}`);
}

/** Throws a TypeError or RangeError for what nobody can want of a port. */
export function checkWanted(wanted: WantedBinding): void {
  checkObject('wanted', wanted, 'a WantedBinding');
  checkAddress('wanted.address', wanted.address);
  checkPort('wanted.port', wanted.port);
}

/** Throws a TypeError or RangeError for what no table of records can do without. */
export function checkSurroundings(around: RecordSurroundings): void {
  checkHas('around', around, ['timestampOffset', 'onExpired', 'onPutOff'], 'RecordSurroundings');
  checkHas('around.timers', around.timers, ['arm', 'now'], 'a TimerService');
  checkHas('around.ports', around.ports, ['at', 'release'], 'a PortTable');
  checkNumber('around.duration', around.duration, 0, Number.MAX_VALUE);
  checkNumber('around.recheck', around.recheck, 0, Number.MAX_VALUE);
  checkInteger('around.seed', around.seed, -(2 ** 31), 0xffff_ffff);
}

/** Throws a TypeError or RangeError for what no record is left of. Once for each connection: a look at what is kept. */
export function checkOrigin(origin: RecordOrigin, record: ConnectionRecord): void {
  checkObject('origin', origin, 'a RecordOrigin');
  checkAddress('origin.localAddress', origin.localAddress);
  checkPort('origin.localPort', origin.localPort);
  checkAddress('origin.remoteAddress', origin.remoteAddress);
  checkPort('origin.remotePort', origin.remotePort);
  checkBinding('origin.binding', origin.binding);
  const given: unknown = record;
  if (typeof given !== 'object' || given === null || typeof record.sndNxt !== 'number')
    throw new TypeError(`record must be a ConnectionRecord, not ${shown(given)}`);
}

/** Throws a TypeError for what is no entry of a table of records. */
export function checkEntry(entry: RecordEntry): void {
  const given: unknown = entry;
  if (typeof given !== 'object' || given === null || typeof entry.slot !== 'number')
    throw new TypeError(`entry must be a RecordEntry, not ${shown(given)}`);
}

function checkDevice(device: PacketDevice): void {
  checkHas('device', device, ['transmit', 'attach'], 'a PacketDevice');
  checkObject('device.offload', device.offload, 'a DeviceOffload');
  checkInteger('device.mtu', device.mtu, 1, Infinity);
}

function bitsOf(address: IpAddress): number {
  return address.isIPv4 ? 32 : 128;
}
