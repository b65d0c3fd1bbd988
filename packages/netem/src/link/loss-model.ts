import type { BurstLoss } from './impairments.ts';
import type { Random } from '../random.ts';

/** Decides which packets a channel loses; remembers the state of one that loses in bursts. */
export class LossModel {
  readonly #random: Random;
  #isBad = false;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Whether the next packet is lost. */
  loses(loss: number | BurstLoss): boolean {
    if (typeof loss === 'number') return this.#random.chance(loss);
    const { goodToBad, badToGood, lossInBad = 1, lossInGood = 0 } = loss;
    if (this.#random.chance(this.#isBad ? badToGood : goodToBad)) this.#isBad = !this.#isBad;
    return this.#random.chance(this.#isBad ? lossInBad : lossInGood);
  }
}
