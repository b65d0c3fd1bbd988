/** Every reason for which `decodePacket` refuses a frame, in the order in which it looks. */
export const DROP_REASONS = [
  /** A frame of no octets. */
  'frame-empty',
  /** Neither version 4 nor version 6. */
  'ip-version',
  /** Fewer octets than the IPv4 header claims, or than any has. */
  'ipv4-header-truncated',
  /** An internet header length below 5 words (RFC 791, 3.1). */
  'ipv4-header-length',
  /** A total length below the header's (RFC 791, 3.1). */
  'ipv4-total-length',
  /** A total length beyond the end of the frame. */
  'ipv4-truncated',
  /** RFC 1122, 3.2.1.2. */
  'ipv4-checksum',
  /** An option that ends past the header, or a source route that is none (RFC 791, 3.1). */
  'ipv4-option',
  /** A fragment: see `FragmentView` (RFC 791, 3.2). */
  'ipv4-fragment',
  /** Fewer octets than an IPv6 header has. */
  'ipv6-header-truncated',
  /** A payload length beyond the end of the frame. */
  'ipv6-truncated',
  /** A v4-mapped address in an IPv6 header: it stands for IPv4 inside a host and has no place on the wire. */
  'mapped-address-on-wire',
  /** An extension header that ends past the packet (RFC 8200, section 4). */
  'ipv6-extension-header-truncated',
  /** A hop-by-hop header that is not the first (RFC 8200, 4.3). */
  'ipv6-extension-header-order',
  /** An option that ends past its extension header (RFC 8200, 4.2). */
  'ipv6-option-length',
  /** An option that is unknown and says to discard the packet (RFC 8200, 4.2). */
  'ipv6-option-unknown',
  /** A routing header with segments left: this host is not the last (RFC 8200, 4.4; RFC 5095). */
  'ipv6-routing-segments-left',
  /** A fragment that is not a whole packet: see `FragmentView` (RFC 8200, 4.5; RFC 6946). */
  'ipv6-fragment',
  /** No upper-layer header at all (RFC 8200, 4.7). */
  'ipv6-no-next-header',
  /** Neither TCP nor the ICMP of the packet's own family. */
  'unknown-protocol',
  /** Fewer octets than a TCP header has. */
  'tcp-header-truncated',
  /** A data offset below 5 words or past the end of the packet (RFC 9293, 3.1). */
  'tcp-data-offset',
  /** RFC 9293, 3.1, MUST-3. */
  'tcp-checksum',
  /** An option of length 0 or 1, or one that ends past the header (RFC 9293, 3.2, MUST-7). */
  'tcp-option-length',
  /** Fewer octets than the 8 that every ICMP message has. */
  'icmp-truncated',
  /** RFC 792; RFC 4443, 2.3. */
  'icmp-checksum',
] as const;

/** Why a frame was not decoded: one of {@link DROP_REASONS}, to be counted. */
export type DropReason = (typeof DROP_REASONS)[number];
