import { siteOf } from './pending-promises.ts';
import { currentProcess } from '../hosts/places.ts';

/** Work of Node's thread pool, by the types of `async_hooks`: files, names, cryptography. */
const TYPES =
  /^(?:FSREQ|GETADDRINFOREQWRAP|GETNAMEINFOREQWRAP|FILEHANDLECLOSEREQ|BLOBREADER|(?!HTTP).*REQUEST$)/;

/** Whether a resource of this type stands for real work. */
export function isWorkOfNode(type: string): boolean {
  return TYPES.test(type);
}

interface Job {
  readonly type: string;
  readonly resource: object;
  readonly stack: string;
}

/** What programs in labs have asked Node for that takes real time: as long as there is some, the clock stands still. */
class RealWork {
  readonly #jobs = new Map<number, Job>();
  readonly #held = new Set<object>();

  /** A resource was made. */
  begin(asyncId: number, type: string, resource: object): void {
    const process = currentProcess();
    if (process === null) return;
    this.#jobs.set(asyncId, { type, resource, stack: process.world.isExplaining ? stackOf(type) : type });
  }

  /** A resource is called back: its work is done. */
  end(asyncId: number): void {
    if (this.#jobs.size > 0) this.#jobs.delete(asyncId);
  }

  /** Holds the clock until the function that it returns is called: for work that has no resource. */
  hold(): () => void {
    const token = {};
    this.#held.add(token);
    return () => {
      this.#held.delete(token);
    };
  }

  get isPending(): boolean {
    if (this.#held.size > 0) return true;
    for (const [asyncId, { type, resource }] of this.#jobs) {
      // Cryptography that was done in the call has no callback, and is never heard of again.
      if (!type.endsWith('REQUEST') || 'ondone' in resource) return true;
      this.#jobs.delete(asyncId);
    }
    return false;
  }

  /** What there is, in lines for people. */
  get pending(): string[] {
    const jobs = [...this.#jobs.values()].map(({ stack }) => stack);
    return this.#held.size > 0 ? [...jobs, `${this.#held.size} of lab.outside() or WebAssembly`] : jobs;
  }

  clear(): void {
    this.#jobs.clear();
    this.#held.clear();
  }
}

/** That of this process. */
export const realWork = new RealWork();

function stackOf(type: string): string {
  return `${type} ${siteOf(new Error().stack) ?? ''}`.trimEnd();
}
