import {
  cutFrame,
  decodePacket,
  type DecodeOptions,
  type DropReason,
  encodeHeadersInto,
  encodePacket,
  type IcmpPacket,
  type Packet,
  type TcpPacket,
} from '@halfclose/codec';
import { checkFunction, checkHas, checkInteger, checkObject, checkText } from '@halfclose/codec/arguments';
import { cutPacket } from './cut-packet.ts';
import type { FrameDevice, FrameOffload } from './frame-device.ts';
import {
  checkPacket,
  type DeviceOffload,
  type PacketDevice,
  type Reassembler,
  type RefusedFrames,
} from './packet-device.ts';
import { SegmentMerger } from './segment-merger.ts';

/** An IPv4 host takes at least so much (RFC 791, 3.2); the length field of IP holds no more. */
const LEAST_MTU = 68;
const LARGEST_MTU = 0xffff;
/** Far more than a device writes in front of a frame. */
const MOST_HEADROOM = 1024;
/** Octets that the headers of IP and TCP have at most. */
const MOST_HEADERS = 60 + 60;

const VERIFIED: DecodeOptions = { verifyChecksums: false };

/** Turns a device of raw frames into one of packets: encodes, decodes, computes and verifies checksums. */
export class WireDevice implements PacketDevice {
  readonly name: string;
  readonly mtu: number;
  readonly offload: DeviceOffload;
  /** Frames that were no packets for this host, by reason. */
  readonly dropped: Partial<Record<DropReason, number>> = {};
  #merger: SegmentMerger | null = null;
  readonly #frames: FrameDevice;
  readonly #offload: FrameOffload | null;
  /** Where headers are written for a device that takes them apart from their payload. */
  readonly #head: Uint8Array;

  constructor(frames: FrameDevice) {
    checkHas('frames', frames, ['send', 'onFrame'], 'a FrameDevice');
    checkText('frames.name', frames.name);
    checkInteger('frames.mtu', frames.mtu, LEAST_MTU, LARGEST_MTU);
    if (frames.offload !== undefined) checkOffload(frames.offload);
    this.name = frames.name;
    this.mtu = frames.mtu;
    this.#frames = frames;
    this.#offload = frames.offload ?? null;
    this.offload = { checksum: false, segmentOctets: frames.offload?.segmentOctets ?? 0 };
    this.#head = new Uint8Array((frames.offload?.headroom ?? 0) + MOST_HEADERS);
  }

  /** Segments that were joined to those before them: see {@link SegmentMerger}. */
  get merged(): number {
    return this.#merger?.merged ?? 0;
  }

  transmit(packet: Packet): void {
    checkPacket(packet);
    const offload = this.#offload;
    if (packet.kind === 'icmp') this.#sendMessage(packet);
    else if (offload === null) this.#frames.send(encodePacket(packet));
    else if (this.#sendSegment(offload, packet) === false)
      for (const part of cutPacket(packet)) this.#sendSegment(offload, part);
  }

  #sendSegment(offload: FrameOffload, packet: TcpPacket): boolean | void {
    const { headroom } = offload;
    const length = encodeHeadersInto(packet, this.#head, headroom);
    const { payload, gsoSize } = packet.segment;
    return offload.sendSegment(this.#head, headroom + length, payload, gsoSize);
  }

  /** Without a `reassembler`, fragments are dropped. */
  attach(receive: (packet: Packet) => void, reassembler?: Reassembler, refused?: RefusedFrames): void {
    checkFunction('receive', receive);
    if (refused !== undefined) checkHas('refused', refused, ['refuse'], 'RefusedFrames');
    if (reassembler !== undefined) checkHas('reassembler', reassembler, ['take'], 'a Reassembler');
    const merger = reassembler === undefined ? null : this.#mergerFor(receive);
    const deliver = merger === null ? receive : (packet: Packet): void => merger.take(packet);
    const onFrame = (frame: Uint8Array, isVerified?: boolean): void => {
      const packet = decodePacket(frame, isVerified === true ? VERIFIED : undefined);
      if (typeof packet !== 'string') deliver(packet);
      else if (reassembler !== undefined && (packet === 'ipv4-fragment' || packet === 'ipv6-fragment'))
        this.#receiveFragment(frame, reassembler, deliver, refused);
      else this.#drop(frame, packet, refused, isVerified === true);
    };
    this.#frames.onFrame(onFrame, merger === null ? undefined : () => merger.flush());
  }

  /**
   * Of a host alone, as which whoever puts fragments together is taken: a router is to pass on what it got. Where the device joins
   * segments itself there is nothing left to join; where it does not tell of an end none may wait for it.
   */
  #mergerFor(receive: (packet: Packet) => void): SegmentMerger | null {
    if (this.#frames.tellsEnd !== true || this.offload.segmentOctets > 0) return null;
    return (this.#merger = new SegmentMerger(receive));
  }

  /** Who cuts a packet has computed its checksum before, so that nobody vouches for it. */
  #receiveFragment(
    frame: Uint8Array,
    reassembler: Reassembler,
    receive: (packet: Packet) => void,
    refused: RefusedFrames | undefined,
  ): void {
    const whole = reassembler.take(frame);
    if (whole === null) return;
    const packet = decodePacket(whole);
    // Fragments of fragments are none.
    if (typeof packet === 'string') this.#drop(whole, packet, refused, false);
    else receive(packet);
  }

  #drop(
    frame: Uint8Array,
    reason: DropReason,
    refused: RefusedFrames | undefined,
    isVerified: boolean,
  ): void {
    this.dropped[reason] = (this.dropped[reason] ?? 0) + 1;
    refused?.refuse(frame, reason, isVerified);
  }

  /** TCP fits its segments to the path, ICMP has what it was asked to send back. */
  #sendMessage(packet: IcmpPacket): void {
    const frame = encodePacket(packet);
    const { identification } = packet;
    if (frame.length <= this.mtu || identification === undefined) this.#frames.send(frame);
    else for (const fragment of cutFrame(frame, this.mtu, identification)) this.#frames.send(fragment);
  }
}

function checkOffload(offload: FrameOffload): void {
  checkObject('frames.offload', offload, 'a FrameOffload');
  checkHas('frames.offload', offload, ['sendSegment'], 'a FrameOffload');
  checkInteger('frames.offload.headroom', offload.headroom, 0, MOST_HEADROOM);
  checkInteger('frames.offload.segmentOctets', offload.segmentOctets, 0, LARGEST_MTU - MOST_HEADERS);
}
