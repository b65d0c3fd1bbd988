import type { IpAddress } from '@halfclose/codec';

/** An address that entries share. */
interface Held {
  readonly address: IpAddress;
  readonly number: number;
  users: number;
  /** Another one with the same key. */
  next: Held | null;
}

/** The few addresses of a host by number, so that a compact entry holds a number for its own. */
export class AddressNumbers {
  readonly #byNumber: (Held | undefined)[] = [];
  readonly #byKey = new Map<number, Held>();
  readonly #free: number[] = [];

  /** The number of an address; -1: nobody uses it. */
  find(address: IpAddress): number {
    return this.#find(address)?.number ?? -1;
  }

  /** The number of an address, with one user more. */
  hold(address: IpAddress): number {
    const known = this.#find(address);
    if (known !== null) {
      known.users++;
      return known.number;
    }
    const number = this.#free.pop() ?? this.#byNumber.length;
    const key = keyOf(address);
    const held = { address, number, users: 1, next: this.#byKey.get(key) ?? null };
    this.#byNumber[number] = held;
    this.#byKey.set(key, held);
    return number;
  }

  /** One user less. */
  release(number: number): void {
    const held = this.#byNumber[number];
    if (held === undefined || --held.users > 0) return;
    this.#byNumber[number] = undefined;
    this.#free.push(number);
    const key = keyOf(held.address);
    const first = this.#byKey.get(key);
    if (first !== held) {
      let before = first;
      while (before !== undefined && before.next !== held) before = before.next ?? undefined;
      if (before !== undefined) before.next = held.next;
    } else if (held.next === null) this.#byKey.delete(key);
    else this.#byKey.set(key, held.next);
  }

  /** The address behind a number that is in use. */
  get(number: number): IpAddress {
    const held = this.#byNumber[number];
    if (held === undefined) throw new RangeError(`no address has the number ${number}`);
    return held.address;
  }

  #find(address: IpAddress): Held | null {
    let held = this.#byKey.get(keyOf(address)) ?? null;
    while (held !== null && !held.address.equals(address)) held = held.next;
    return held;
  }
}

function keyOf({ word0, word1, word2, word3 }: IpAddress): number {
  return word0 ^ Math.imul(word1, 0x85ebca6b) ^ Math.imul(word2, 0xc2b2ae35) ^ word3;
}
