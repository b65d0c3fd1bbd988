import type { CapturedPacket } from '@halfclose/capture';
import { type Packet, Segment } from '@halfclose/codec';
import {
  checkFunction,
  checkInteger,
  checkObject,
  checkOptions,
  type OptionNames,
} from '@halfclose/codec/arguments';
import { formatEndpoint } from '@halfclose/trace';
import type { Flow } from './flow/flow.ts';
import { FlowTable } from './flow/flow-table.ts';

/** A connection that a {@link ConnectionPicker} is asked about. */
export interface Candidate {
  /** Its place among the connections of the capture, from 1 on. */
  readonly number: number;
  /** `192.0.2.1:80` or `[2001:db8::1]:80`. */
  readonly client: string;
  /** The other end, in the same form. */
  readonly server: string;
}

/** Which connection is picked, and how much of it. */
export interface ConnectionPickerOptions {
  /** Says whether it is the connection that is wanted; the first one is taken. Default: any is. */
  readonly isWanted?: (candidate: Candidate) => boolean;
  /** Packets kept: the first ones. Default: 10,000. */
  readonly packets?: number;
}

const OPTIONS: OptionNames<ConnectionPickerOptions> = { isWanted: true, packets: true };
const DEFAULT_PACKETS = 10_000;

/** Keeps the packets of one connection of a capture: for `traceOf`. Payloads keep their lengths, not their bytes. */
export class ConnectionPicker {
  readonly #isWanted: (candidate: Candidate) => boolean;
  readonly #most: number;
  readonly #table: FlowTable;
  readonly #packets: CapturedPacket[] = [];
  #flow: Flow | null = null;
  #left = 0;
  #zeros = new Uint8Array(0);

  /**
   * A picker that has seen nothing.
   *
   * @throws TypeError or RangeError that names an option which is unknown, or has an impossible value.
   */
  constructor(options: ConnectionPickerOptions = {}) {
    checkOptions('options', options, OPTIONS);
    const { isWanted = () => true, packets = DEFAULT_PACKETS } = options;
    checkFunction('isWanted', isWanted);
    checkInteger('packets', packets, 1, Number.MAX_SAFE_INTEGER);
    this.#isWanted = isWanted;
    this.#most = packets;
    const onSegment = (flow: Flow, _: unknown, captured: CapturedPacket) => {
      this.#offer(flow, captured);
    };
    this.#table = new FlowTable({ onEnd: () => undefined, onSegment }, 100_000);
  }

  /** The packets of the connection that was picked; none: there was none. */
  get packets(): readonly CapturedPacket[] {
    return this.#packets;
  }

  /** How many more it had than were kept. */
  get left(): number {
    return this.#left;
  }

  /**
   * Takes in the next packet of the capture.
   *
   * @throws TypeError for what is none.
   */
  add(captured: CapturedPacket): void {
    checkObject('captured', captured, 'a CapturedPacket');
    this.#table.add(captured);
  }

  #offer(flow: Flow, captured: CapturedPacket): void {
    if (this.#flow === null) {
      const { number, client, server } = flow;
      const candidate = {
        number,
        client: formatEndpoint(client.endpoint),
        server: formatEndpoint(server.endpoint),
      };
      // Asked once for each connection: with its first packet.
      if (flow.packets > 1 || !this.#isWanted(candidate)) return;
      this.#flow = flow;
    }
    if (flow !== this.#flow) return;
    if (this.#packets.length >= this.#most) this.#left++;
    else this.#packets.push({ ...captured, packet: this.#keep(captured) });
  }

  /** The packet without the bytes of its payload, which are views of what is read over. */
  #keep({ packet, payloadLength }: CapturedPacket): Packet {
    if (packet.kind === 'icmp') return packet;
    const segment = Object.assign(new Segment(), packet.segment);
    if (this.#zeros.length < payloadLength) this.#zeros = new Uint8Array(payloadLength);
    segment.payload = this.#zeros.subarray(0, payloadLength);
    segment.unknownOptions =
      segment.unknownOptions?.map(({ kind, data }) => ({ kind, data: data.slice() })) ?? null;
    return { ...packet, segment };
  }
}
