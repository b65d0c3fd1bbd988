import { checkOctets } from '../arguments.ts';
import { Icmpv6Parameter } from '../packet/icmp-type.ts';
import { isExtensionHeader } from './ipv6-extension-headers.ts';
import { Ipv6View } from './ipv6-view.ts';
import { readUint8 } from '../octets.ts';
import { Protocol } from '../packet/protocol.ts';

/** What a host answers an IPv6 packet with that it does not understand (RFC 4443, 3.4). */
export interface Ipv6Fault {
  /** One of `Icmpv6Parameter`. */
  readonly code: number;
  /** Where in the packet the fault is: octets from its start. */
  readonly pointer: number;
}

const PAD1 = 0;
const PADN = 1;
/** What an option's type says of a packet whose host does not know it: 2 is to discard and to tell; 3 as well, if it was for this
 * host alone (RFC 8200, 4.2). */
const TELLS = 0x80;

/**
 * The first of the faults of an IPv6 frame that its sender is to be told of: a protocol or an extension header that nobody
 * knows, an option that wants to be known, a route of which stations are left (RFC 8200, 4, 4.2, 4.4). `null`: there is none,
 * or the packet is an error of ICMPv6, about which none is sent, or too short to tell.
 *
 * @param frame octets from the IP header on
 */
export function findIpv6Fault(frame: Uint8Array): Ipv6Fault | null {
  checkOctets('frame', frame);
  const ip = Ipv6View.check(frame);
  if (typeof ip === 'string') return null;
  let fault: Ipv6Fault | null = null;
  // Of the number of the header at `at`.
  let place = 6;
  let at = ip.payloadOffset;
  let header = readUint8(frame, place);
  while (isExtensionHeader(header)) {
    if (ip.end - at < 8) return null;
    const length = header === Protocol.FRAGMENT ? 8 : (readUint8(frame, at + 1) + 1) * 8;
    if (length > ip.end - at) return null;
    fault ??= faultOf(header, frame, at, length);
    place = at;
    header = readUint8(frame, place);
    at += length;
  }
  if (header === Protocol.NO_NEXT_HEADER) return fault;
  if (header !== Protocol.ICMPV6)
    return fault ?? (isKnown(header) ? null : { code: Icmpv6Parameter.NEXT_HEADER, pointer: place });
  const isError = ip.end === at || (readUint8(frame, at) & 0x80) === 0;
  return isError ? null : fault;
}

function isKnown(header: number): boolean {
  return header === Protocol.TCP || header === Protocol.UDP;
}

function faultOf(header: number, frame: Uint8Array, at: number, length: number): Ipv6Fault | null {
  if (header === Protocol.FRAGMENT) return null;
  if (header !== Protocol.ROUTING) return optionFault(frame, at + 2, at + length);
  return readUint8(frame, at + 3) === 0 ? null : { code: Icmpv6Parameter.HEADER_FIELD, pointer: at + 2 };
}

function optionFault(frame: Uint8Array, start: number, end: number): Ipv6Fault | null {
  let at = start;
  while (at < end) {
    const type = readUint8(frame, at);
    if (type === PAD1) {
      at += 1;
      continue;
    }
    if (end - at < 2) return null;
    if (type !== PADN && type >= TELLS) return { code: Icmpv6Parameter.OPTION, pointer: at };
    // One that is to be dropped in silence.
    if (type !== PADN && type >= 0x40) return null;
    at += 2 + readUint8(frame, at + 1);
  }
  return null;
}
