import { Flag, type Packet, type TcpPacket } from '@halfclose/codec';
import { checkPacket } from './check-packet.ts';
import { checkConnection, type ScriptConnection } from './script-connection.ts';
import { wireOptions } from './segment-options.ts';
import { formatFlags } from '../script/tcp-flags.ts';
import type { ScriptTcpOption } from '../script/tcp-option.ts';

/**
 * A packet of the stack as the script would write it: `> S. 0:0(0) ack 1 win 65535 <mss 1460>`, with its numbers as
 * the script counts them.
 *
 * @throws TypeError or RangeError that names the argument which is none
 */
export function formatOutbound(packet: Packet, connection: ScriptConnection): string {
  checkPacket('packet', packet);
  checkConnection('connection', connection);
  if (packet.kind === 'icmp') return `> icmp type_${packet.message.type} code_${packet.message.code}`;
  const { segment } = packet;
  const isSyn = (segment.flags & Flag.SYN) !== 0;
  const start = connection.sequence.localToScript(segment.seq, isSyn);
  const { length } = segment.payload;
  const parts = ['>', formatFlags(segment.flags), formatRange(start, length)];
  if ((segment.flags & Flag.ACK) !== 0) {
    parts.push(`ack ${connection.sequence.remoteToScript(segment.ack, isSyn)}`);
  }
  parts.push(`win ${segment.window}`);
  if ((segment.flags & Flag.URG) !== 0) parts.push(`urg ${segment.urgentPointer}`);
  const options = formatOptions(outboundOptions(packet, connection));
  if (options !== '') parts.push(options);
  return parts.join(' ');
}

/** `seq:end(length)`. */
export function formatRange(start: number, length: number): string {
  return `${start}:${(start + length) >>> 0}(${length})`;
}

/** Options of a packet of the stack, in their order on the wire, with numbers as the script counts them. */
export function outboundOptions(packet: TcpPacket, connection: ScriptConnection): ScriptTcpOption[] {
  const isSyn = (packet.segment.flags & Flag.SYN) !== 0;
  const { sequence, timestamps } = connection;
  return wireOptions(packet).map((option) => {
    if (option.kind === 'sack') {
      return { kind: 'sack', edges: option.edges.map((edge) => sequence.remoteToScript(edge, isSyn)) };
    }
    if (option.kind === 'TS') return { ...option, value: timestamps.valueToScript(option.value) };
    return option;
  });
}

/** Options as scripts write them: `<mss 1460,nop,wscale 7>`; nothing for none. */
export function formatOptions(options: readonly ScriptTcpOption[]): string {
  return options.length === 0 ? '' : `<${options.map(formatOption).join(',')}>`;
}

function formatOption(option: ScriptTcpOption): string {
  switch (option.kind) {
    case 'eol':
    case 'nop':
    case 'sackOK':
      return option.kind;
    case 'mss':
      return `mss ${option.value}`;
    case 'wscale':
      return `wscale ${option.shift}`;
    case 'sack':
      return `sack ${blocksOf(option.edges).join(' ')}`;
    case 'TS':
      return `TS val ${option.value} ecr ${option.echo}`;
    case 'md5':
      return `md5 ${hexOf(option.digest)}`;
    case 'FO':
    case 'FOEXP':
      return option.cookie.length === 0 ? option.kind : `${option.kind} ${hexOf(option.cookie)}`;
    case 'ECN':
      return `ECN ${option.counters.map(({ name, value }) => `${name} ${value}`).join(' ')}`;
    case 'unknown':
      return `kind-${option.number} ${hexOf(option.data)}`;
  }
}

function blocksOf(edges: readonly number[]): string[] {
  return edges.flatMap((edge, index) => (index % 2 === 0 ? [`${edge}:${edges[index + 1] ?? '?'}`] : []));
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => octet.toString(16).padStart(2, '0')).join('');
}
