import { checkInteger, checkOctets } from '../arguments.ts';
import { sumWithin } from './checksum.ts';
import { Ipv4View } from '../views/ipv4-view.ts';
import { Ipv6View } from '../views/ipv6-view.ts';
import { readUint8, viewOf, writeInt32, writeUint16 } from '../octets.ts';
import { Protocol } from '../packet/protocol.ts';
import { FRAGMENT_HEADER, IPV6_HEADER } from '../encode/write-ip-header.ts';

const MORE_FRAGMENTS = 0x2000;
/** A host takes at least so much of IPv4 (RFC 791, 3.2), which leaves room for 8 bytes behind any header. */
const LEAST_MTU = 68;

/**
 * Cuts a packet of our own into fragments of at most `mtu` bytes, headers included, in order (RFC 791, 3.2; RFC 8200, 4.5).
 * One that fits is returned as it is. All options of IPv4 go into each fragment: of those that are written here, source
 * routes, each has to. `identification`: 0 to 2^32 - 1, of which IPv4 has 16 bits.
 *
 * @throws TypeError or RangeError that names the argument; `frame` for what is no IP packet
 */
export function cutFrame(frame: Uint8Array, mtu: number, identification: number): Uint8Array[] {
  checkOctets('frame', frame);
  checkInteger('mtu', mtu, LEAST_MTU, Infinity);
  checkInteger('identification', identification, 0, 0xffff_ffff);
  const ipv4 = Ipv4View.check(frame);
  if (typeof ipv4 !== 'string') {
    const header = viewOf(frame, 0, ipv4.payloadOffset);
    return cut(frame, header, ipv4.end, mtu, (target, offset, hasMore) => {
      writeUint16(target, 2, target.length);
      writeUint16(target, 4, identification);
      writeUint16(target, 6, (hasMore ? MORE_FRAGMENTS : 0) | (offset >> 3));
      writeUint16(target, 10, 0);
      writeUint16(target, 10, ~sumWithin(target, 0, header.length, 0));
    });
  }
  const ipv6 = Ipv6View.check(frame);
  if (typeof ipv6 === 'string') throw new RangeError(`frame must be an IP packet: ${ipv6}`);
  const header = new Uint8Array(IPV6_HEADER + FRAGMENT_HEADER);
  header.set(viewOf(frame, 0, IPV6_HEADER));
  header[6] = Protocol.FRAGMENT;
  header[IPV6_HEADER] = ipv6.nextHeader;
  writeInt32(header, IPV6_HEADER + 4, identification);
  return cut(frame, header, ipv6.end, mtu, (target, offset, hasMore) => {
    writeUint16(target, 4, target.length - IPV6_HEADER);
    writeUint16(target, IPV6_HEADER + 2, offset | (hasMore ? 1 : 0));
  });
}

/** `write` completes the header of a fragment, which stands in front of its payload already. */
function cut(
  frame: Uint8Array,
  header: Uint8Array,
  end: number,
  mtu: number,
  write: (target: Uint8Array, offset: number, hasMore: boolean) => void,
): Uint8Array[] {
  if (end <= mtu) return [frame];
  const start = readUint8(frame, 0) >> 4 === 4 ? header.length : IPV6_HEADER;
  const most = (mtu - header.length) & ~7;
  const fragments: Uint8Array[] = [];
  for (let at = start; at < end; at += most) {
    const length = Math.min(most, end - at);
    const target = new Uint8Array(header.length + length);
    target.set(header);
    target.set(viewOf(frame, at, length), header.length);
    write(target, at - start, at + length < end);
    fragments.push(target);
  }
  return fragments;
}
