import type { Packet } from '@halfclose/codec';
import { checkFunction } from '@halfclose/codec/arguments';
import { checkPacket, type PacketDevice } from './packet-device.ts';

/** The MTU that kernels give their loopback, less the octet that does not fit the IPv4 length field. */
const LOOPBACK_MTU = 65_535;
/** What one packet may carry where nothing has to fit a wire. */
const LOOPBACK_SEGMENT_OCTETS = 262_144;

/** A host's way to itself: packets go by reference, in order, and are never lost. */
export class LoopbackDevice implements PacketDevice {
  readonly name = 'lo';
  readonly mtu = LOOPBACK_MTU;
  readonly offload = { checksum: true, segmentOctets: LOOPBACK_SEGMENT_OCTETS, byReference: true };
  #receive: (packet: Packet) => void = () => undefined;

  transmit(packet: Packet): void {
    checkPacket(packet);
    this.#receive(packet);
  }

  attach(receive: (packet: Packet) => void): void {
    checkFunction('receive', receive);
    this.#receive = receive;
  }
}
