import { EventEmitter } from 'node:events';
import { constants } from 'node:os';
import { checkFunction, checkOctets } from '@halfclose/codec/arguments';
import { type Native, type NativeDevice, Ready } from './native.ts';
import { ReadBlock } from './read-block.ts';
import { SendQueue } from './send-queue.ts';
import type { TunCounters } from './tun-counters.ts';
import { EBADFD, TunError } from './tun-error.ts';
import { isVerified, VIRTIO_NET_HEADER, writeTcpOffload } from './virtio-net-header.ts';

/** Frames that are read before the event loop goes on to others. */
const FRAMES_A_TURN = 256;

/** Of an IP packet, in bytes; and of the headers of one with TCP in it. */
const LARGEST_FRAME = 0xffff;
const MOST_HEADERS = 60 + 60;
const IPV6_HEADER = 40;
/** Where a TCP header has its flags, and CWR among them. */
const TCP_FLAGS = 13;
const CWR = 0x80;

/** A virtio_net_hdr that asks for nothing. */
const NO_OFFLOAD = new Uint8Array(VIRTIO_NET_HEADER);

/** What the addon returns of errno.h. */
const EAGAIN = -constants.errno.EAGAIN;
const EINVAL = -constants.errno.EINVAL;
const EIO = -constants.errno.EIO;
const ENODEV = -constants.errno.ENODEV;

const GONE = 'the interface has been removed';

/** What the receiver of frames is called with. */
export type ReceiveFrame = (frame: Uint8Array, isVerified: boolean) => void;

/** What it is told when there are no more frames for now. */
export type FramesEnd = () => void;

/** Work on TCP that the kernel takes over: the `FrameOffload` of `@halfclose/stack`. */
export interface TunOffload {
  /** Bytes in front of a frame's headers that are the device's own. */
  readonly headroom: number;
  /** Most bytes of TCP payload in one frame, which the kernel cuts into segments. */
  readonly segmentOctets: number;
  /**
   * Sends one TCP segment whose checksum field has the sum of its pseudo-header. `head` has its headers from `headroom` on
   * and ends at `headLength`; with more payload than a `gsoSize` that is not 0, it becomes segments of so many bytes.
   * Neither piece of memory is kept. Returns `false` where the kernel cannot, though it said so (Linux 6.6.44, some of vendors):
   * nothing was sent then, and whoever asked is to cut it.
   */
  sendSegment(head: Uint8Array, headLength: number, payload: Uint8Array, gsoSize: number): boolean;
}

/** What {@link openTun} has found out about the device. */
export interface TunParameters {
  readonly native: Native;
  readonly device: NativeDevice;
  readonly name: string;
  readonly index: number;
  readonly mtu: number;
  /** Whether frames have a virtio_net_hdr in front. */
  readonly hasHeader: boolean;
  /** Whether readiness comes from a thread: each event once. */
  readonly byThread: boolean;
  readonly queueLength: number;
}

interface TunEvents {
  /** The device has failed: it was removed, say. 'close' follows. */
  error: [error: TunError];
  /** The device has been closed. */
  close: [];
}

/**
 * A TUN device of Linux: IP packets that the kernel routes into the interface `name`, and back. A `FrameDevice` for
 * `WireDevice` of `@halfclose/stack`. Holds the process while it is open, but for {@link TunDevice.unref}.
 */
export class TunDevice extends EventEmitter<TunEvents> {
  /** Name of the interface. */
  readonly name: string;
  /** Number of the interface. */
  readonly index: number;
  /** Largest IP packet in bytes. */
  readonly mtu: number;
  /** It tells when there are no more frames for now, so that segments can be joined. */
  readonly tellsEnd = true;
  /** Absent where the kernel does not offer it, or was not to. */
  readonly offload?: TunOffload;
  /** Frames, bytes and drops, both ways. */
  readonly counters: TunCounters = {
    framesReceived: 0,
    bytesReceived: 0,
    framesSent: 0,
    bytesSent: 0,
    dropped: { 'queue-full': 0, refused: 0, down: 0, closed: 0 },
  };

  readonly #native: Native;
  readonly #byThread: boolean;
  readonly #headroom: number;
  readonly #block: ReadBlock;
  readonly #queue: SendQueue;
  #device: NativeDevice | null;
  #receive: ReceiveFrame | null = null;
  #onEnd: FramesEnd | undefined;
  /** Whether the kernel has refused to cut a segment. */
  #cannotCut = false;

