import type { CapturedPacket } from '@halfclose/capture';
import type { TcpPacket } from '@halfclose/codec';

/** A packet as far as it tells whether another one is the same. */
interface Print {
  readonly identification: number;
  readonly time: number;
  readonly seq: number;
  readonly ack: number;
  readonly flags: number;
  readonly window: number;
  readonly payloadLength: number;
  readonly timestampValue: number;
}

/** Packets that are looked back at. */
const LOOK_BACK = 8;
/** A packet that has a number of its own (RFC 6864) is known again so many milliseconds later. */
const NUMBERED = 1000;
/** Without a number, only at once: a segment that is sent again says the same. */
const UNNUMBERED = 0.2;

/**
 * Knows a packet again that the capture has twice: of a port that mirrors both directions, of two interfaces, or before and
 * behind a router. It is no segment that was sent again, as that has another number of its IP header.
 */
export class RepeatedCapture {
  readonly #recent: Print[] = [];

  /** Whether the packet was there before. */
  isRepeated({ identification, time, payloadLength }: CapturedPacket, { segment }: TcpPacket): boolean {
    const { seq, ack, flags, window, timestampValue } = segment;
    const print = { identification, time, seq, ack, flags, window, payloadLength, timestampValue };
    if (this.#recent.some((other) => isSame(print, other))) return true;
    this.#recent.unshift(print);
    if (this.#recent.length > LOOK_BACK) this.#recent.pop();
    return false;
  }
}

function isSame(a: Print, b: Print): boolean {
  return (
    a.seq === b.seq &&
    a.ack === b.ack &&
    a.flags === b.flags &&
    a.window === b.window &&
    a.payloadLength === b.payloadLength &&
    a.timestampValue === b.timestampValue &&
    a.identification === b.identification &&
    a.time - b.time <= (a.identification > 0 ? NUMBERED : UNNUMBERED)
  );
}
