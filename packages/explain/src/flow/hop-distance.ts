/** What systems put into TTL or hop limit at first: 64 (Linux, BSD, macOS), 128 (Windows), 255 (routers), 32 (long ago). */
const INITIAL = [32, 64, 128, 255];

/** How many routers a packet has passed, if it began with one of the usual values. */
export function hopDistance(hopLimit: number): number {
  return (INITIAL.find((initial) => initial >= hopLimit) ?? 255) - hopLimit;
}
