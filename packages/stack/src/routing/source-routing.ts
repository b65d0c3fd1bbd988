import {
  type IpAddress,
  ipAddressFromBytes,
  type Packet,
  seqDiff,
  type SourceRoute,
  type TcpPacket,
  writeIpAddress,
} from '@halfclose/codec';
import { checkAddress, checkArray, checkObject, checkOctets } from '@halfclose/codec/arguments';
import type { ChosenRoute, Connection } from '@halfclose/tcp';

const NO_OPERATION = 1;
const LOOSE = 0x83;
const STRICT = 0x89;
/** Kind, length, pointer. */
const BEFORE_ADDRESSES = 3;
/** The pointer of a route of which nothing is behind. */
const FIRST_POINTER = 4;
const MOST_OPTIONS = 40;
const MOST_HOPS = 9;

/** The packet on its way by `route`: to its first station, and the others and its end are in the option (RFC 791, 3.1). */
export function sentAlong<Sent extends Packet>(packet: Sent, route: ChosenRoute): Sent {
  const [first = packet.destination, ...others] = route.hops;
  const sourceRoute = { strict: route.strict, addresses: [...others, packet.destination], visited: 0 };
  return { ...packet, destination: first, sourceRoute };
}

/** The way back by which a packet came whose route is done; `null`: it is the direct one (RFC 9293, MUST-53). */
export function returnRoute({ strict, addresses }: SourceRoute): ChosenRoute | null {
  return addresses.length === 0 ? null : { strict, hops: addresses.toReversed(), learned: true };
}

/**
 * Whether the connection is to go by the way that `packet` came: one that was opened passively, and whose application
 * has not chosen a way itself (RFC 9293, 3.9.2.1, MUST-52, MUST-53, SHLD-24). Only a segment that the connection takes
 * in counts, so that nobody can lead it astray who does not know its numbers.
 */
export function learnsRoute({ passive, settings, sender, receiver }: Connection, packet: TcpPacket): boolean {
  if (!passive || settings.sourceRoute?.learned === false) return false;
  const { seq, ack } = packet.segment;
  const ahead = seqDiff(seq, receiver.rcvNxt);
  const acked = seqDiff(ack, sender.sndUna);
  return ahead >= 0 && ahead <= receiver.remainingWindow && acked >= 0 && sender.isAcceptableAck(ack);
}

/**
 * What IP_OPTIONS says, as on Linux: a source route of its stations without the peer, with NOPs around it; `null` for no
 * octets at all, `'invalid'` for everything else.
 */
export function parseIpOptions(options: Uint8Array): ChosenRoute | null | 'invalid' {
  checkOctets('options', options);
  if (options.length === 0) return null;
  const at = options.findIndex((octet) => octet !== NO_OPERATION);
  const kind = options[at];
  const length = options[at + 1] ?? 0;
  const count = (length - BEFORE_ADDRESSES) / 4;
  const isRoute = kind === LOOSE || kind === STRICT;
  if (!isRoute || options[at + 2] !== FIRST_POINTER || options.length > MOST_OPTIONS) return 'invalid';
  if (!Number.isInteger(count) || count < 1 || count > MOST_HOPS || at + length > options.length)
    return 'invalid';
  if (options.subarray(at + length).some((octet) => octet > NO_OPERATION)) return 'invalid';
  const hops: IpAddress[] = Array.from({ length: count }, (_, i) =>
    ipAddressFromBytes(options, at + BEFORE_ADDRESSES + 4 * i, 4),
  );
  return { strict: kind === STRICT, hops, learned: false };
}

/**
 * What getsockopt() with IP_OPTIONS shows: see {@link parseIpOptions}.
 *
 * @throws TypeError for what is no route
 */
export function formatIpOptions(route: ChosenRoute | null): Uint8Array {
  if (route === null) return new Uint8Array(0);
  checkObject('route', route, 'a ChosenRoute or null');
  const { strict, hops } = route;
  checkArray('route.hops', hops);
  const length = BEFORE_ADDRESSES + 4 * hops.length;
  // Linux gives whole words back.
  const options = new Uint8Array((length + 3) & ~3);
  options.set([strict ? STRICT : LOOSE, length, FIRST_POINTER]);
  for (const [i, hop] of hops.entries()) {
    checkAddress(`route.hops[${i}]`, hop);
    writeIpAddress(hop, options, BEFORE_ADDRESSES + 4 * i);
  }
  return options;
}
