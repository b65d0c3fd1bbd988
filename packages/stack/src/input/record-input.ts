import type { Segment, TcpPacket } from '@halfclose/codec';
import {
  acknowledgmentOf,
  type ConnectionState,
  reasonOfReset,
  receiveInTimeWait,
  REOPEN_ISS_STEP,
  resetFor,
} from '@halfclose/tcp';
import type { HostState } from '../host/host-state.ts';
import type { PacketDevice } from '../devices/packet-device.ts';
import type { RecordEntry } from '../records/record-entry.ts';

/** Segments for connections of which only a record is left. */
export class RecordInput {
  readonly #state: HostState;

  constructor(state: HostState) {
    this.#state = state;
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
    if (entry.state === 'TIME-WAIT') return this.#inTimeWait(entry, packet, device, listening, now);
    this.#inFinWait2(entry, packet, device, now);
    return null;
  }

  #inTimeWait(
    entry: RecordEntry,
    packet: TcpPacket,
    device: PacketDevice,
    listening: boolean,
    now: number,
  ): number | null {
    const state = this.#state;
    const { records } = state;
    const verdict = receiveInTimeWait(entry.record, packet.segment, listening, now, state.profile);
    records.update(entry);
    if (verdict.restart) records.restart(entry, now);
    switch (verdict.answer) {
      case 'acknowledge':
        this.#observe(packet, 'TIME-WAIT', now);
        this.#acknowledge(entry, packet, device, 'TIME-WAIT', now);
        return null;
      case 'ignore':
        state.drop(packet, 'time-wait-ignored', now);
        return null;
      case 'end':
        this.#observe(packet, 'TIME-WAIT', now);
        records.remove(entry);
        state.events.recordChanged(entry, 'TIME-WAIT', 'CLOSED', 'peer reset', now);
        return null;
      case 'reset':
        this.#observe(packet, 'TIME-WAIT', now);
        this.#reply(entry, packet, device, resetFor(packet.segment), 'TIME-WAIT', now);
        return null;
      case 'open':
        records.remove(entry);
        return (entry.record.sndNxt + REOPEN_ISS_STEP) | 0;
    }
  }

  #inFinWait2(entry: RecordEntry, packet: TcpPacket, device: PacketDevice, now: number): void {
    const { events, finWait2 } = this.#state;
    const { segment } = packet;
    switch (finWait2.receive(entry, segment, now)) {
      case 'acknowledge':
        this.#observe(packet, 'FIN-WAIT-2', now);
        this.#acknowledge(entry, packet, device, 'FIN-WAIT-2', now);
        break;
      case 'ignore':
        this.#state.drop(packet, 'fin-wait-2-ignored', now);
        break;
      case 'end':
        this.#observe(packet, 'CLOSED', now);
        events.recordChanged(entry, 'FIN-WAIT-2', 'CLOSED', 'peer reset', now);
        break;
      case 'reset':
        this.#observe(packet, 'CLOSED', now);
        events.recordChanged(entry, 'FIN-WAIT-2', 'CLOSED', reasonOfReset(segment), now);
        this.#reply(entry, packet, device, resetFor(segment), 'CLOSED', now);
        break;
      case 'time-wait':
        this.#observe(packet, 'TIME-WAIT', now);
        events.recordChanged(entry, 'FIN-WAIT-2', 'TIME-WAIT', 'FIN arrived', now);
        this.#acknowledge(entry, packet, device, 'TIME-WAIT', now);
        break;
    }
  }

  #observe(packet: TcpPacket, then: ConnectionState, now: number): void {
    const { events } = this.#state;
    if (events.active) events.segment('received', packet, then, now);
  }

  /** `then`: the state that the segment has led to; that of the entry is from before. */
  #acknowledge(
    entry: RecordEntry,
    packet: TcpPacket,
    device: PacketDevice,
    then: ConnectionState,
    now: number,
  ): void {
    const reply = acknowledgmentOf(entry, entry.record, now);
    this.#reply(entry, packet, device, reply, then, now);
  }

  #reply(
    entry: RecordEntry,
    packet: TcpPacket,
    device: PacketDevice,
    reply: Segment | null,
    then: ConnectionState,
    now: number,
  ): void {
    if (reply === null) return;
    const way = this.#state.wayBack(packet, device);
    if (way === null) this.#state.drop(packet, 'no-route', now);
    // As what answers for no connection (Linux tcp_v4_send_reset).
    else this.#state.transmit(entry, way, reply, then, now, null, then === 'CLOSED' ? packet.dscp : 0);
  }
}
