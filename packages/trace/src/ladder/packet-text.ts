import {
  Flag,
  IcmpType,
  IcmpUnreachable,
  Icmpv6Type,
  Icmpv6Unreachable,
  type IcmpPacket,
  type Segment,
} from '@halfclose/codec';
import type { SegmentNumbers } from './relative-numbers.ts';

const FLAG_NAMES = [
  [Flag.SYN, 'SYN'],
  [Flag.FIN, 'FIN'],
  [Flag.RST, 'RST'],
  [Flag.PSH, 'PSH'],
  [Flag.ACK, 'ACK'],
  [Flag.URG, 'URG'],
  [Flag.ECE, 'ECE'],
  [Flag.CWR, 'CWR'],
  [Flag.AE, 'AE'],
] as const;

/** The names of the flags, apart by spaces: `FIN ACK`. */
function formatFlags(flags: number): string {
  const names = FLAG_NAMES.filter(([flag]) => (flags & flag) !== 0).map(([, name]) => name);
  return names.length === 0 ? 'no flags' : names.join(' ');
}

/**
 * A segment in the manner of tcpdump, `PSH ACK 1:1001(1000) ack 1 win 65536`, in several forms: the whole first, then
 * ever shorter ones.
 */
export function segmentForms(segment: Segment, numbers: SegmentNumbers, timestamps: boolean): string[] {
  const { seq, end, ack, window } = numbers;
  const flags = formatFlags(segment.flags);
  const range = `${flags} ${seq}:${end}(${segment.payload.length})`;
  const core = ack === null ? range : `${range} ack ${ack}`;
  const win = (segment.flags & Flag.RST) === 0 ? ` win ${window}` : '';
  const urgent = (segment.flags & Flag.URG) === 0 ? '' : ` urg ${segment.urgentPointer}`;
  const options = formatOptions(segment, numbers, timestamps);
  return [core + win + urgent + options, core + urgent + options, core, range, flags];
}

function formatOptions(segment: Segment, numbers: SegmentNumbers, timestamps: boolean): string {
  const options: string[] = [];
  if (segment.maximumSegmentSize >= 0) options.push(`mss ${segment.maximumSegmentSize}`);
  if (segment.sackPermitted) options.push('sackOK');
  if (segment.hasTimestamps) {
    if (timestamps) options.push(`TS ${segment.timestampValue >>> 0} ecr ${segment.timestampEcho >>> 0}`);
    else if ((segment.flags & Flag.SYN) !== 0) options.push('TS');
  }
  if (segment.windowScale >= 0) options.push(`wscale ${segment.windowScale}`);
  const blocks = numbers.sackBlocks.map(([left, right]) => `${left}:${right}`);
  if (blocks.length > 0) options.push(`sack ${blocks.join(' ')}`);
  for (const { kind } of segment.unknownOptions ?? []) options.push(`opt ${kind}`);
  return options.length === 0 ? '' : ` <${options.join(',')}>`;
}

const UNREACHABLE = new Map<number, string>([
  [IcmpUnreachable.NETWORK, 'net unreachable'],
  [IcmpUnreachable.HOST, 'host unreachable'],
  [IcmpUnreachable.PROTOCOL, 'protocol unreachable'],
  [IcmpUnreachable.PORT, 'port unreachable'],
  [IcmpUnreachable.FRAGMENTATION_NEEDED, 'fragmentation needed'],
  [IcmpUnreachable.SOURCE_ROUTE_FAILED, 'source route failed'],
  [IcmpUnreachable.NETWORK_PROHIBITED, 'net prohibited'],
  [IcmpUnreachable.HOST_PROHIBITED, 'host prohibited'],
  [IcmpUnreachable.PROHIBITED, 'prohibited'],
]);

const UNREACHABLE_V6 = new Map<number, string>([
  [Icmpv6Unreachable.NO_ROUTE, 'no route'],
  [Icmpv6Unreachable.PROHIBITED, 'prohibited'],
  [Icmpv6Unreachable.BEYOND_SCOPE, 'beyond scope'],
  [Icmpv6Unreachable.ADDRESS, 'address unreachable'],
  [Icmpv6Unreachable.PORT, 'port unreachable'],
  [Icmpv6Unreachable.SOURCE_POLICY, 'source policy'],
  [Icmpv6Unreachable.ROUTE_REJECTED, 'route rejected'],
]);

/** An ICMP message in several forms: the whole first, then shorter ones. */
export function icmpForms({ source, message }: IcmpPacket): string[] {
  const name = source.isIPv4 ? 'ICMP' : 'ICMPv6';
  const what = `${name} ${icmpName(source.isIPv4, message.type, message.code)}`;
  const mtu = isTooBig(source.isIPv4, message.type, message.code) ? ` mtu ${message.parameter}` : '';
  return [`${what}${mtu} from ${source.toString()}`, what + mtu, what, name];
}

function icmpName(isIPv4: boolean, type: number, code: number): string {
  const unreachable = isIPv4 ? IcmpType.DESTINATION_UNREACHABLE : Icmpv6Type.DESTINATION_UNREACHABLE;
  const known = type === unreachable ? (isIPv4 ? UNREACHABLE : UNREACHABLE_V6).get(code) : undefined;
  if (known !== undefined) return known;
  if (type === (isIPv4 ? IcmpType.TIME_EXCEEDED : Icmpv6Type.TIME_EXCEEDED)) return 'time exceeded';
  if (isTooBig(isIPv4, type, code)) return 'packet too big';
  return `type ${type} code ${code}`;
}

function isTooBig(isIPv4: boolean, type: number, code: number): boolean {
  return isIPv4
    ? type === IcmpType.DESTINATION_UNREACHABLE && code === IcmpUnreachable.FRAGMENTATION_NEEDED
    : type === Icmpv6Type.PACKET_TOO_BIG;
}
