/** A packet of the capture. */
export interface Mark {
  /** As Wireshark counts. */
  readonly number: number;
  /** Milliseconds since 1970 UTC. */
  readonly time: number;
}

/** What is kept of a packet. */
export function markOf({ number, time }: Mark): Mark {
  return { number, time };
}

/** Two ends of a connection: the one that opened it, and the other one. */
export type Side = 'client' | 'server';

/** The other end. */
export function otherSide(side: Side): Side {
  return side === 'client' ? 'server' : 'client';
}
