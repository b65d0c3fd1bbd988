import { checkNumber, checkObject } from '@halfclose/codec/arguments';
/** What a network path lets through. Shared by all connections that go by it; whoever made it knows when it holds no more. */
export interface Path {
  /** Largest IP packet in octets. */
  readonly mtu: number;
  /** The same of the link that it begins with. */
  readonly linkMtu: number;
  /** Not even this MTU is sure: routers may cut packets (Linux's lock on the MTU of a route). */
  readonly fragmentable: boolean;
  /** Most octets of text in one packet that the device will cut into segments of `gsoSize` itself; 0: it does not. */
  readonly segmentOctets: number;
  /** Packets go by reference, so text is better sent in the stretches it lies in than gathered. */
  readonly byReference: boolean;
  /**
   * When something else is to be asked for before the next segment: a whole millisecond, or `NEVER`; it may pass
   * at any time, as something new was learned (Linux dst_check).
   */
  readonly validUntil: number;
}

/** Throws a TypeError or RangeError for what is no path. */
export function checkPath(name: string, path: Path): void {
  checkObject(name, path);
  checkNumber(`${name}.mtu`, path.mtu, 0, Infinity);
}
