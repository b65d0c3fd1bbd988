import { LinkType } from './link-types.ts';

/** Why a frame holds no IP packet that is read. */
export const LINK_REFUSALS = {
  'link-type': 'a link type that is not read',
  'link-truncated': 'cut before its IP header',
  'not-ip': 'no IP: ARP, say, or what belongs to the link alone',
} as const;

/** A name of {@link LINK_REFUSALS}. */
export type LinkRefusal = keyof typeof LINK_REFUSALS;

const EtherType = {
  IPV4: 0x0800,
  IPV6: 0x86dd,
  VLAN: 0x8100,
  SERVICE_VLAN: 0x88a8,
  OLD_SERVICE_VLAN: 0x9100,
  PPPOE_SESSION: 0x8864,
  MPLS: 0x8847,
} as const;

const PppProtocol = { IPV4: 0x0021, IPV6: 0x0057 } as const;
/** Address families of IPv4, and of IPv6 on the systems that write NULL and LOOP. */
const AF_INET = 2;
const AF_INET6 = [10, 24, 28, 30];

/** Where the IP packet begins in a frame of this link type, or why there is none that is read. */
export function ipOffset(linkType: number, bytes: Uint8Array): number | LinkRefusal {
  switch (linkType) {
    case LinkType.ETHERNET:
      return behindEtherType(bytes, 12);
    case LinkType.LINUX_SLL:
      return behindEtherType(bytes, 14);
    case LinkType.LINUX_SLL2:
      // The protocol stands first, and the packet behind 20 bytes.
      return bytes.length < 20 ? 'link-truncated' : behindProtocol(bytes, readUint16(bytes, 0), 20);
    case LinkType.NULL:
    case LinkType.LOOP:
      return behindFamily(bytes);
    case LinkType.PPP:
    case LinkType.PPP_HDLC:
      return behindPpp(bytes, 0);
    case LinkType.RAW:
    case LinkType.RAW_BSD:
    case LinkType.RAW_OPENBSD:
    case LinkType.IPV4:
    case LinkType.IPV6:
      return atIp(bytes, 0);
    default:
      return 'link-type';
  }
}

function behindEtherType(bytes: Uint8Array, at: number): number | LinkRefusal {
  if (bytes.length < at + 2) return 'link-truncated';
  return behindProtocol(bytes, readUint16(bytes, at), at + 2);
}

/** `at`: what follows the header whose protocol it is. Tags may be nested. */
function behindProtocol(bytes: Uint8Array, protocol: number, at: number): number | LinkRefusal {
  switch (protocol) {
    case EtherType.IPV4:
    case EtherType.IPV6:
      return atIp(bytes, at);
    case EtherType.VLAN:
    case EtherType.SERVICE_VLAN:
    case EtherType.OLD_SERVICE_VLAN:
      return behindEtherType(bytes, at + 2);
    case EtherType.PPPOE_SESSION:
      return behindPpp(bytes, at + 6);
    case EtherType.MPLS:
      return behindLabels(bytes, at);
    default:
      return 'not-ip';
  }
}

/** RFC 3032, 2.1: the last label has the bit S. */
function behindLabels(bytes: Uint8Array, start: number): number | LinkRefusal {
  for (let at = start; at + 4 <= bytes.length; at += 4) {
    if (((bytes[at + 2] ?? 0) & 1) !== 0) return atIp(bytes, at + 4);
  }
  return 'link-truncated';
}

/** With or without address and control field (RFC 1662), and with a protocol field of one or two bytes (RFC 1661). */
function behindPpp(bytes: Uint8Array, start: number): number | LinkRefusal {
  const at = bytes[start] === 0xff && bytes[start + 1] === 0x03 ? start + 2 : start;
  const first = bytes[at];
  if (first === undefined) return 'link-truncated';
  const isShort = (first & 1) !== 0 && first !== 0xff;
  if (!isShort && bytes.length < at + 2) return 'link-truncated';
  const protocol = isShort ? first : readUint16(bytes, at);
  const isIp = protocol === PppProtocol.IPV4 || protocol === PppProtocol.IPV6;
  return isIp ? atIp(bytes, at + (isShort ? 1 : 2)) : 'not-ip';
}

/** In the byte order of the machine that wrote the file (NULL), or of the network (LOOP): families are small numbers. */
function behindFamily(bytes: Uint8Array): number | LinkRefusal {
  if (bytes.length < 4) return 'link-truncated';
  const big = readUint16(bytes, 0) === 0;
  const family = big ? readUint16(bytes, 2) : (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8);
  return family === AF_INET || AF_INET6.includes(family) ? atIp(bytes, 4) : 'not-ip';
}

function atIp(bytes: Uint8Array, at: number): number | LinkRefusal {
  const first = bytes[at];
  if (first === undefined) return 'link-truncated';
  return first >> 4 === 4 || first >> 4 === 6 ? at : 'not-ip';
}

function readUint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
