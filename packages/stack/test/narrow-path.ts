import { Flag, Icmpv6Type, IcmpType, IcmpUnreachable } from '@halfclose/codec';
import type { HostedConnection } from '../src/index.ts';
import { Bench, PEER } from './bench.ts';

/** One host whose peer plays the routers on the way, too. */
export class NarrowPath extends Bench {
  /** Writes `octets`. Returns the octets of text in each segment that goes, which the peer acknowledges if told. */
  write(hosted: HostedConnection, octets: number, acknowledged = false): number[] {
    this.device.sent.length = 0;
    hosted.connection.send(new Uint8Array(octets));
    this.host.wake(hosted);
    this.clock.runTasks();
    const sizes = this.takeSizes();
    if (acknowledged) this.acknowledge(hosted);
    return sizes;
  }

  /** The peer acknowledges everything. */
  acknowledge(hosted: HostedConnection): void {
    this.reply(hosted, { flags: Flag.ACK, seq: 1, ack: hosted.connection.sender.sndNxt });
  }

  /** The octets of text in each segment since the last look. */
  takeSizes(): number[] {
    return this.device.sent.splice(0).map(({ segment }) => segment.payload.length);
  }

  /** A router told that the first segment in flight was too big for the next link. */
  tooBig(hosted: HostedConnection, mtu: number): void {
    const { sndUna } = hosted.connection.sender;
    if (hosted.localAddress.isIPv4)
      this.icmp(hosted, IcmpType.DESTINATION_UNREACHABLE, IcmpUnreachable.FRAGMENTATION_NEEDED, sndUna, mtu);
    else this.icmp(hosted, Icmpv6Type.PACKET_TOO_BIG, 0, sndUna, mtu);
  }

  /** A connection to `peer` that a router has told so, with nothing in flight. */
  narrowed(mtu: number, peer = PEER): HostedConnection {
    const hosted = this.connected(peer);
    this.write(hosted, 1400);
    this.tooBig(hosted, mtu);
    this.acknowledge(hosted);
    this.takeSizes();
    return hosted;
  }
}
