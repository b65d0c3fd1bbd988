// Capture files made by hand, field by field as the formats say.
import { ipv4, encodePacket, Flag, parseIpAddress, Segment } from '@halfclose/codec';
import { decodeFrame, type Frame, readFrames, type CaptureFault } from '../src/index.ts';

export type ByteOrder = 'little' | 'big';

/** Numbers of fixed size one after the other, in a byte order; and bytes as they are. */
export class Writer {
  readonly #order: ByteOrder;
  readonly #parts: Uint8Array[] = [];

  constructor(order: ByteOrder) {
    this.#order = order;
  }

  u8(...values: number[]): this {
    this.#parts.push(Uint8Array.from(values));
    return this;
  }

  u16(...values: number[]): this {
    for (const value of values) this.#number(2, (view, little) => view.setUint16(0, value, little));
    return this;
  }

  u32(...values: number[]): this {
    for (const value of values) this.#number(4, (view, little) => view.setUint32(0, value, little));
    return this;
  }

  u64(value: bigint): this {
    this.#number(8, (view, little) => view.setBigUint64(0, value, little));
    return this;
  }

  bytes(bytes: Uint8Array): this {
    this.#parts.push(bytes);
    return this;
  }

  /** Up to a multiple of 4. */
  pad(): this {
    return this.u8(...new Array<number>(-this.length & 3).fill(0));
  }

  get length(): number {
    return this.#parts.reduce((sum, part) => sum + part.length, 0);
  }

  done(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#parts));
  }

  #number(size: number, set: (view: DataView, little: boolean) => void): void {
    const view = new DataView(new ArrayBuffer(size));
    set(view, this.#order === 'little');
    this.#parts.push(new Uint8Array(view.buffer));
  }
}

export interface PcapRecord {
  readonly seconds: number;
  readonly fraction: number;
  readonly bytes: Uint8Array;
  readonly originalLength?: number;
}

export function pcap(
  records: readonly PcapRecord[],
  options: { order?: ByteOrder; magic?: number; linkType?: number; minor?: number } = {},
): Uint8Array {
  const { order = 'little', magic = 0xa1b2c3d4, linkType = 1, minor = 4 } = options;
  const file = new Writer(order).u32(magic).u16(2, minor).u32(0, 0, 65535, linkType);
  for (const { seconds, fraction, bytes, originalLength = bytes.length } of records) {
    const lengths = minor < 3 ? [originalLength, bytes.length] : [bytes.length, originalLength];
    file.u32(seconds, fraction, ...lengths);
    if (magic === 0xa1b2cd34) file.u32(1).u16(0x0800).u8(0, 0);
    file.bytes(bytes);
  }
  return file.done();
}

/** A block: its type, its length, the body and the length again. */
export function block(order: ByteOrder, type: number, body: Uint8Array): Uint8Array {
  const padded = new Writer(order).bytes(body).pad().done();
  const length = padded.length + 12;
  return new Writer(order).u32(type, length).bytes(padded).u32(length).done();
}

export function section(order: ByteOrder): Uint8Array {
  const body = new Writer(order).u32(0x1a2b3c4d).u16(1, 0).u64(0xffff_ffff_ffff_ffffn).done();
  return block(order, 0x0a0d0d0a, body);
}

export function interfaceBlock(
  order: ByteOrder,
  linkType: number,
  options: Uint8Array = new Uint8Array(0),
  snapLength = 0,
): Uint8Array {
  return block(order, 1, new Writer(order).u16(linkType, 0).u32(snapLength).bytes(options).done());
}

export function option(order: ByteOrder, code: number, value: Uint8Array): Uint8Array {
  return new Writer(order).u16(code, value.length).bytes(value).pad().done();
}

export function enhancedPacket(
  order: ByteOrder,
  ticks: bigint,
  bytes: Uint8Array,
  fields: { interfaceId?: number; originalLength?: number; options?: Uint8Array } = {},
): Uint8Array {
  const { interfaceId = 0, originalLength = bytes.length, options = new Uint8Array(0) } = fields;
  const body = new Writer(order)
    .u32(interfaceId, Number(ticks >> 32n), Number(ticks & 0xffff_ffffn), bytes.length, originalLength)
    .bytes(bytes)
    .pad()
    .bytes(options);
  return block(order, 6, body.done());
}

/** An IP packet with a segment of `length` bytes of payload and timestamps. */
export function ipPacket(length: number, version: 4 | 6 = 4): Uint8Array {
  const segment = new Segment();
  segment.sourcePort = 40_000;
  segment.destinationPort = 80;
  segment.seq = 1000;
  segment.ack = 5;
  segment.flags = Flag.ACK | Flag.PSH;
  segment.window = 500;
  segment.hasTimestamps = true;
  segment.timestampValue = 7;
  segment.payload = new Uint8Array(length).fill(0x61);
  const [source, destination] =
    version === 4
      ? [ipv4(10, 0, 0, 1), ipv4(10, 0, 0, 2)]
      : [parseIpAddress('fd00::1') ?? ipv4(0, 0, 0, 0), parseIpAddress('fd00::2') ?? ipv4(0, 0, 0, 0)];
  const addresses = { source, destination };
  return encodePacket({ kind: 'tcp', ...addresses, hopLimit: 61, dscp: 0, segment });
}

/** What a file holds, in chunks of `size` bytes. */
export async function read(
  file: Uint8Array,
  size = file.length,
): Promise<{ frames: Frame[]; fault: CaptureFault | null }> {
  const frames: Frame[] = [];
  const all = readFrames(chunksOf(file, Math.max(1, size)));
  for (let step = await all.next(); ; step = await all.next()) {
    if (step.done === true) return { frames, fault: step.value };
    frames.push({ ...step.value, bytes: new Uint8Array(step.value.bytes) });
  }
}

function* chunksOf(file: Uint8Array, size: number): Generator<Uint8Array> {
  // One buffer for all of them, as a reader of files may use it: it is written over each time.
  const buffer = new Uint8Array(size);
  for (let at = 0; at < file.length; at += size) {
    const part = file.subarray(at, at + size);
    buffer.set(part);
    yield buffer.subarray(0, part.length);
    buffer.fill(0xee);
  }
}

/** The payload lengths of the frames that are segments. */
export function payloadsOf(frames: readonly Frame[]): (number | string)[] {
  return frames.map((frame) => {
    const decoded = decodeFrame(frame);
    return typeof decoded === 'string' ? decoded : decoded.payloadLength;
  });
}
