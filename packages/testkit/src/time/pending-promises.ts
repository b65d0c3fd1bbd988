import { currentProcess } from '../hosts/places.ts';

interface Pending {
  readonly host: string;
  readonly site: string;
}

/** Promises of programs that are not settled, by the place where they are waited for: only while a failure is explained. */
class PendingPromises {
  readonly #pending = new Map<number, Pending>();

  /** A promise was made: by `await`, too. */
  begin(asyncId: number): void {
    const process = currentProcess();
    if (process?.world.isExplaining !== true || process.isDead) return;
    const site = siteOf(new Error().stack);
    if (site !== null) this.#pending.set(asyncId, { host: process.name, site });
  }

  /** A promise was resolved. */
  end(asyncId: number): void {
    if (this.#pending.size > 0) this.#pending.delete(asyncId);
  }

  /** Each place once, the last one last. */
  get sites(): string[] {
    return [...new Set([...this.#pending.values()].map(({ host, site }) => `${host} ${site}`))];
  }

  clear(): void {
    this.#pending.clear();
  }
}

/** Those of this process. */
export const pendingPromises = new PendingPromises();

/** Lines of Node, and of our packages wherever they are installed, none of which is a program's. */
const OURS =
  /node:|<anonymous>\)?$|[\\/](?:packages|@halfclose)[\\/](?:testkit|net|netem|sockets|stack|timers)[\\/](?:src|dist)[\\/]/;

/** The line of a program in a stack, not of Node or of ours; `null`: there is none. */
export function siteOf(stack = ''): string | null {
  const lines = stack.split('\n').slice(1);
  const own = lines.filter((line) => !OURS.test(line));
  return (own.find((line) => !line.includes('node_modules')) ?? own[0])?.trim() ?? null;
}
