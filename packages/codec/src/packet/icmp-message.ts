import type { IpAddress } from '../address/ip-address.ts';
import type { SequenceNumber } from './sequence-number.ts';

/** The start of the TCP packet that an ICMP error is about, as far as the error quotes it (RFC 792; RFC 4443, 2.4). */
export interface QuotedSegment {
  /** Whose segment it was: the source address of the quoted IP header. */
  readonly source: IpAddress;
  /** Where it was to go. */
  readonly destination: IpAddress;
  /** 0 to 65535. */
  readonly sourcePort: number;
  /** 0 to 65535. */
  readonly destinationPort: number;
  /** Its sequence number, as int32: RFC 5927, 4.1, has it checked against what is in flight. */
  readonly seq: SequenceNumber;
}

/**
 * An ICMP (RFC 792, for IPv4) or ICMPv6 (RFC 4443) message. Which of the two follows from the family of the packet
 * that carries it. TCP acts on errors that quote one of its segments (RFC 9293, 3.9.2.2).
 */
export interface IcmpMessage {
  /** 0 to 255. */
  readonly type: number;
  /** 0 to 255. */
  readonly code: number;
  /** The octets 4 to 7 of the message as an unsigned number: the next-hop MTU for "fragmentation needed"
   * (low 16 bits) and ICMPv6 "packet too big". */
  readonly parameter: number;
  /** The TCP segment that an error message quotes; `null` where it quotes none or too little. */
  readonly quoted: QuotedSegment | null;
  /** Everything after the first 8 octets of the message, as on the wire. */
  readonly body: Uint8Array;
}
