import { checkObject, checkOneOf } from '@halfclose/codec/arguments';
import type { ScriptTcpOption } from './tcp-option.ts';
import type { SourcePosition } from './source-position.ts';

/** `<`: the script sends it to the stack; `>`: the stack is to send it. */
export type Direction = 'inbound' | 'outbound';

/** `[ect0]` and its kin; `ect01` is either of ECT(0) and ECT(1), and only expected. */
export type EcnMark = 'noecn' | 'ect0' | 'ect1' | 'ce' | 'ect01';

/** What a script says of the IP header; `null` where it says nothing. */
export interface ScriptIpHeader {
  readonly ecn: EcnMark | null;
  /** The whole octet: DSCP and ECN. */
  readonly tos: number | null;
  readonly ttl: number | null;
  readonly flowLabel: number | null;
}

/** A header around the packet: `ipv4 1.2.3.4 > 5.6.7.8:`, `gre:`, `mpls ...:`, `encap psp ...`. */
export interface Encapsulation {
  readonly position: SourcePosition;
  readonly protocol: 'ipv4' | 'ipv6' | 'gre' | 'mpls' | 'psp';
  readonly text: string;
}

/** Both ports, where a script names them: `1234 > 80`. */
export interface PortPair {
  readonly source: number;
  readonly destination: number;
}

/** `seq:end(length)`, in the script's own sequence space; numbers from 0 to 2^32 - 1. */
export interface SequenceRange {
  readonly start: number;
  readonly end: number;
  readonly length: number;
}

interface PacketBase {
  readonly position: SourcePosition;
  /** As it stands in the script, with `<` or `>` and without the time. */
  readonly text: string;
  readonly direction: Direction;
  readonly ip: ScriptIpHeader;
  /** From the outermost in. */
  readonly encapsulations: readonly Encapsulation[];
}

/** A TCP segment in a script. */
export interface ScriptTcpPacket extends PacketBase {
  readonly kind: 'tcp';
  readonly ports: PortPair | null;
  /** Bits of `Flag`. */
  readonly flags: number;
  /** The three bits AE, CWR and ECE as a number, where the script writes them so (`.5`); `flags` has them, too. */
  readonly ace: number | null;
  readonly sequence: SequenceRange;
  /** In the script's sequence space; 0 if not given. */
  readonly ack: number;
  /** As on the wire, unscaled; `null`: not checked. */
  readonly window: number | null;
  readonly urgentPointer: number;
  /** In their order; `null`: not checked (`<...>`). */
  readonly options: readonly ScriptTcpOption[] | null;
}

/** What an ICMP message is about, in brackets: the start of a packet that the stack sent. */
export type IcmpQuote =
  | { readonly kind: 'tcp'; readonly sequence: SequenceRange }
  | { readonly kind: 'udp'; readonly length: number }
  | { readonly kind: 'raw'; readonly length: number };

/** An ICMP or ICMPv6 message in a script. */
export interface ScriptIcmpPacket extends PacketBase {
  readonly kind: 'icmp';
  /** `unreachable`, `packet_too_big`, `type_3`. */
  readonly type: string;
  /** `host_unreachable`, `code_1`; `null`: 0. */
  readonly code: string | null;
  readonly mtu: number | null;
  readonly echoId: number | null;
  readonly quote: IcmpQuote | null;
}

/** A UDP datagram in a script. */
export interface ScriptUdpPacket extends PacketBase {
  readonly kind: 'udp';
  readonly ports: PortPair | null;
  /** Octets of payload. */
  readonly length: number;
}

/** A packet that a script sends or expects. */
export type ScriptPacket = ScriptTcpPacket | ScriptIcmpPacket | ScriptUdpPacket;

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
