import { createReadStream, statSync } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import {
  CAPTURE_FAULTS,
  type CapturedPacket,
  CaptureReader,
  decodeFrame,
  LINK_REFUSALS,
  linkTypeName,
} from '@halfclose/capture';
import { Progress } from './progress.ts';

/** What a file held beside the packets that it gave. */
export interface CaptureFacts {
  readonly frames: number;
  /** Frames that concern TCP. */
  readonly packets: number;
  /** What is to be said of the file: that it was cut off, say; empty: nothing. */
  readonly warning: string;
}

/** `-`: the standard input. */
const STANDARD_INPUT = '-';
const CHUNK = 1 << 18;

/**
 * Reads a capture and shows each packet of TCP to `take`. Gzipped files are unpacked.
 *
 * @throws Error in one sentence for a file that is no capture, or has nothing in it that can be read.
 */
export async function readCapture(
  file: string,
  take: (captured: CapturedPacket) => void,
): Promise<CaptureFacts> {
  const reader = new CaptureReader();
  const progress = new Progress(file === STANDARD_INPUT ? null : sizeOf(file), process.stderr);
  const refused = new Map<string, number>();
  let frames = 0;
  let packets = 0;
  for await (const chunk of chunksOf(file, progress)) {
    for (const frame of reader.push(chunk)) {
      frames++;
      const captured = decodeFrame(frame);
      if (typeof captured !== 'string') {
        packets++;
        take(captured);
      } else {
        const reason = captured === 'link-type' ? linkTypeName(frame.interface.linkType) : captured;
        refused.set(reason, (refused.get(reason) ?? 0) + 1);
      }
    }
    if (reader.fault !== null) break;
  }
  progress.done();
  const fault = reader.end();
  if (fault !== null && frames === 0) throw new Error(`${file}: ${CAPTURE_FAULTS[fault]}`);
  if (packets === 0) throw new Error(`${file}: no TCP in its ${frames} packets${reasonsOf(refused)}`);
  return { frames, packets, warning: fault === null ? '' : `${file}: ${CAPTURE_FAULTS[fault]}` };
}

function sizeOf(file: string): number | null {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) throw new Error(`${file}: there is no such file`);
  if (stats.isDirectory()) throw new Error(`${file} is a directory, and no capture`);
  return stats.isFile() ? stats.size : null;
}

/** The bytes of a file, unpacked. What follows a broken end of a packed file is not there, and the capture ends early. */
async function* chunksOf(file: string, progress: Progress): AsyncGenerator<Uint8Array> {
  const source = file === STANDARD_INPUT ? process.stdin : createReadStream(file, { highWaterMark: CHUNK });
  const counted = counting(source, progress)[Symbol.asyncIterator]();
  const { value: first, done } = await counted.next();
  if (done === true) return;
  const all = Readable.from(behind(first, counted));
  yield* isGzip(first) ? unpacked(all) : all;
}

async function* counting(
  source: AsyncIterable<Uint8Array>,
  progress: Progress,
): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of source) {
    progress.add(chunk.length);
    yield chunk;
  }
}

async function* behind(
  first: Uint8Array,
  rest: AsyncGenerator<Uint8Array, void>,
): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}

/** RFC 1952, 2.3.1. */
function isGzip(start: Uint8Array): boolean {
  return start[0] === 0x1f && start[1] === 0x8b;
}

async function* unpacked(packed: Readable): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip();
  // What is wrong with either is told by the iteration.
  pipeline(packed, gunzip, () => undefined);
  try {
    yield* gunzip as AsyncIterable<Uint8Array>;
  } catch (error) {
    if (!isTruncation(error)) throw error;
  }
}

function isTruncation(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'Z_BUF_ERROR';
}

function reasonsOf(refused: ReadonlyMap<string, number>): string {
  const reasons = [...refused].sort(([, a], [, b]) => b - a).slice(0, 3);
  if (reasons.length === 0) return '';
  return `: ${reasons.map(([reason, count]) => `${count} ${nameOf(reason)}`).join(', ')}`;
}

function nameOf(reason: string): string {
  if (Object.hasOwn(LINK_REFUSALS, reason)) return LINK_REFUSALS[reason as keyof typeof LINK_REFUSALS];
  if (reason === 'unknown-protocol') return 'of other protocols';
  return reason.startsWith('link type') ? `of ${reason}` : reason;
}
