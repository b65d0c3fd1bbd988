import type { Readable } from 'node:stream';

/** What Node keeps in a readable stream: a list before Node 22, an array with a start index since. */
interface ReadableInternals {
  readonly _readableState: {
    readonly buffer: Iterable<Uint8Array | string>;
    readonly bufferIndex?: number;
    readonly decoder: Decoder | null;
  };
}

/** What Node's StringDecoder tells of a character that is not complete: 0 where there is none. */
interface Decoder {
  /** Octets of it that are missing. */
  readonly lastNeed: number;
  /** Octets that it has in all. */
  readonly lastTotal: number;
}

/**
 * Octets in a stream's own buffer: pushed, and not yet taken by the program. With an encoding the stream holds strings,
 * and counts in their units: what they have been in octets can only be told where they were valid, so never more than
 * `read`, the octets that were pushed, but all of those that wait in the decoder for the rest of a character.
 */
export function bufferedOctets(stream: Readable, read: number): number {
  const { readableEncoding } = stream;
  if (readableEncoding === null) return Math.min(stream.readableLength, read);
  const { buffer, bufferIndex = 0, decoder } = (stream as unknown as ReadableInternals)._readableState;
  let octets = decoder === null ? 0 : decoder.lastTotal - decoder.lastNeed;
  for (const chunk of [...buffer].slice(bufferIndex)) octets += Buffer.byteLength(chunk, readableEncoding);
  return Math.min(octets, read);
}
