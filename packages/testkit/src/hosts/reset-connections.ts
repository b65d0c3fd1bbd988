import { Flag, Segment, type TcpPacket } from '@halfclose/codec';
import type { Mesh } from '@halfclose/netem';
import type { Host, HostedConnection } from '@halfclose/stack';

const HOP_LIMIT = 64;

/** Sends both ends of each connection of `host` a RST in the other's name. Returns how many connections there were. */
export function resetConnections(host: Host, mesh: Mesh): number {
  let count = 0;
  for (const hosted of host.hosted()) {
    if (hosted.localAddress.isLoopback || hosted.connection.state === 'CLOSED') continue;
    count++;
    for (const packet of resetsOf(hosted)) mesh.inject(packet);
  }
  return count;
}

/** To its peer, and to itself, at the numbers that they wait for (RFC 5961, section 3.2). */
function resetsOf({ connection }: HostedConnection): TcpPacket[] {
  const { localAddress, localPort, remoteAddress, remotePort } = connection;
  const { sndNxt } = connection.sender;
  const { rcvNxt } = connection.receiver;
  const packet = (fields: Partial<Segment>, isOurs: boolean): TcpPacket => ({
    kind: 'tcp',
    source: isOurs ? localAddress : remoteAddress,
    destination: isOurs ? remoteAddress : localAddress,
    hopLimit: HOP_LIMIT,
    dscp: 0,
    segment: Object.assign(new Segment(), { flags: Flag.RST | Flag.ACK }, fields),
  });
  return [
    packet({ sourcePort: localPort, destinationPort: remotePort, seq: sndNxt, ack: rcvNxt }, true),
    packet({ sourcePort: remotePort, destinationPort: localPort, seq: rcvNxt, ack: sndNxt }, false),
  ];
}
