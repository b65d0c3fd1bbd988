import type { IpAddress } from '@halfclose/codec';

/** Two addresses that many entries share. */
interface Pair {
  readonly local: IpAddress;
  readonly remote: IpAddress;
  users: number;
}

/** Pairs of IPv6 addresses by number, so that a compact entry holds one number for both. */
export class AddressPairs {
  readonly #pairs: (Pair | undefined)[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #free: number[] = [];

  /** The number of a pair; -1: nobody uses it. */
  find(local: IpAddress, remote: IpAddress): number {
    return this.#numbers.get(keyOf(local, remote)) ?? -1;
  }

  /** The number of a pair, with one user more. */
  hold(local: IpAddress, remote: IpAddress): number {
    const key = keyOf(local, remote);
    const known = this.#numbers.get(key);
    const pair = known === undefined ? undefined : this.#pairs[known];
    if (known !== undefined && pair !== undefined) {
      pair.users++;
      return known;
    }
    const number = this.#free.pop() ?? this.#pairs.length;
    this.#pairs[number] = { local, remote, users: 1 };
    this.#numbers.set(key, number);
    return number;
  }

  /** One user less. */
  release(number: number): void {
    const pair = this.#pairs[number];
    if (pair === undefined || --pair.users > 0) return;
    this.#numbers.delete(keyOf(pair.local, pair.remote));
    this.#pairs[number] = undefined;
    this.#free.push(number);
    // Nobody uses any: the memory of a peak is given back.
    if (this.#numbers.size === 0) this.#pairs.length = this.#free.length = 0;
  }

  /** The addresses behind a number that is in use. */
  get(number: number): { readonly local: IpAddress; readonly remote: IpAddress } {
    const pair = this.#pairs[number];
    if (pair === undefined) throw new RangeError(`no pair has the number ${number}`);
    return pair;
  }
}

function keyOf(a: IpAddress, b: IpAddress): string {
  return `${a.word0},${a.word1},${a.word2},${a.word3},${b.word0},${b.word1},${b.word2},${b.word3}`;
}
