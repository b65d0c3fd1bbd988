/** An interface of a capture. */
export interface CaptureInterface {
  /** Empty if the file does not say. */
  readonly name: string;
  /** What its frames begin with (tcpdump.org/linktypes.html). */
  readonly linkType: number;
  /** The most bytes kept of a frame; 0: all. */
  readonly snapLength: number;
}

/** One packet of a capture, as it stands in the file. */
export interface Frame {
  /** As Wireshark counts: 1 for the first record of the file. */
  readonly number: number;
  /** Milliseconds since 1970 UTC, with a fraction; NaN: the file does not say (a simple packet block). */
  readonly time: number;
  /** What it was captured on, with the link type that says how its bytes begin. */
  readonly interface: CaptureInterface;
  /** What was kept of it; a view of what was read, which may be written over after the next `push`. */
  readonly bytes: Uint8Array;
  /** Its length on the wire. */
  readonly originalLength: number;
  /** The first comment; `null`: none. */
  readonly comment: string | null;
}
