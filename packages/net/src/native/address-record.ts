import { AF_INET6, type SocketAddress } from '@halfclose/sockets';

/** An address as the runtime's handles give it. */
export interface AddressRecord {
  address?: string;
  family?: string;
  port?: number;
}

/** Writes an address as the runtime's handles do: an IPv4 address of an IPv6 socket is v4-mapped. */
export function fillAddress(out: AddressRecord, { address, port }: SocketAddress, family: number): void {
  const text = address.toString();
  if (family === AF_INET6) {
    out.address = address.isIPv4 ? `::ffff:${text}` : text;
    out.family = 'IPv6';
  } else {
    out.address = text;
    out.family = 'IPv4';
  }
  out.port = port;
}

/** The same for no address in particular. */
export function fillUnspecified(out: AddressRecord, isIPv6: boolean, port: number): void {
  out.address = isIPv6 ? '::' : '0.0.0.0';
  out.family = isIPv6 ? 'IPv6' : 'IPv4';
  out.port = port;
}
