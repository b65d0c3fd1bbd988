import type { DropReason } from '../decode/drop-reason.ts';
import { readUint16, readUint8 } from '../octets.ts';
import { Protocol } from '../packet/protocol.ts';

/** Where the chain of extension headers of an IPv6 packet ends. */
export interface UpperLayer {
  /** The number of the upper-layer protocol. */
  readonly protocol: number;
  /** Where its header starts. */
  readonly offset: number;
}

const PAD1 = 0;
const PADN = 1;
/** The two bits of an option's type that say what to do with the packet if it is unknown: 0 is to skip it. */
const UNKNOWN_ACTION = 0xc0;

/**
 * Follows the extension headers of the packet that ends at `end`, the first of which has the number `nextHeader` and
 * starts at `offset`, as the last host on the way does (RFC 8200, section 4). A fragment header on a whole packet
 * ("atomic fragment") is skipped (RFC 6946).
 */
export function walkExtensionHeaders(
  bytes: Uint8Array,
  offset: number,
  end: number,
  nextHeader: number,
): UpperLayer | DropReason {
  let header = nextHeader;
  let at = offset;
  while (isExtensionHeader(header)) {
    if (end - at < 8) return 'ipv6-extension-header-truncated';
    // The fragment header has 8 octets and a reserved octet where the others have their length.
    const length = header === Protocol.FRAGMENT ? 8 : (readUint8(bytes, at + 1) + 1) * 8;
    if (length > end - at) return 'ipv6-extension-header-truncated';
    if (header === Protocol.HOP_BY_HOP && at !== offset) return 'ipv6-extension-header-order';
    const reason = refusal(header, bytes, at, length);
    if (reason !== null) return reason;
    header = readUint8(bytes, at);
    at += length;
  }
  return header === Protocol.NO_NEXT_HEADER ? 'ipv6-no-next-header' : { protocol: header, offset: at };
}

/** Whether the number is that of an extension header. */
export function isExtensionHeader(header: number): boolean {
  return (
    header === Protocol.HOP_BY_HOP ||
    header === Protocol.ROUTING ||
    header === Protocol.FRAGMENT ||
    header === Protocol.DESTINATION_OPTIONS
  );
}

function refusal(header: number, bytes: Uint8Array, at: number, length: number): DropReason | null {
  switch (header) {
    case Protocol.FRAGMENT:
      // Fragment offset in the upper 13 bits, "more fragments" in the lowest.
      return (readUint16(bytes, at + 2) & 0xfff9) === 0 ? null : 'ipv6-fragment';
    case Protocol.ROUTING:
      return readUint8(bytes, at + 3) === 0 ? null : 'ipv6-routing-segments-left';
    default:
      return optionsRefusal(bytes, at + 2, at + length);
  }
}

/** RFC 8200, 4.2. No option is known here but padding. */
function optionsRefusal(bytes: Uint8Array, start: number, end: number): DropReason | null {
  let at = start;
  while (at < end) {
    const type = readUint8(bytes, at);
    if (type === PAD1) {
      at += 1;
      continue;
    }
    if (end - at < 2) return 'ipv6-option-length';
    const length = 2 + readUint8(bytes, at + 1);
    if (length > end - at) return 'ipv6-option-length';
    if (type !== PADN && (type & UNKNOWN_ACTION) !== 0) return 'ipv6-option-unknown';
    at += length;
  }
  return null;
}
