// The numbers of the pcapng file format (draft-ietf-opsawg-pcapng).

/** The link type of packets that start with their IP header, of either version (tcpdump.org/linktypes.html). */
export const LINKTYPE_RAW = 101;

/** Types of blocks (section 11.1). */
export const BlockType = {
  INTERFACE_DESCRIPTION: 0x00000001,
  ENHANCED_PACKET: 0x00000006,
  SECTION_HEADER: 0x0a0d0d0a,
} as const;

/** Codes of options; 1 is the same in every block (section 3.5). */
export const OptionCode = {
  END: 0,
  COMMENT: 1,
  SECTION_APPLICATION: 4,
  INTERFACE_NAME: 2,
  INTERFACE_RESOLUTION: 9,
  INTERFACE_OFFSET: 14,
} as const;

/** What a section header has in its writer's byte order, to tell which it is (section 4.1). */
export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

/** Block type, both lengths: the octets that every block has. */
export const EMPTY_BLOCK = 12;

/** `length` rounded up to 32 bits, as everything in a file is aligned. */
export function aligned(length: number): number {
  return (length + 3) & ~3;
}
