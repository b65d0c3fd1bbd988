import { checkOctets } from '@halfclose/codec/arguments';
import { ByteQueue } from './byte-queue.ts';
import type { CaptureFault } from './capture-fault.ts';
import type { CaptureParser } from './capture-parser.ts';
import type { Frame } from './frame.ts';
import { pcapByteOrder, PcapParser } from './pcap-parser.ts';
import { isPcapng, PcapngParser } from './pcapng-parser.ts';

const MAGIC = 4;
/** zstd, gzip, bzip2, xz and LZ4, by their first bytes. */
const COMPRESSED = ['28b52ffd', '1f8b', '425a68', 'fd377a58', '04224d18'];

/**
 * Reads a capture file piece by piece: pcap of any byte order and resolution, or pcapng. It keeps no more than the record
 * that is not complete yet. Nothing in a file makes it throw: what is wrong is {@link CaptureReader.fault}.
 *
 * ```ts
 * const reader = new CaptureReader();
 * for await (const chunk of file) for (const frame of reader.push(chunk)) console.log(frame.number, frame.time);
 * reader.end();
 * if (reader.fault !== null) console.log(CAPTURE_FAULTS[reader.fault]);
 * ```
 */
export class CaptureReader {
  readonly #queue = new ByteQueue();
  #parser: CaptureParser | null = null;
  #fault: CaptureFault | null = null;
  #bytes = 0;

  /** What is wrong with the file; `null`: nothing so far. Nothing more is read after a fault. */
  get fault(): CaptureFault | null {
    return this.#fault;
  }

  /** How many bytes were given so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * The frames that are complete with this chunk, one by one, as they are asked for; all are to be taken before the next
   * chunk. They are views of the chunk, which may be used again after that.
   *
   * @throws TypeError for what are no bytes.
   */
  *push(chunk: Uint8Array): Generator<Frame, void, undefined> {
    checkOctets('chunk', chunk);
    this.#bytes += chunk.length;
    if (this.#fault !== null) return;
    this.#queue.push(chunk);
    for (let frame = this.#next(); frame !== null; frame = this.#next()) yield frame;
    // What is left is kept, and the chunk is the caller's.
    this.#queue.own();
  }

  /** Says that there is nothing more. Returns {@link CaptureReader.fault}. */
  end(): CaptureFault | null {
    if (this.#fault === null) {
      if (this.#parser !== null) this.#fault = this.#parser.atEnd(this.#queue);
      else this.#fault = this.#queue.length === 0 ? 'empty' : 'not-a-capture';
    }
    return this.#fault;
  }

  #next(): Frame | null {
    this.#parser ??= this.#choose();
    if (this.#parser === null || this.#fault !== null) return null;
    const result = this.#parser.next(this.#queue);
    if (typeof result !== 'string') return result;
    this.#fault = result;
    return null;
  }

  #choose(): CaptureParser | null {
    const start = this.#queue.peek(MAGIC);
    if (start === null) return null;
    const magic = new DataView(start.buffer, start.byteOffset, MAGIC);
    if (isPcapng(magic)) return new PcapngParser();
    const order = pcapByteOrder(magic);
    if (order !== null) return new PcapParser(order === 'little');
    const hex = magic.getUint32(0).toString(16).padStart(8, '0');
    this.#fault = COMPRESSED.some((known) => hex.startsWith(known)) ? 'compressed' : 'not-a-capture';
    return null;
  }
}

/**
 * The frames of a file that comes in chunks, such as a stream of `node:fs`; returns what is wrong with the file.
 *
 * @throws TypeError for a chunk that is no bytes, and whatever the chunks throw.
 */
export async function* readFrames(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Frame, CaptureFault | null, undefined> {
  const reader = new CaptureReader();
  for await (const chunk of chunks) {
    yield* reader.push(chunk);
    if (reader.fault !== null) break;
  }
  return reader.end();
}
