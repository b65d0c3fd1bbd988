import { closeSync, openSync, writeSync } from 'node:fs';
import { type EventFilter, matchesFilter, PcapngTrace, type TraceEvent } from '@halfclose/trace';

/** Bytes that wait for a write of their own. */
const BLOCK = 65_536;
/** Milliseconds after which whoever reads along sees a packet. */
const DELAY = 200;

/** A pcapng file that grows while it is written, with the changes of state as comments. */
export class Capture {
  readonly #trace = new PcapngTrace({ epoch: performance.timeOrigin, once: true });
  readonly #file: number;
  readonly #filter: EventFilter;
  readonly #onError: (error: Error) => void;
  #isBroken = false;
  #pieces: Uint8Array[] = [];
  #size = 0;
  #timer: NodeJS.Timeout | null = null;

  /**
   * `port`: of TCP; else everything is written. `onError`: nothing more is, since the disk is full, say.
   *
   * @throws Error with the code of the system where the file cannot be made
   */
  constructor(path: string, port: number | undefined, onError: (error: Error) => void) {
    this.#file = openSync(path, 'w');
    this.#filter = { port: port ?? null, host: null };
    this.#onError = onError;
  }

  /** Takes one event, whose times are those of `performance.now()`. */
  record(event: TraceEvent): void {
    if (this.#isBroken || !matchesFilter(event, this.#filter)) return;
    const bytes = this.#trace.record(event);
    if (bytes.length === 0) return;
    this.#pieces.push(bytes);
    this.#size += bytes.length;
    if (this.#size >= BLOCK) this.#write();
    else this.#timer ??= setTimeout(() => this.#write(), DELAY).unref();
  }

  /** Writes what is held back, and closes the file. */
  close(): void {
    if (!this.#isBroken) {
      this.#pieces.push(this.#trace.flush());
      this.#write();
    }
    closeSync(this.#file);
  }

  #write(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const bytes = Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#size = 0;
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(this.#file, bytes, at);
    } catch (error) {
      this.#isBroken = true;
      this.#onError(error as Error);
    }
  }
}
