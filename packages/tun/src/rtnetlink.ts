// Messages of rtnetlink(7), and what the kernel answers: the interface's index, MTU and state, addresses and routes.

import type { Prefix } from './prefix.ts';

/** What an address or a route is made of. */
type Network = Pick<Prefix, 'bytes' | 'length'>;

/** What of an interface is set or read. */
export interface Link {
  readonly index: number;
  readonly mtu: number;
  readonly isUp: boolean;
}

/** Message types (linux/rtnetlink.h). */
const RTM_NEWLINK = 16;
const RTM_GETLINK = 18;
const RTM_NEWADDR = 20;
const RTM_NEWROUTE = 24;
const NLMSG_ERROR = 2;

/** Flags of requests (linux/netlink.h). */
const NLM_F_REQUEST = 0x001;
const NLM_F_ACK = 0x004;
const NLM_F_REPLACE = 0x100;
const NLM_F_CREATE = 0x400;

const AF_INET = 2;
const AF_INET6 = 10;
const IFLA_MTU = 4;
const IFF_UP = 1;
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
/** No duplicate address detection: an address may be used at once, and there is nobody to ask on TUN. */
const IFA_F_NODAD = 0x02;
const RTA_DST = 1;
const RTA_OIF = 4;
const RT_TABLE_MAIN = 254;
const RTPROT_STATIC = 4;
const RT_SCOPE_LINK = 253;
const RTN_UNICAST = 1;

const HEADER = 16;
const LINK_HEADER = 16;

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Asks for an interface. */
export function getLink(index: number): Uint8Array {
  return message(RTM_GETLINK, NLM_F_REQUEST, linkHeader(index, 0, 0));
}

/** Sets the MTU and brings the interface up; what is absent stays as it is. */
export function setLink(index: number, { mtu, up }: { mtu?: number; up?: boolean }): Uint8Array {
  const header = linkHeader(index, up === true ? IFF_UP : 0, up === true ? IFF_UP : 0);
  const attributes = mtu === undefined ? [] : [attribute(IFLA_MTU, word(mtu))];
  return message(RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK, header, ...attributes);
}

/** Gives the interface an address with the prefix that is reached through it. */
export function addAddress(index: number, { bytes, length }: Network): Uint8Array {
  const header = new Uint8Array(8);
  header[0] = familyOf(bytes);
  header[1] = length;
  header[2] = bytes.length === 16 ? IFA_F_NODAD : 0;
  header.set(word(index), 4);
  const flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE;
  return message(RTM_NEWADDR, flags, header, attribute(IFA_LOCAL, bytes), attribute(IFA_ADDRESS, bytes));
}

/** Routes a prefix through the interface. */
export function addRoute(index: number, { bytes, length }: Network): Uint8Array {
  const header = new Uint8Array(12);
  header[0] = familyOf(bytes);
  header[1] = length;
  header[4] = RT_TABLE_MAIN;
  header[5] = RTPROT_STATIC;
  header[6] = bytes.length === 16 ? 0 : RT_SCOPE_LINK;
  header[7] = RTN_UNICAST;
  const flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE;
  return message(RTM_NEWROUTE, flags, header, attribute(RTA_DST, bytes), attribute(RTA_OIF, word(index)));
}

/** The negated errno of an answer; 0: it is an acknowledgment, or no error. */
export function errnoOf(answer: Uint8Array): number {
  const view = viewOf(answer);
  return view.getUint16(4, LITTLE_ENDIAN) === NLMSG_ERROR ? view.getInt32(HEADER, LITTLE_ENDIAN) : 0;
}

/** Reads what {@link getLink} brought. */
export function readLink(answer: Uint8Array): Link {
  const view = viewOf(answer);
  const end = Math.min(answer.length, view.getUint32(0, LITTLE_ENDIAN));
  const index = view.getInt32(HEADER + 4, LITTLE_ENDIAN);
  const isUp = (view.getUint32(HEADER + 8, LITTLE_ENDIAN) & IFF_UP) !== 0;
  let mtu = 0;
  for (let offset = HEADER + LINK_HEADER; offset + 4 <= end;) {
    const length = view.getUint16(offset, LITTLE_ENDIAN);
    if (length < 4) break;
    if (view.getUint16(offset + 2, LITTLE_ENDIAN) === IFLA_MTU)
      mtu = view.getUint32(offset + 4, LITTLE_ENDIAN);
    offset += aligned(length);
  }
  return { index, mtu, isUp };
}

function familyOf(address: Uint8Array): number {
  return address.length === 4 ? AF_INET : AF_INET6;
}

/** struct ifinfomsg */
function linkHeader(index: number, flags: number, change: number): Uint8Array {
  const header = new Uint8Array(LINK_HEADER);
  header.set(word(index), 4);
  header.set(word(flags), 8);
  header.set(word(change), 12);
  return header;
}

/** struct nlmsghdr, and what follows it. */
function message(type: number, flags: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = HEADER + parts.reduce((sum, part) => sum + aligned(part.length), 0);
  const result = new Uint8Array(length);
  const view = viewOf(result);
  view.setUint32(0, length, LITTLE_ENDIAN);
  view.setUint16(4, type, LITTLE_ENDIAN);
  view.setUint16(6, flags, LITTLE_ENDIAN);
  let offset = HEADER;
  for (const part of parts) {
    result.set(part, offset);
    offset += aligned(part.length);
  }
  return result;
}

/** struct rtattr, and its value. */
function attribute(type: number, value: Uint8Array): Uint8Array {
  const result = new Uint8Array(4 + value.length);
  const view = viewOf(result);
  view.setUint16(0, result.length, LITTLE_ENDIAN);
  view.setUint16(2, type, LITTLE_ENDIAN);
  result.set(value, 4);
  return result;
}

function word(value: number): Uint8Array {
  const result = new Uint8Array(4);
  viewOf(result).setInt32(0, value, LITTLE_ENDIAN);
  return result;
}

function aligned(length: number): number {
  return (length + 3) & ~3;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
