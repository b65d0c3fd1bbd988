import { Ecn, Flag, type IcmpPacket, type Packet, type TcpPacket } from '@halfclose/codec';
import { checkObject } from '@halfclose/codec/arguments';
import { checkPacket } from './check-packet.ts';
import { checkSettings, type DrillSettings } from '../script/drill-settings.ts';
import { icmpNumbers } from './icmp-names.ts';
import { checkMicroseconds, type Microseconds } from '../script/microseconds.ts';
import { formatOptions, formatRange, outboundOptions } from './packet-text.ts';
import { checkConnection, type ScriptConnection } from './script-connection.ts';
import {
  checkScriptPacket,
  type EcnMark,
  type ScriptIcmpPacket,
  type ScriptPacket,
  type ScriptTcpPacket,
} from '../script/script-packet.ts';
import { ACE_FLAGS, aceOf, formatFlags } from '../script/tcp-flags.ts';
import type { ScriptTcpOption } from '../script/tcp-option.ts';
import { encodeOption } from '../script/tcp-option-bytes.ts';
import { toleranceOf } from '../script/timing.ts';
import { UnsupportedError } from '../script/unsupported-error.ts';
import { unsupportedInPacket } from './unsupported-packet.ts';

/** A field in which a packet is not as expected; both as the script would write them. */
export interface FieldDifference {
  /** `'flags'`, `'seq'`, `'ack'`, `'window'`, `'options'`, ... */
  readonly field: string;
  readonly expected: string;
  readonly actual: string;
}

/** What a comparison depends on besides the two packets. */
export interface ComparisonContext {
  readonly connection: ScriptConnection;
  readonly settings: DrillSettings;
  /** Time since the start of the script; timestamps may be off by a part of it. */
  readonly elapsed: Microseconds;
}

/** Marks by number. */
const MARKS: readonly EcnMark[] = ['noecn', 'ect1', 'ect0', 'ce'];

/**
 * Compares a packet of the stack with what the script expects of it, and notes what the script has to know of it
 * later: the stack's ISN, and its timestamps.
 *
 * As strict as the original: all flags, sequence numbers, length, urgent pointer, zeros as text; options with their
 * order, kinds, lengths and values, but for timestamps, whose values are checked only if the script says how long a
 * tick is; window, TOS, ECN and TTL where the script gives them.
 *
 * @returns the fields that differ, none if all is as expected
 * @throws TypeError or RangeError that names the argument which is none
 * @throws ScriptFault if the script names no ICMP message that exists
 * @throws UnsupportedError for UDP, tunnels and flow labels
 */
export function compareOutbound(
  expected: ScriptPacket,
  actual: Packet,
  context: ComparisonContext,
): FieldDifference[] {
  checkScriptPacket('expected', expected);
  checkPacket('actual', actual);
  checkObject('context', context, 'a ComparisonContext');
  checkConnection('context.connection', context.connection);
  checkSettings('context.settings', context.settings);
  checkMicroseconds('context.elapsed', context.elapsed);
  const reason = unsupportedInPacket(expected);
  if (reason !== null || expected.kind === 'udp') throw new UnsupportedError(reason ?? 'UDP');
  const differences: FieldDifference[] = [];
  if (expected.kind === 'tcp' && actual.kind === 'tcp') {
    differences.push(...compareSegment(expected, actual, context));
  } else if (expected.kind === 'icmp' && actual.kind === 'icmp') {
    differences.push(...compareMessage(expected, actual));
  } else {
    return [{ field: 'protocol', expected: expected.kind, actual: actual.kind }];
  }
  differences.push(...compareIpHeader(expected, actual));
  return differences;
}

function compareSegment(
  expected: ScriptTcpPacket,
  actual: TcpPacket,
  context: ComparisonContext,
): FieldDifference[] {
  const { connection } = context;
  const { segment } = actual;
  connection.noteOutbound(expected, segment);
  const { sequence } = connection;
  const isSyn = (segment.flags & Flag.SYN) !== 0;
  const hasAck = (segment.flags & Flag.ACK) !== 0;
  const start = sequence.localToScript(segment.seq, isSyn);
  const ack = hasAck ? sequence.remoteToScript(segment.ack, isSyn) : segment.ack >>> 0;
  const differences = [
    ...compareFlags(expected, segment.flags),
    ...compareValues(
      'seq',
      formatRange(expected.sequence.start, expected.sequence.length),
      formatRange(start, segment.payload.length),
    ),
    ...compareValues('ack', expected.ack, ack),
    ...(expected.window === null ? [] : compareValues('window', expected.window, segment.window)),
    ...compareValues('urgent pointer', expected.urgentPointer, segment.urgentPointer),
    ...compareOptions(expected, actual, context),
  ];
  const stray = segment.payload.findIndex((octet) => octet !== 0);
  if (stray >= 0) {
    const octet = (segment.payload[stray] ?? 0).toString(16).padStart(2, '0');
    differences.push({ field: 'payload', expected: 'zeros', actual: `0x${octet} at octet ${stray}` });
  }
  return differences;
}

