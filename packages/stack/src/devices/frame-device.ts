/**
 * Work on TCP that a device of frames takes over, as network cards do: it computes checksums, and cuts segments that are larger
 * than the path takes (TSO).
 */
export interface FrameOffload {
  /** Octets in front of a frame's headers that are the device's own. */
  readonly headroom: number;
  /** Most octets of TCP text in one frame; 0: the device cuts none. */
  readonly segmentOctets: number;
  /**
   * Sends one TCP segment whose checksum field has the sum of its pseudo-header. `head` has its headers from `headroom` on
   * and ends at `headLength`; with more payload than a `gsoSize` that is not 0, it is to be cut into segments of so many
   * octets. The device keeps neither piece of memory. Returns `false` where it could not cut this one: nothing of it was sent.
   */
  sendSegment(head: Uint8Array, headLength: number, payload: Uint8Array, gsoSize: number): boolean | void;
}

/** A device that moves raw IP packets as octets: a TUN device, a tunnel, a virtual machine's network card. */
export interface FrameDevice {
  readonly name: string;
  /** Largest IP packet in octets. */
  readonly mtu: number;
  /** Absent: it takes over nothing. */
  readonly offload?: FrameOffload;
  /** Whether it calls `onEnd` of {@link FrameDevice.onFrame} after the frames that it has read at once. */
  readonly tellsEnd?: boolean;
  /** Takes one IP packet; owns the memory from then on. */
  send(frame: Uint8Array): void;
  /**
   * Called once: where received frames go. The memory belongs to the receiver from then on. `isVerified`: the device vouches
   * for the checksum of TCP or ICMPv6, which may not even be there. A frame may be larger than the MTU, where the device joins
   * segments. `onEnd`, where the device {@link FrameDevice.tellsEnd}: no more frames are there for now.
   */
  onFrame(receive: (frame: Uint8Array, isVerified?: boolean) => void, onEnd?: () => void): void;
}
