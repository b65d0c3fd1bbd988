/** Another TCP in user space, and what it does on its own loopback. */
export interface Peer {
  readonly name: string;
  readonly language: string;
  /** Gigabytes, connections and round trips a second; `null`: not measured. */
  readonly bulk: number | null;
  readonly connections: number | null;
  readonly roundTrips: number | null;
  /** When, where and by whom. */
  readonly measured: string;
}
