// struct virtio_net_hdr of linux/virtio_net.h: what goes in front of each frame of a device with IFF_VNET_HDR.
//
//   0  flags       NEEDS_CSUM: the checksum is that of the pseudo-header; DATA_VALID: it has been verified
//   1  gso_type    which protocol's segments are in one frame, and whether CWR is set
//   2  hdr_len     bytes of all headers
//   4  gso_size    bytes of payload of each segment
//   6  csum_start  where the checksum's range begins
//   8  csum_offset where in it the checksum stands
//
// Its words are in the machine's own byte order.

/** Bytes of the header. */
export const VIRTIO_NET_HEADER = 10;

const NEEDS_CSUM = 1;
const DATA_VALID = 2;
const GSO_TCPV4 = 1;
const GSO_TCPV6 = 4;
const GSO_ECN = 0x80;
const CSUM_OFFSET_OF_TCP = 16;

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** How the TCP segments of one frame are to be made: what is in its header in front. */
export interface TcpOffload {
  readonly isIPv4: boolean;
  readonly ipHeaderLength: number;
  /** Of IP and TCP together. */
  readonly headersLength: number;
  /** Bytes of payload of each segment; 0: this is one. */
  readonly gsoSize: number;
  /** The segment has CWR, which only the first that is made of it may have. */
  readonly hasCwr: boolean;
}

/** Writes the header of a frame whose TCP checksum the device is to fill in. */
export function writeTcpOffload(target: Uint8Array, offset: number, offload: TcpOffload): void {
  const { isIPv4, ipHeaderLength, headersLength, gsoSize, hasCwr } = offload;
  target[offset] = NEEDS_CSUM;
  target[offset + 1] = gsoSize === 0 ? 0 : (isIPv4 ? GSO_TCPV4 : GSO_TCPV6) | (hasCwr ? GSO_ECN : 0);
  writeWord(target, offset + 2, headersLength);
  writeWord(target, offset + 4, gsoSize);
  writeWord(target, offset + 6, ipHeaderLength);
  writeWord(target, offset + 8, CSUM_OFFSET_OF_TCP);
}

/** Whether the frame behind the header needs no check of its transport checksum: it never left this machine, or was checked. */
export function isVerified(bytes: Uint8Array, offset: number): boolean {
  return ((bytes[offset] ?? 0) & (NEEDS_CSUM | DATA_VALID)) !== 0;
}

function writeWord(target: Uint8Array, offset: number, value: number): void {
  const [first, second] = LITTLE_ENDIAN ? [value & 0xff, value >> 8] : [value >> 8, value & 0xff];
  target[offset] = first;
  target[offset + 1] = second;
}
