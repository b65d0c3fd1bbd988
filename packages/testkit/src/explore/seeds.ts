/** How often and by which seeds a lab runs: as the environment says, or else `count` times from `first` on. */
export function seedsOf(first = 1, count = 1): readonly number[] {
  const { HALFCLOSE_SEED: one, HALFCLOSE_SEEDS: several } = process.env;
  if (one !== undefined && one !== '') return [numberOf('HALFCLOSE_SEED', one)];
  const length = several === undefined || several === '' ? count : numberOf('HALFCLOSE_SEEDS', several);
  return Array.from({ length }, (_, i) => (first + i) >>> 0);
}

function numberOf(name: string, text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= 0xffff_ffff) return value;
  throw new RangeError(`${name} must be a whole number below 2^32, not ${JSON.stringify(text)}`);
}