  constructor({ native, device, name, index, mtu, hasHeader, byThread, queueLength }: TunParameters) {
    super();
    this.name = name;
    this.index = index;
    this.mtu = mtu;
    this.#native = native;
    this.#device = device;
    this.#byThread = byThread;
    this.#headroom = hasHeader ? VIRTIO_NET_HEADER : 0;
    this.#block = new ReadBlock(hasHeader ? LARGEST_FRAME + VIRTIO_NET_HEADER : mtu);
    this.#queue = new SendQueue(queueLength);
    if (hasHeader) {
      this.offload = {
        headroom: VIRTIO_NET_HEADER,
        segmentOctets: LARGEST_FRAME - MOST_HEADERS,
        sendSegment: (head, headLength, payload, gsoSize) =>
          this.#sendSegment(head, headLength, payload, gsoSize),
      };
    }
    const watched = native.watch(device, (events) => this.#onReady(events), byThread);
    if (watched < 0) throw TunError.system(watched, 'watch', name);
    this.#arm();
  }

  /** Whether it has been closed, or is gone. */
  get closed(): boolean {
    return this.#device === null;
  }

  // --- frames

  /**
   * Where received frames go; until then they wait in the kernel. The memory of a frame belongs to the receiver. `onEnd` is
   * called after the frames of each time that the device is read.
   */
  onFrame(receive: ReceiveFrame, onEnd?: FramesEnd): void {
    checkFunction('receive', receive);
    if (onEnd !== undefined) checkFunction('onEnd', onEnd);
    this.#receive = receive;
    this.#onEnd = onEnd;
    this.#arm();
  }

  /** Sends one IP packet, and owns its memory from then on. What the device does not take is dropped and counted. */
  send(frame: Uint8Array): void {
    checkOctets('frame', frame);
    if (this.#headroom === 0) this.#write(frame, frame.length, undefined);
    else this.#write(NO_OFFLOAD, this.#headroom, frame);
  }

  #sendSegment(head: Uint8Array, headLength: number, payload: Uint8Array, gsoSize: number): boolean {
    const isCut = payload.length > gsoSize && gsoSize > 0;
    if (isCut && this.#cannotCut) return false;
    const start = this.#headroom;
    const first = head[start] ?? 0;
    const isIPv4 = first >> 4 === 4;
    const ipHeaderLength = isIPv4 ? (first & 15) * 4 : IPV6_HEADER;
    writeTcpOffload(head, 0, {
      isIPv4,
      ipHeaderLength,
      headersLength: headLength - start,
      gsoSize: isCut ? gsoSize : 0,
      hasCwr: ((head[start + ipHeaderLength + TCP_FLAGS] ?? 0) & CWR) !== 0,
    });
    const written = this.#write(head, headLength, payload.length === 0 ? undefined : payload, isCut);
    if (written) return true;
    this.#cannotCut = true;
    return false;
  }

  /** Returns whether that was that; `false`, where the kernel cannot cut what it `isCut`. */
  #write(head: Uint8Array, headLength: number, body: Uint8Array | undefined, isCut = false): boolean {
    if (this.#device === null) this.counters.dropped.closed++;
    else if (!this.#queue.isEmpty) this.#enqueue(head, headLength, body);
    else {
      const written = this.#native.write(this.#device, head, headLength, body);
      if (written >= 0) this.#countSent(written);
      else if (written === EAGAIN) {
        this.#enqueue(head, headLength, body);
        this.#arm();
      } else if (isCut && written === EINVAL) return false;
      else this.#onWriteFailed(written);
    }
    return true;
  }

  #enqueue(head: Uint8Array, headLength: number, body: Uint8Array | undefined): void {
    if (!this.#queue.push(head, headLength, body)) this.counters.dropped['queue-full']++;
  }

  #countSent(bytes: number): void {
    this.counters.framesSent++;
    this.counters.bytesSent += bytes - this.#headroom;
  }

  #onWriteFailed(errno: number): void {
    if (errno === EIO) this.counters.dropped.down++;
    else if (errno === EBADFD || errno === ENODEV)
      this.#fail(TunError.system(errno, 'write', this.name, GONE));
    else this.counters.dropped.refused++;
  }

  #flush(device: NativeDevice): void {
    for (let frame = this.#queue.first; frame !== undefined; frame = this.#queue.first) {
      const written = this.#native.write(device, frame, frame.length, undefined);
      if (written === EAGAIN) return;
      this.#queue.shift();
      if (written >= 0) this.#countSent(written);
      else this.#onWriteFailed(written);
      if (this.#device === null) return;
    }
    this.#arm();
  }

  #onReady(events: number): void {
    const device = this.#device;
    if (device === null) return;
    if ((events & Ready.Writable) !== 0 && !this.#queue.isEmpty) this.#flush(device);
    if ((events & Ready.Readable) !== 0) {
      this.#read(device);
      this.#onEnd?.();
    }
    if (this.#byThread) this.#arm();
  }

  #read(device: NativeDevice): void {
    const block = this.#block;
    let left = FRAMES_A_TURN;
    while (left > 0 && this.#device !== null) {
      const count = block.read(this.#native, device);
      if (count === EAGAIN) return;
      if (count < 0) {
        this.#fail(TunError.system(count, 'read', this.name, GONE));
        return;
      }
      for (let index = 0; index < count; index++) this.#deliver(index);
      if (count < block.most) return;
      left -= count;
    }
  }

  #deliver(index: number): void {
    const { counters } = this;
    const block = this.#block;
    const headroom = this.#headroom;
    const frame = block.frame(index, headroom);
    counters.framesReceived++;
    counters.bytesReceived += frame.length;
    this.#receive?.(frame, headroom > 0 && isVerified(block.bytes, block.startOf(index)));
  }

  /** Asks for the events that are of use now. */
  #arm(): void {
    if (this.#device === null) return;
    const readable = this.#receive === null ? 0 : Ready.Readable;
    this.#native.arm(this.#device, readable | (this.#queue.isEmpty ? 0 : Ready.Writable));
  }

  // --- the end

  /** Keeps the process alive while the device is open; so it is from the beginning. */
  ref(): this {
    if (this.#device !== null) this.#native.hold(this.#device, true);
    return this;
  }

  /** Lets the process end though the device is open. */
  unref(): this {
    if (this.#device !== null) this.#native.hold(this.#device, false);
    return this;
  }

  /** Closes the device: the interface goes with it, unless it is persistent. Frames that wait are dropped. 'close' follows. */
  close(): void {
    if (this.#device === null) return;
    this.counters.dropped.closed += this.#queue.clear();
    this.#native.close(this.#device);
    this.#device = null;
    this.#receive = null;
    process.nextTick(() => this.emit('close'));
  }

  /** Closes it, for `using` (TypeScript 5.2 and later). */
  [Symbol.dispose](): void {
    this.close();
  }

  #fail(error: TunError): void {
    process.nextTick(() => this.emit('error', error));
    this.close();
  }
}
