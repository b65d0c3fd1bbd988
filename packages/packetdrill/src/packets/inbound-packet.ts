import {
  Ecn,
  Flag,
  icmpError,
  type IcmpMessage,
  type Packet,
  Segment,
  type TcpPacket,
} from '@halfclose/codec';
import { checkSettings, type DrillSettings } from '../script/drill-settings.ts';
import { icmpNumbers } from './icmp-names.ts';
import { checkConnection, type ScriptConnection } from './script-connection.ts';
import { ScriptFault } from '../script/script-fault.ts';
import {
  checkScriptPacket,
  type EcnMark,
  type ScriptIcmpPacket,
  type ScriptIpHeader,
  type ScriptPacket,
  type ScriptTcpPacket,
} from '../script/script-packet.ts';
import { setSegmentOptions } from './segment-options.ts';
import type { ScriptTcpOption } from '../script/tcp-option.ts';
import { unsupportedInPacket } from './unsupported-packet.ts';
import { UnsupportedError } from '../script/unsupported-error.ts';

/** What the original gives the packets it sends. */
const HOP_LIMIT = 255;

/** An ICMP message has so many octets before its body. */
const ICMP_HEADER = 8;

/** The longest quoted text; what an error quotes is cut far below that. */
const MAX_QUOTED = 1000;

const MARKS: Readonly<Record<EcnMark, number>> = {
  noecn: Ecn.NotEct,
  ect0: Ecn.Ect0,
  ect1: Ecn.Ect1,
  ect01: Ecn.Ect0,
  ce: Ecn.Ce,
};

/**
 * The packet that the script sends to the stack, as it is on the wire: addresses and ports of the connection, sequence
 * numbers and echoed timestamps as the stack counts them, zeros as text.
 *
 * @throws TypeError or RangeError that names the argument which is none
 * @throws ScriptFault if it echoes a timestamp that the stack never sent, or names no ICMP message that exists
 * @throws UnsupportedError for UDP, tunnels and flow labels
 */
export function inboundPacket(
  script: ScriptPacket,
  connection: ScriptConnection,
  settings: DrillSettings,
): Packet {
  checkScriptPacket('script', script);
  checkConnection('connection', connection);
  checkSettings('settings', settings);
  const reason = unsupportedInPacket(script);
  if (reason !== null || script.kind === 'udp') throw new UnsupportedError(reason ?? 'UDP');
  const { localAddress, remoteAddress } = connection.endpoints;
  const route = {
    source: remoteAddress,
    destination: localAddress,
    hopLimit: script.ip.ttl ?? HOP_LIMIT,
    dscp: (script.ip.tos ?? 0) >> 2,
  };
  if (script.kind === 'icmp') return { kind: 'icmp', ...route, message: inboundMessage(script, connection) };
  return { kind: 'tcp', ...route, segment: inboundSegment(script, connection, settings) };
}

function inboundSegment(
  script: ScriptTcpPacket,
  connection: ScriptConnection,
  settings: DrillSettings,
): Segment {
  connection.noteInbound(script);
  const { endpoints, sequence } = connection;
  const isSyn = (script.flags & Flag.SYN) !== 0;
  const hasAck = (script.flags & Flag.ACK) !== 0;
  const segment = new Segment();
  segment.sourcePort = script.ports?.source ?? endpoints.remotePort;
  segment.destinationPort = script.ports?.destination ?? endpoints.localPort;
  segment.seq = sequence.remoteToWire(script.sequence.start, isSyn);
  segment.ack = hasAck ? sequence.localToWire(script.ack, isSyn) : script.ack | 0;
  segment.flags = script.flags;
  segment.window = script.window ?? 0;
  segment.urgentPointer = script.urgentPointer;
  segment.ecn = ecnOf(script.ip);
  const { length } = script.sequence;
  segment.payload = new Uint8Array(length);
  if (settings.mss > 0 && length > settings.mss) segment.gsoSize = settings.mss;
  const options = (script.options ?? []).map((option) =>
    liveOption(option, isSyn, hasAck, connection, settings),
  );
  setSegmentOptions(segment, options);
  return segment;
}

function ecnOf({ ecn, tos }: ScriptIpHeader): number {
  return ecn === null ? (tos ?? 0) & 3 : MARKS[ecn];
}

/** The option as it is on the wire. */
function liveOption(
  option: ScriptTcpOption,
  isSyn: boolean,
  hasAck: boolean,
  { sequence, timestamps }: ScriptConnection,
  settings: DrillSettings,
): ScriptTcpOption {
  if (option.kind === 'sack') {
    return { kind: 'sack', edges: option.edges.map((edge) => sequence.localToWire(edge, isSyn)) };
  }
  if (option.kind !== 'TS' || !hasAck) return option;
  const { value, echo } = option;
  const live =
    timestamps.echoToWire(echo) ?? (settings.timestampEchoScaled ? timestamps.shiftToWire(echo) : null);
  if (live === null) {
    throw new ScriptFault(`TS ecr ${echo} echoes no TS val that the script has seen from the stack`);
  }
  return { kind: 'TS', value, echo: live };
}

function inboundMessage(script: ScriptIcmpPacket, connection: ScriptConnection): IcmpMessage {
  const { isIPv4 } = connection.endpoints.localAddress;
  const { type, code } = icmpNumbers(script.type, script.code, isIPv4);
  const parameter = parameterOf(script, type, code, isIPv4);
  if (script.quote?.kind === 'raw') {
    const body = new Uint8Array(Math.max(0, script.quote.length - ICMP_HEADER));
    return { type, code, parameter, quoted: null, body };
  }
  return icmpError(type, code, quotedPacket(script, connection), parameter);
}

/** Octets 4 to 7: the MTU, or the identifier of an echo in the upper half. */
function parameterOf({ mtu, echoId }: ScriptIcmpPacket, type: number, code: number, isIPv4: boolean): number {
  if (mtu === null) return (echoId ?? 0) * 0x10000;
  const tellsMtu = isIPv4 ? type === 3 && code === 4 : type === 2;
  if (!tellsMtu) {
    throw new ScriptFault(`only ${isIPv4 ? 'unreachable frag_needed' : 'packet_too_big'} tells an MTU`);
  }
  if (isIPv4 && mtu > 0xffff) throw new ScriptFault(`the MTU of ICMP has 16 bits: ${mtu}`);
  return mtu;
}

/** The packet of the stack that the message is about; without a quote, its SYN. */
function quotedPacket({ quote }: ScriptIcmpPacket, { endpoints, sequence }: ScriptConnection): TcpPacket {
  const { localAddress, localPort, remoteAddress, remotePort } = endpoints;
  const range = quote?.kind === 'tcp' ? quote.sequence : { start: 0, length: 0 };
  const segment = new Segment();
  segment.sourcePort = localPort;
  segment.destinationPort = remotePort;
  segment.seq = sequence.localToWire(range.start, false);
  segment.payload = new Uint8Array(Math.min(range.length, MAX_QUOTED));
  return { kind: 'tcp', source: localAddress, destination: remoteAddress, hopLimit: 64, dscp: 0, segment };
}
