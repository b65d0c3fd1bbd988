import { type NumberOption, SocketOptions } from '@halfclose/sockets';
import type { Host } from '@halfclose/stack';
import { errnoException } from '../errors.ts';

/** Options of setsockopt(2) that a program wants: kept for the connections that a socket or a server is to have. */
export class WantedOptions {
  readonly #numbers = new Map<NumberOption, number>();
  #congestionControl: string | null = null;

  set(option: NumberOption, value: number): void {
    this.#numbers.set(option, value);
  }

  /** As it was wanted; `undefined`: it was not. */
  get(option: NumberOption): number | undefined {
    return this.#numbers.get(option);
  }

  setCongestionControl(name: string): void {
    this.#congestionControl = name;
  }

  /** Sets them on a socket. */
  applyTo(options: SocketOptions, now: number): void {
    for (const [option, value] of this.#numbers) options.set(option, value, now);
    if (this.#congestionControl !== null) options.setCongestionControl(this.#congestionControl);
  }
}

/** The options that a socket of `host` would have. */
export function optionsWith(wanted: WantedOptions | null, host: Host): SocketOptions {
  const options = new SocketOptions(host.profile);
  wanted?.applyTo(options, host.now);
  return options;
}

/** Throws the error of a setsockopt(2) that failed. */
export function requireSet(result: number): void {
  if (result < 0) throw errnoException(result, 'setsockopt');
}
