/** What a device has done, in whole frames and the bytes of their IP packets; one with segments to cut is one frame. */
export interface TunCounters {
  framesReceived: number;
  bytesReceived: number;
  framesSent: number;
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
