import { siteOf } from '../time/pending-promises.ts';

/** A fault that a test has scripted: it counts how often it happened, and fails a test in which it never did. */
export interface ScriptedFault extends Disposable {
  /** How often it has happened. */
  readonly count: number;
  /** Ends it: from now on it does not happen. */
  dispose(): void;
}

/** How a scripted fault is meant. */
export interface FaultOptions {
  /** It need not happen; default: a test fails in which it does not. */
  readonly optional?: boolean;
}

/** What a lab knows of a {@link ScriptedFault}. */
export class Scripted implements ScriptedFault {
  /** As it was written, for people. */
  readonly text: string;
  readonly isOptional: boolean;
  /** Where it was written. */
  readonly site: string;
  readonly #end: () => void;
  #count = 0;

  constructor(text: string, { optional = false }: FaultOptions, end: () => void) {
    this.text = text;
    this.isOptional = optional;
    this.site = siteOf(new Error().stack) ?? '';
    this.#end = end;
  }

  get count(): number {
    return this.#count;
  }

  /** It has happened. */
  happen(): void {
    this.#count++;
  }

  dispose(): void {
    this.#end();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