/** With `.5` the three bits of AccECN are one number. */
function compareFlags({ flags, ace }: ScriptTcpPacket, actual: number): FieldDifference[] {
  const isEqual =
    ace === null ? flags === actual : (flags & ~ACE_FLAGS) === (actual & ~ACE_FLAGS) && ace === aceOf(actual);
  if (isEqual) return [];
  return [
    {
      field: 'flags',
      expected: formatFlags(flags, ace),
      actual: formatFlags(actual, ace === null ? null : aceOf(actual)),
    },
  ];
}

function compareOptions(
  expected: ScriptTcpPacket,
  actual: TcpPacket,
  context: ComparisonContext,
): FieldDifference[] {
  const { connection } = context;
  const wanted = expected.options?.find((option) => option.kind === 'TS');
  if (wanted !== undefined && actual.segment.hasTimestamps) {
    connection.timestamps.record(wanted.value, actual.segment.timestampValue);
  }
  if (expected.options === null) return [];
  const options = outboundOptions(actual, connection);
  if (!haveSameOptions(expected.options, options)) {
    return [{ field: 'options', expected: shown(expected.options), actual: shown(options) }];
  }
  return compareTimestamp(wanted, options, context);
}

function shown(options: readonly ScriptTcpOption[]): string {
  return options.length === 0 ? 'none' : formatOptions(options);
}

function haveSameOptions(expected: readonly ScriptTcpOption[], actual: readonly ScriptTcpOption[]): boolean {
  return (
    expected.length === actual.length &&
    expected.every((option, index) => {
      const other = actual[index];
      if (other === undefined || option.kind !== other.kind) return false;
      return option.kind === 'TS' || encodeOption(option).join() === encodeOption(other).join();
    })
  );
}

/** TSvals are as far apart as the script says, in ticks, if it says how long these are. */
function compareTimestamp(
  wanted: ScriptTcpOption | undefined,
  options: readonly ScriptTcpOption[],
  { settings, elapsed }: ComparisonContext,
): FieldDifference[] {
  const { timestampTick } = settings;
  const sent = options.find((option) => option.kind === 'TS');
  if (timestampTick === 0 || wanted?.kind !== 'TS' || sent === undefined) return [];
  const distance = Math.abs((sent.value - wanted.value) | 0) * timestampTick;
  if (distance <= toleranceOf(settings, elapsed)) return [];
  return [{ field: 'TS val', expected: String(wanted.value), actual: String(sent.value) }];
}

function compareMessage(expected: ScriptIcmpPacket, { source, message }: IcmpPacket): FieldDifference[] {
  const { type, code } = icmpNumbers(expected.type, expected.code, source.isIPv4);
  return [...compareValues('type', type, message.type), ...compareValues('code', code, message.code)];
}

function compareIpHeader({ ip }: ScriptPacket, actual: Packet): FieldDifference[] {
  const ecn = actual.kind === 'tcp' ? actual.segment.ecn : Ecn.NotEct;
  const mark = MARKS[ecn] ?? 'noecn';
  const differences: FieldDifference[] = [];
  const isEitherEct = ip.ecn === 'ect01' && (ecn === Ecn.Ect0 || ecn === Ecn.Ect1);
  if (ip.ecn !== null && !isEitherEct) differences.push(...compareValues('ecn', ip.ecn, mark));
  if (ip.tos !== null) differences.push(...compareValues('tos', ip.tos, (actual.dscp << 2) | ecn));
  // The original takes a TTL of 0 for none given.
  if (ip.ttl !== null && ip.ttl !== 0) differences.push(...compareValues('ttl', ip.ttl, actual.hopLimit));
  return differences;
}

function compareValues(field: string, expected: number | string, actual: number | string): FieldDifference[] {
  return expected === actual ? [] : [{ field, expected: String(expected), actual: String(actual) }];
}
