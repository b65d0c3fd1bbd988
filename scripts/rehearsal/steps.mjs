/** Runs what is to be tried, one after the other, and prints a line for each: how it went, and how long it took. */
export class Steps {
  #passed = 0;
  #failed = 0;
  #skipped = 0;

  /** Whether anything went wrong so far. */
  get hasFailed() {
    return this.#failed > 0;
  }

  /**
   * `act` throws, or returns a rejected promise, if something is not as it should be; what it returns is printed behind
   * the name. Resolves to whether all was well; never rejects.
   */
  async step(name, act) {
    const begin = performance.now();
    try {
      const told = await act();
      this.#passed++;
      this.#print('ok     ', name, begin, told);
      return true;
    } catch (error) {
      this.#failed++;
      this.#print('FAILED ', name, begin);
      console.log(String(error instanceof Error ? error.message : error).replace(/^/gm, '        '));
      return false;
    }
  }

  /** Says what is not tried here, and why. */
  skip(name, reason) {
    this.#skipped++;
    console.log(`skipped ${name}: ${reason}`);
  }

  /** Prints the sums. Returns the exit status. */
  end() {
    console.log(`rehearsal: ${this.#passed} passed, ${this.#failed} failed, ${this.#skipped} skipped`);
    return this.#failed === 0 ? 0 : 1;
  }

  #print(verdict, name, begin, told) {
    const seconds = ((performance.now() - begin) / 1000).toFixed(1);
    console.log(`${verdict} ${name} (${seconds} s)${typeof told === 'string' ? `: ${told}` : ''}`);
  }
}
