import type { ByteQueue } from './byte-queue.ts';
import type { CaptureFault } from './capture-fault.ts';
import type { Frame } from './frame.ts';

/** What reads one format: takes records out of a queue, as far as they are complete. */
export interface CaptureParser {
  /** The next frame; `null`: more bytes are needed; a fault: nothing more can be read. */
  next(queue: ByteQueue): Frame | CaptureFault | null;
  /** What it means that the file ends here; `null`: it may. */
  atEnd(queue: ByteQueue): CaptureFault | null;
}

/** More than any link carries: a length beyond it is a broken file, and no reason to wait for so many bytes. */
export const LONGEST_RECORD = 64 * 1024 * 1024;
