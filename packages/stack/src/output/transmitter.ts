import { Flag, type Packet, type Segment } from '@halfclose/codec';
import type { Connection, ConnectionState, Profile } from '@halfclose/tcp';
import type { PacketDevice } from '../devices/packet-device.ts';
import type { HostCounters } from '../events/drop-counters.ts';
import type { DropLog } from '../events/drop-log.ts';
import type { EventSource } from '../events/event-source.ts';
import { hasLoopbackAddress } from '../routing/address-rules.ts';
import type { RouteTable } from '../routing/route-table.ts';
import { type AddressPair, packetOfConnection, statelessReply } from './outgoing-packet.ts';

/** What a transmitter needs of its host. */
export interface TransmitterSurroundings {
  readonly profile: Profile;
  readonly routes: RouteTable;
  readonly counters: HostCounters;
  readonly events: EventSource;
  readonly drops: DropLog;
}

/** A segment that no connection stands behind. */
export interface Reply {
  readonly from: AddressPair;
  readonly device: PacketDevice;
  readonly segment: Segment;
  /** For observers: the state of what is left of a connection; `null`: there is none. */
  readonly state: ConnectionState | null;
  /** Diffserv codepoint. */
  readonly dscp: number;
}

/** The one way by which packets leave a host. */
export class Transmitter {
  readonly #host: TransmitterSurroundings;

  constructor(host: TransmitterSurroundings) {
    this.#host = host;
  }

  /** Sends a segment of a connection, which is in `state` for observers. */
  sendSegment(
    connection: Connection,
    device: PacketDevice,
    segment: Segment,
    state: ConnectionState | null,
    now: number,
  ): void {
    this.#sendTcp(packetOfConnection(connection, segment), device, segment, state, now);
  }

  /** Sends what no connection stands behind, with the host's hop limit. */
  sendReply({ from, device, segment, state, dscp }: Reply, now: number): void {
    const packet = statelessReply(from, segment, this.#host.profile.hopLimit, dscp);
    this.#sendTcp(packet, device, segment, state, now);
  }

  /** Sends a packet, and tells of it. Returns whether it may leave the host. */
  send(packet: Packet, device: PacketDevice, state: ConnectionState | null, now: number): boolean {
    const { routes, counters, events, drops } = this.#host;
    if (routes.leavesHost(device) && hasLoopbackAddress(packet)) {
      drops.drop(packet, 'loopback-address-on-wire', now);
      return false;
    }
    counters.packetsSent++;
    if (events.active) events.segment('sent', packet, state, now);
    device.transmit(packet);
    return true;
  }

  #sendTcp(
    packet: Packet,
    device: PacketDevice,
    { flags }: Segment,
    state: ConnectionState | null,
    now: number,
  ): void {
    if (this.send(packet, device, state, now) && (flags & Flag.RST) !== 0) this.#host.counters.resetsSent++;
  }
}
