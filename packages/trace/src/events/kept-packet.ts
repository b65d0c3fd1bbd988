import { type Packet, Segment } from '@halfclose/codec';

/**
 * Copies packets, so that they outlive the buffers they are views of. A packet that is sent by one host and received
 * by another one is copied once, and its events still share one object.
 */
export class KeptPackets {
  readonly #copies = new WeakMap<Packet, Packet>();
  readonly #withPayload: boolean;
  #zeros = new Uint8Array(0);

  /** `withPayload` is `false`: payloads keep their length, their octets become 0. */
  constructor(withPayload: boolean) {
    this.#withPayload = withPayload;
  }

  /** The packet's copy. */
  keep(packet: Packet): Packet {
    const known = this.#copies.get(packet);
    if (known !== undefined) return known;
    const copy = this.#copyOf(packet);
    this.#copies.set(packet, copy);
    return copy;
  }

  #copyOf(packet: Packet): Packet {
    if (packet.kind === 'icmp') {
      return { ...packet, message: { ...packet.message, body: new Uint8Array(packet.message.body) } };
    }
    const segment = Object.assign(new Segment(), packet.segment);
    // Not slice(): on a Buffer, that is one more view.
    segment.payload = this.#withPayload
      ? new Uint8Array(segment.payload)
      : this.#zerosOf(segment.payload.length);
    return { ...packet, segment };
  }

  /** Zeros of that length; all share one buffer. */
  #zerosOf(length: number): Uint8Array {
    if (this.#zeros.length < length) this.#zeros = new Uint8Array(length);
    return this.#zeros.subarray(0, length);
  }
}
