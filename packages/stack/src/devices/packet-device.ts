import { checkHas, checkInteger, checkObject, shown } from '@halfclose/codec/arguments';
import type { DropReason, IpAddress, Packet } from '@halfclose/codec';

/** What a device takes over from the stack. */
export interface DeviceOffload {
  /** Packets travel by reference, or the device computes and verifies checksums. */
  readonly checksum: boolean;
  /**
   * Most octets of TCP text in one packet. Where its segment has a `gsoSize`, the device cuts it into segments of so many
   * (TSO): the MTU alone does not tell what fits the peer and the path. 0: no offload.
   */
  readonly segmentOctets: number;
  /** Packets stay objects on their way, so that text need not be gathered into one piece of memory. */
  readonly byReference?: boolean;
}

/** What puts fragments together for a host, of whatever device (RFC 791, 3.2; RFC 8200, 4.5). */
export interface Reassembler {
  /**
   * Takes a frame that is a fragment, of which nothing is kept. Returns the frame of the whole packet, with its checksums yet
   * to be verified; `null`: others are missing, or it was dropped and counted.
   */
  take(frame: Uint8Array): Uint8Array | null;
}

/** What is told of frames that a device cannot make packets of. */
export interface RefusedFrames {
  /**
   * Takes a frame that was dropped, and counted, for `reason`. Nothing is kept of it. `isVerified`: the device vouches for the
   * checksum of what is in it.
   */
  refuse(frame: Uint8Array, reason: DropReason, isVerified: boolean): void;
}

/** Where a host's packets go and come from: loopback, a simulated link, a TUN device, any duplex of frames. */
export interface PacketDevice {
  readonly name: string;
  /** Largest IP packet in octets. */
  readonly mtu: number;
  readonly offload: DeviceOffload;
  /** Takes a packet to send and owns it from then on. Never calls back into the sender before it returns. */
  transmit(packet: Packet): void;
  /**
   * Advice that packets to `destination` seem to get lost behind this device: R1 retransmissions of TCP were not answered
   * (RFC 9293, 3.8.3, MUST-20; RFC 1122, 3.3.1.4). A device that knows several gateways may try another.
   */
  onNegativeAdvice?(destination: IpAddress): void;
  /**
   * Called once, by the stack: where received packets go. They belong to the stack from then on. A device of frames asks
   * `reassembler` for the packets whose fragments it gets, and tells `refused` of frames that are no packets of a host with TCP.
   */
  attach(receive: (packet: Packet) => void, reassembler?: Reassembler, refused?: RefusedFrames): void;
}

/** Throws a TypeError or RangeError for what is no device. */
export function checkDevice(device: PacketDevice): void {
  checkHas('device', device, ['transmit', 'attach'], 'a PacketDevice');
  checkObject('device.offload', device.offload, 'a DeviceOffload');
  checkInteger('device.mtu', device.mtu, 1, Infinity);
}

/** Throws a TypeError for what is no packet. Called for each: a look at what every packet has. */
export function checkPacket(packet: Packet): void {
  const given: unknown = packet;
  if (typeof given !== 'object' || given === null || (packet.kind !== 'tcp' && packet.kind !== 'icmp'))
    throw new TypeError(`packet must be a TcpPacket or an IcmpPacket, not ${shown(given)}`);
}
