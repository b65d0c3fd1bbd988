/**
 * What has happened in one direction of a link. At any time,
 * `sent + duplicated = delivered + droppedTotal + inFlight`.
 */
export class LinkCounters {
  /** Packets that entered; of a segment that the device splits, each part counts. */
  sent = 0;
  /** Packets that arrived, copies included. */
  delivered = 0;
  /**
   * Packets lost, by reason: `loss`, `partition`, `queue-full`, `codel`, `too-big`, `unattached`, the reason that a
   * rule gives, or the codec's, for a corrupted packet that is not decoded.
   */
  readonly dropped: Record<string, number> = {};
  /** Packets lost for any reason. */
  droppedTotal = 0;
  /** Copies made. */
  duplicated = 0;
  /** Packets delivered after one that was sent later (RFC 4737, 3.3); copies do not count. */
  reordered = 0;
  /** Packets with bits flipped, delivered or not. */
  corrupted = 0;
  /** Packets marked CE. */
  marked = 0;
  /** Packets waiting, in transmission or on their way. */
  inFlight = 0;
  /** Octets of IP packets, headers included. */
  sentOctets = 0;
  /** Octets of those that were delivered. */
  deliveredOctets = 0;
}
