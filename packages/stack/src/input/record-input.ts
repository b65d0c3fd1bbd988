import type { Segment, TcpPacket } from '@halfclose/codec';
import {
  acknowledgmentOf,
  type ConnectionState,
  type Profile,
  reasonOfReset,
  receiveInTimeWait,
  REOPEN_ISS_STEP,
  resetFor,
} from '@halfclose/tcp';
import type { PacketDevice } from '../devices/packet-device.ts';
import type { DropLog } from '../events/drop-log.ts';
import type { EventSource } from '../events/event-source.ts';
import type { Transmitter } from '../output/transmitter.ts';
import type { FinWait2Records } from '../records/fin-wait-2-records.ts';
import type { RecordEntry } from '../records/record-entry.ts';
import type { RecordTable } from '../records/record-table.ts';
import type { RouteTable } from '../routing/route-table.ts';

/** What it needs of its host. */
export interface RecordInputSurroundings {
  readonly profile: Profile;
  readonly records: RecordTable;
  readonly finWait2: FinWait2Records;
  readonly routes: RouteTable;
  readonly events: EventSource;
  readonly drops: DropLog;
  readonly transmitter: Transmitter;
}

/** A segment that arrived for a record. */
interface Arrival {
  readonly entry: RecordEntry;
  readonly packet: TcpPacket;
  /** Where it arrived. */
  readonly device: PacketDevice;
  readonly now: number;
}

/** Segments for connections of which only a record is left. */
export class RecordInput {
  readonly #host: RecordInputSurroundings;

  constructor(host: RecordInputSurroundings) {
    this.#host = host;
  }

  /**
   * Takes in one segment. `listening`: somebody listens at its port. Returns the ISS of the connection that it is to
   * open there instead; `null`: it opens none.
   */
  receive(
    entry: RecordEntry,
    packet: TcpPacket,
    device: PacketDevice,
    listening: boolean,
    now: number,
  ): number | null {
    const arrival = { entry, packet, device, now };
    if (entry.state === 'TIME-WAIT') return this.#inTimeWait(arrival, listening);
    this.#inFinWait2(arrival);
    return null;
  }

  #inTimeWait(arrival: Arrival, listening: boolean): number | null {
    const { entry, packet, now } = arrival;
    const host = this.#host;
    const { records } = host;
    const verdict = receiveInTimeWait(entry.record, packet.segment, listening, now, host.profile);
    records.update(entry);
    if (verdict.restart) records.restart(entry, now);
    switch (verdict.answer) {
      case 'acknowledge':
        this.#observe(packet, 'TIME-WAIT', now);
        this.#acknowledge(arrival, 'TIME-WAIT');
        return null;
      case 'ignore':
        host.drops.drop(packet, 'time-wait-ignored', now);
        return null;
      case 'end':
        this.#observe(packet, 'TIME-WAIT', now);
        records.remove(entry);
        host.events.recordChanged(entry, 'TIME-WAIT', 'CLOSED', 'peer reset', now);
        return null;
      case 'reset':
        this.#observe(packet, 'TIME-WAIT', now);
        this.#reply(arrival, resetFor(packet.segment), 'TIME-WAIT');
        return null;
      case 'open':
        records.remove(entry);
        return (entry.record.sndNxt + REOPEN_ISS_STEP) | 0;
    }
  }

  #inFinWait2(arrival: Arrival): void {
    const { entry, packet, now } = arrival;
    const { events, finWait2 } = this.#host;
    const { segment } = packet;
    switch (finWait2.receive(entry, segment, now)) {
      case 'acknowledge':
        this.#observe(packet, 'FIN-WAIT-2', now);
        this.#acknowledge(arrival, 'FIN-WAIT-2');
        break;
      case 'ignore':
        this.#host.drops.drop(packet, 'fin-wait-2-ignored', now);
        break;
      case 'end':
        this.#observe(packet, 'CLOSED', now);
        events.recordChanged(entry, 'FIN-WAIT-2', 'CLOSED', 'peer reset', now);
        break;
      case 'reset':
        this.#observe(packet, 'CLOSED', now);
        events.recordChanged(entry, 'FIN-WAIT-2', 'CLOSED', reasonOfReset(segment), now);
        this.#reply(arrival, resetFor(segment), 'CLOSED');
        break;
      case 'time-wait':
        this.#observe(packet, 'TIME-WAIT', now);
        events.recordChanged(entry, 'FIN-WAIT-2', 'TIME-WAIT', 'FIN arrived', now);
        this.#acknowledge(arrival, 'TIME-WAIT');
        break;
    }
  }

  #observe(packet: TcpPacket, then: ConnectionState, now: number): void {
    const { events } = this.#host;
    if (events.active) events.segment('received', packet, then, now);
  }

  /** `then`: the state that the segment has led to; that of the entry is from before. */
  #acknowledge(arrival: Arrival, then: ConnectionState): void {
    const { entry, now } = arrival;
    this.#reply(arrival, acknowledgmentOf(entry, entry.record, now), then);
  }

  #reply({ entry, packet, device, now }: Arrival, segment: Segment | null, then: ConnectionState): void {
    if (segment === null) return;
    const { routes, drops, transmitter } = this.#host;
    const way = routes.wayBack(packet.source, device);
    if (way === null) {
      drops.drop(packet, 'no-route', now);
      return;
    }
    // As what answers for no connection (Linux tcp_v4_send_reset).
    const dscp = then === 'CLOSED' ? packet.dscp : 0;
    transmitter.sendReply({ from: entry, device: way, segment, state: then, dscp }, now);
  }
}
