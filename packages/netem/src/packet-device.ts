import type { Packet } from '@halfclose/codec';

/** What a stack sends through and receives from: one end of a link. */
export interface PacketDevice {
  /** By which hosts and traces call it. */
  readonly name: string;
  /** Largest IP packet in octets. */
  readonly mtu: number;
  /** What the device takes over from the stack. */
  readonly offload: {
    /** Checksums need not be computed: packets travel by reference, or the device computes them. */
    readonly checksum: boolean;
    /** Largest TCP payload in one packet, which the device then segments by its `gsoSize` (TSO); 0: it does not segment. */
    readonly segmentOctets: number;
  };
  /** Takes a packet to send and owns it from then on. Never calls back into the sender synchronously. */
  transmit(packet: Packet): void;
  /** Says where received packets go; called once. */
  attach(receive: (packet: Packet) => void): void;
}
