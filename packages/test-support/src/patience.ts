/**
 * For loops whose end depends on what is tested, which would hang where that is wrong: no timeout of a test ends what does
 * not let go of the processor. To be called after each turn: it throws after `turns`, saying what is still so, and
 * returns how many there were until then.
 *
 * @example
 * for (const turn = patience('nothing is sent'); wire.sent.length === 0; turn()) wire.advance(1000);
 */
export function patience(what: string, turns = 10_000): () => number {
  let count = 0;
  return () => {
    if (++count > turns) throw new Error(`after ${turns} turns, still ${what}`);
    return count;
  };
}
