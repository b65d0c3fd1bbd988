import { decodePacket, type DropReason, encodePacket, type Packet } from '@halfclose/codec';
import { checkFunction, checkInteger, checkText } from '@halfclose/codec/arguments';
import { checkHas } from './check-options.ts';
import type { PacketDevice } from './packet-device.ts';

/** An IPv4 host takes at least so much (RFC 791, 3.2); the length field of IP holds no more. */
const LEAST_MTU = 68;
const LARGEST_MTU = 0xffff;

/** A device that moves raw IP packets as octets: a TUN device, a tunnel, a virtual machine's network card. */
export interface FrameDevice {
  readonly name: string;
  /** Largest IP packet in octets. */
  readonly mtu: number;
  /** Takes one IP packet; owns the memory from then on. */
  send(frame: Uint8Array): void;
  /** Called once: where received frames go. The memory belongs to the receiver from then on. */
  onFrame(receive: (frame: Uint8Array) => void): void;
}

/** Turns a device of raw frames into one of packets: encodes, decodes, computes and verifies checksums. */
export class WireDevice implements PacketDevice {
  readonly name: string;
  readonly mtu: number;
  readonly offload = { checksum: false, segmentOctets: 0 };
  /** Frames that were no packets for this host, by reason. */
  readonly dropped: Partial<Record<DropReason, number>> = {};
  readonly #frames: FrameDevice;

  constructor(frames: FrameDevice) {
    checkHas('frames', frames, ['send', 'onFrame'], 'a FrameDevice');
    checkText('frames.name', frames.name);
    checkInteger('frames.mtu', frames.mtu, LEAST_MTU, LARGEST_MTU);
    this.name = frames.name;
    this.mtu = frames.mtu;
    this.#frames = frames;
  }

  transmit(packet: Packet): void {
    this.#frames.send(encodePacket(packet));
  }

  attach(receive: (packet: Packet) => void): void {
    checkFunction('receive', receive);
    this.#frames.onFrame((frame) => {
      const packet = decodePacket(frame);
      if (typeof packet === 'string') this.dropped[packet] = (this.dropped[packet] ?? 0) + 1;
      else receive(packet);
    });
  }
}
