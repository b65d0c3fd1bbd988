/** What a device has done, in whole frames and the bytes of their IP packets; one with segments to cut is one frame. */
export interface TunCounters {
  /** Frames that were read: packets, or what the kernel has joined of several (GRO). */
  framesReceived: number;
  /** Their bytes from the IP header on. */
  bytesReceived: number;
  /** Frames that the kernel took; one that it is to cut itself counts once. */
  framesSent: number;
  /** Their bytes from the IP header on. */
  bytesSent: number;
  /** Frames that were to be sent and were not. */
  readonly dropped: {
    /** The device took none, and `queueLength` frames were waiting. */
    'queue-full': number;
    /** The kernel takes no such frame: no IP packet, or no memory for it. */
    refused: number;
    /** The interface is down. */
    down: number;
    /** The device had been closed, or was before they were sent. */
    closed: number;
  };
}
