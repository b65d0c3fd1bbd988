/** A packet of the capture. */
export interface Mark {
  /** As Wireshark counts. */
  readonly number: number;
  /** Milliseconds since 1970 UTC. */
  readonly time: number;
}

/** Two ends of a connection: the one that opened it, and the other one. */
export type Side = 'client' | 'server';

/** The other end. */
export function otherSide(side: Side): Side {
  return side === 'client' ? 'server' : 'client';
}
