import { type IpAddress, sourceRouteLength } from '@halfclose/codec';

/** The stations of a connection's packets on their way to the peer (RFC 9293, 3.9.2.1): IPv4 only. */
export interface ChosenRoute {
  /** No other station may lie between (SSRR). */
  readonly strict: boolean;
  /** One to nine, in order; the peer itself is not among them. */
  readonly hops: readonly IpAddress[];
  /** The way that a packet of the peer came, not what the application wants: a later one may take its place. */
  readonly learned: boolean;
}

/** Whose packets may have a way of their own. */
interface Routed {
  readonly localAddress: IpAddress;
  readonly settings: { readonly sourceRoute: ChosenRoute | null };
}

/** Octets of IP options in each packet: segments are shorter by these (RFC 9293, 3.7.1, MUST-16). */
export function ipOptionsOctets({ localAddress, settings }: Routed): number {
  const { sourceRoute } = settings;
  return sourceRoute === null || !localAddress.isIPv4 ? 0 : sourceRouteLength(sourceRoute.hops.length);
}
