import {
  checkFunction,
  checkInteger,
  checkOctets,
  checkOptions,
  checkText,
} from '@halfclose/codec/arguments';
import { checkMtu } from '../check-mtu.ts';

/** What carries the frames of a {@link CarriedDevice}. */
export interface Carrier {
  /** Sends a frame, and owns its memory from then on. `onDone`: to be called once it has left, or has failed. */
  send(frame: Uint8Array, onDone: () => void): void;
  /** Begins to receive: called once. */
  start(receive: (frame: unknown) => void): void;
  /** Ends it. */
  close(): void;
}

/** What all devices of this kind take. */
export interface CarriedDeviceOptions {
  /** Name of the device. */
  readonly name?: string;
  /** Largest IP packet in bytes, 68 to 65535. */
  readonly mtu?: number;
  /** Most frames that wait until the carrier has taken them; further ones are dropped and counted. Default: 500. */
  readonly queueLength?: number;
}

/** What a device has done, in frames and their bytes. */
export interface CarriedCounters {
  /** Frames that arrived and were given to the receiver. */
  framesReceived: number;
  /** Their bytes, without what the carrier puts around them. */
  bytesReceived: number;
  /** Frames that the carrier was given; whether they left, it does not tell. */
  framesSent: number;
  /** Their bytes. */
  bytesSent: number;
  /** Frames that went no further, by reason. */
  readonly dropped: {
    /** The carrier had not taken `queueLength` frames yet. */
    'queue-full': number;
    /** Sent after the end. */
    closed: number;
    /** What arrived was no Uint8Array, or came from somebody else. */
    foreign: number;
  };
}

const LARGEST_QUEUE = 1_000_000;

/** A device whose frames something else carries: a `FrameDevice` for `WireDevice` of `@halfclose/stack`. */
export class CarriedDevice {
  /** What it is called in traces; by default after its carrier: `udp`, `websocket`. */
  readonly name: string;
  /** Largest IP packet in bytes. */
  readonly mtu: number;
  /** Frames, bytes and drops, both ways. */
  readonly counters: CarriedCounters = {
    framesReceived: 0,
    bytesReceived: 0,
    framesSent: 0,
    bytesSent: 0,
    dropped: { 'queue-full': 0, closed: 0, foreign: 0 },
  };
  readonly #carrier: Carrier;
  readonly #queueLength: number;
  readonly #listeners: (() => void)[] = [];
  #waiting = 0;
  #isClosed = false;

  constructor(carrier: Carrier, { name, mtu, queueLength }: Required<CarriedDeviceOptions>) {
    this.name = name;
    this.mtu = mtu;
    this.#carrier = carrier;
    this.#queueLength = queueLength;
  }

  /** Whether it, or what carries its frames, has ended. */
  get closed(): boolean {
    return this.#isClosed;
  }

  /** Sends one IP packet, and owns its memory from then on. */
  send(frame: Uint8Array): void {
    checkOctets('frame', frame);
    const { dropped } = this.counters;
    if (this.#isClosed) dropped.closed++;
    else if (this.#waiting >= this.#queueLength) dropped['queue-full']++;
    else {
      this.#waiting++;
      this.counters.framesSent++;
      this.counters.bytesSent += frame.length;
      this.#carrier.send(frame, () => this.#waiting--);
    }
  }

  /** Where received frames go; the memory of a frame belongs to the receiver. */
  onFrame(receive: (frame: Uint8Array) => void): void {
    checkFunction('receive', receive);
    this.#carrier.start((frame) => {
      if (this.#isClosed) return;
      if (frame instanceof Uint8Array) {
        this.counters.framesReceived++;
        this.counters.bytesReceived += frame.length;
        receive(frame);
      } else this.counters.dropped.foreign++;
    });
  }

  /** Calls `listener` when the device has ended, by `close` or because what carries its frames has. */
  onClose(listener: () => void): void {
    checkFunction('listener', listener);
    this.#listeners.push(listener);
  }

  /** Ends the device, and what carries its frames. */
  close(): void {
    if (this.#isClosed) return;
    this.#carrier.close();
    this.end();
  }

  /** To be called by what carries its frames, when that has ended. */
  end(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const listener of this.#listeners.splice(0)) listener();
  }
}

/**
 * Checks options, and fills in what is absent.
 *
 * @throws TypeError or RangeError that names the option
 */
export function carriedOptions(
  options: CarriedDeviceOptions,
  defaults: { readonly name: string; readonly mtu: number },
): Required<CarriedDeviceOptions> {
  checkOptions('options', options, { name: true, mtu: true, queueLength: true });
  const { name = defaults.name, mtu = defaults.mtu, queueLength = 500 } = options;
  checkText('options.name', name);
  checkMtu('options.mtu', mtu);
  checkInteger('options.queueLength', queueLength, 0, LARGEST_QUEUE);
  return { name, mtu, queueLength };
}
