import type { Packet, Segment } from '@halfclose/codec';
import {
  checkAddress,
  checkArray,
  checkFunction,
  checkInteger,
  checkNumber,
  checkObject,
  checkOneOf,
  checkText,
  shown,
} from '@halfclose/codec/arguments';
import type { DrillMode, DrillSettings } from './drill-settings.ts';
import type { EventTime } from '../script/event-time.ts';
import type { Expression } from '../script/expression.ts';
import type { CommandEnvironment } from '../commands/interpret-command.ts';
import type { Microseconds } from '../script/microseconds.ts';
import type { RunOptions } from './run-script.ts';
import type { Script } from '../script/script.ts';
import type { Endpoints, ScriptConnection } from '../packets/script-connection.ts';
import type { ScriptPacket, ScriptTcpPacket } from '../script/script-packet.ts';

/** Throws a TypeError for what is no script, as `parseScript` makes. */
export function checkScript(script: Script): void {
  checkObject('script', script, 'a Script, as parseScript() makes');
  checkArray('script.events', script.events);
  checkArray('script.options', script.options);
}

/** Throws a TypeError or RangeError for how no script can be run. */
export function checkRunOptions({ mode, profile, readScript, observe }: RunOptions): void {
  if (mode !== undefined) checkMode(mode);
  // What is in it a host looks at.
  if (profile !== undefined) checkObject('profile', profile, 'a Profile');
  if (readScript !== undefined) checkFunction('readScript', readScript);
  if (observe !== undefined) checkFunction('observe', observe);
}

/** Throws a TypeError for what is no map of words. */
export function checkDefines(defines: ReadonlyMap<string, string>): void {
  const given: unknown = defines;
  if (!(given instanceof Map)) throw new TypeError(`defines must be a Map, not ${shown(given)}`);
}

const MODES: readonly DrillMode[] = ['ipv4', 'ipv6', 'mapped'];
const TIMES: readonly EventTime['kind'][] = [
  'absolute',
  'relative',
  'absolute-range',
  'relative-range',
  'any',
];

/** Throws a TypeError or RangeError for what is no mode. */
export function checkMode(mode: DrillMode): void {
  checkOneOf('mode', mode, MODES);
}

/** Throws a TypeError for what commands cannot be interpreted with. */
export function checkEnvironment(environment: CommandEnvironment): void {
  checkObject('environment', environment, 'a CommandEnvironment');
  const { readScript } = environment;
  if (readScript !== undefined) checkFunction('environment.readScript', readScript);
}

/** Throws a TypeError or RangeError for what is no time, or no duration. */
export function checkMicroseconds(name: string, value: Microseconds): void {
  checkNumber(name, value, -Number.MAX_VALUE, Number.MAX_VALUE);
}

/** Throws a TypeError or RangeError for what is not the time of an event. */
export function checkEventTime(time: EventTime): void {
  checkObject('time', time, 'an EventTime');
  checkOneOf('time.kind', time.kind, TIMES);
}

/** Throws a TypeError for what is not an expression of the language. */
export function checkExpression(expression: Expression): void {
  checkObject('expression', expression, 'an Expression, as parseScript() makes');
  checkText('expression.kind', expression.kind);
}

/** Throws a TypeError for what are no settings. */
export function checkSettings(name: string, settings: DrillSettings): void {
  checkObject(name, settings, 'DrillSettings, as settingsOf() makes');
  checkNumber(`${name}.tolerance`, settings.tolerance, 0, Infinity);
}

/** Throws a TypeError or RangeError for what are no four numbers of a connection. */
export function checkEndpoints(endpoints: Endpoints): void {
  checkObject('endpoints', endpoints, 'Endpoints');
  checkAddress('endpoints.localAddress', endpoints.localAddress);
  checkInteger('endpoints.localPort', endpoints.localPort, 0, 0xffff);
  checkAddress('endpoints.remoteAddress', endpoints.remoteAddress);
  checkInteger('endpoints.remotePort', endpoints.remotePort, 0, 0xffff);
}

/** Throws a TypeError for what is no connection of a script. */
export function checkConnection(name: string, connection: ScriptConnection): void {
  checkObject(name, connection, 'a ScriptConnection');
  checkObject(`${name}.endpoints`, connection.endpoints, 'Endpoints');
}

/** Throws a TypeError or RangeError for what is no packet of a script. */
export function checkScriptPacket(name: string, packet: ScriptPacket): void {
  checkObject(name, packet, 'a ScriptPacket, as parseScript() makes');
  checkOneOf(`${name}.kind`, packet.kind, ['tcp', 'udp', 'icmp']);
}

/** Throws a TypeError or RangeError for what is no TCP packet of a script. */
export function checkScriptSegment(name: string, packet: ScriptTcpPacket): void {
  checkObject(name, packet, 'a ScriptTcpPacket, as parseScript() makes');
  checkOneOf(`${name}.kind`, packet.kind, ['tcp']);
}

/** Throws a TypeError or RangeError for what is no packet. */
export function checkPacket(name: string, packet: Packet): void {
  checkObject(name, packet, 'a Packet');
  checkOneOf(`${name}.kind`, packet.kind, ['tcp', 'icmp']);
}

/** Throws a TypeError or RangeError for what is no segment. */
export function checkSegment(name: string, segment: Segment): void {
  checkObject(name, segment, 'a Segment');
  checkInteger(`${name}.seq`, segment.seq, -(2 ** 31), 2 ** 31 - 1);
}
