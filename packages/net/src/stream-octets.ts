import type { Readable } from 'node:stream';

/** What Node keeps in a readable stream: a list before Node 22, an array with a start index since. */
interface ReadableInternals {
  readonly _readableState: {
    readonly buffer: Iterable<Uint8Array | string>;
    readonly bufferIndex?: number;
  };
}

/** Octets in a stream's own buffer: pushed, and not yet taken by the program. */
export function bufferedOctets(stream: Readable): number {
  const { readableEncoding } = stream;
  if (readableEncoding === null) return stream.readableLength;
  // With an encoding the stream holds strings, and counts in their units.
  const { buffer, bufferIndex = 0 } = (stream as unknown as ReadableInternals)._readableState;
  return [...buffer]
    .slice(bufferIndex)
    .reduce((octets, chunk) => octets + Buffer.byteLength(chunk as string, readableEncoding), 0);
}
