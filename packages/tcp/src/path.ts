/** What a network path lets through. */
export interface Path {
  /** Largest IP packet in octets. */
  readonly mtu: number;
  /** Most octets of text in one packet that the device will cut into segments of `gsoSize` itself; 0: it does not. */
  readonly segmentOctets: number;
  /** Packets go by reference, so text is better sent in the stretches it lies in than gathered. */
  readonly byReference: boolean;
}
