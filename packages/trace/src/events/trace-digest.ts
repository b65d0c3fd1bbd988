import { eventLine } from './event-line.ts';
import type { TraceEvent } from './event.ts';

/**
 * A sum over events by which two runs can be told to be the same without keeping them: of 64 bits, so that two different ones
 * hardly share it.
 *
 * ```ts
 * const digest = new TraceDigest();
 * host.observe((event) => digest.add(event));
 * digest.value; // '1200-98c7abda1d20ebef'
 * ```
 */
export class TraceDigest {
  #high = 0x811c9dc5;
  #low = 0x01234567;
  #count = 0;

  /** Takes the next event in. */
  add(event: TraceEvent): void {
    this.#count++;
    const line = eventLine(event);
    // FNV-1a, twice: the second one is shifted by the golden ratio at each step.
    for (let i = 0; i < line.length; i++) {
      const code = line.charCodeAt(i);
      this.#high = Math.imul(this.#high ^ code, 0x01000193);
      this.#low = (Math.imul(this.#low ^ code, 0x01000193) + 0x9e3779b9) | 0;
    }
  }

  /** How many events there were, and their sum in hexadecimal. */
  get value(): string {
    return `${this.#count}-${hexadecimal(this.#high)}${hexadecimal(this.#low)}`;
  }
}

function hexadecimal(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
