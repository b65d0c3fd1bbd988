/**
 * How the stack's timestamps in a script and on the wire belong together. Each expected TSval is remembered with what
 * came instead, so that the script can echo it; for show and for checks, TSvals are shifted by the first such pair. Every
 * number is taken modulo 2^32, as bitwise operators do (ECMA-262, ToInt32), so that none is impossible.
 */
export class TimestampMap {
  readonly #live = new Map<number, number>();
  #shift: number | null = null;

  /** The stack sent `live` where the script says `script`. */
  record(script: number, live: number): void {
    this.#live.set(script >>> 0, live | 0);
    this.#shift ??= (live - script) | 0;
  }

  /** What is to be on the wire as TSecr where the script says `script`; `null`: the stack sent no such TSval. */
  echoToWire(script: number): number | null {
    return this.#live.get(script >>> 0) ?? null;
  }

  /** The TSval that the stack would have sent for `script`, going by the first pair; `null`: there is none yet. */
  shiftToWire(script: number): number | null {
    return this.#shift === null ? null : (script + this.#shift) | 0;
  }

  /** The TSval of the wire as the script counts them; 0 to 2^32 - 1. */
  valueToScript(live: number): number {
    return (live - (this.#shift ?? 0)) >>> 0;
  }
}
