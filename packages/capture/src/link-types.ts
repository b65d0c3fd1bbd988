/** Link types whose packets are read, by their numbers (tcpdump.org/linktypes.html). */
export const LinkType = {
  NULL: 0,
  ETHERNET: 1,
  PPP: 9,
  /** DLT_RAW where files were written with the number of the system. */
  RAW_BSD: 12,
  RAW_OPENBSD: 14,
  PPP_HDLC: 50,
  RAW: 101,
  LOOP: 108,
  LINUX_SLL: 113,
  IPV4: 228,
  IPV6: 229,
  LINUX_SLL2: 276,
} as const;

/** Names of some that are not read, for the reason why. */
const NAMES = new Map<number, string>([
  [6, 'Token Ring'],
  [7, 'ARCNET'],
  [8, 'SLIP'],
  [10, 'FDDI'],
  [100, 'ATM'],
  [104, 'Cisco HDLC'],
  [105, 'IEEE 802.11'],
  [107, 'Frame Relay'],
  [117, 'PF log'],
  [119, 'IEEE 802.11 with a Prism header'],
  [122, 'IP over Fibre Channel'],
  [123, 'SunATM'],
  [127, 'IEEE 802.11 with radiotap'],
  [129, 'Linux ARCNET'],
  [147, 'USER0'],
  [163, 'IEEE 802.11 with AVS'],
  [187, 'Bluetooth HCI H4'],
  [189, 'USB'],
  [192, 'PPI'],
  [195, 'IEEE 802.15.4'],
  [201, 'Bluetooth HCI H4'],
  [220, 'USB'],
  [224, 'Fibre Channel'],
  [239, 'NFLOG'],
  [249, 'USBPcap'],
]);

/** `Ethernet`, `link type 147 (USER0)` */
export function linkTypeName(linkType: number): string {
  const name = NAMES.get(linkType);
  return name === undefined ? `link type ${linkType}` : `link type ${linkType} (${name})`;
}
