/** What the address of the page says behind `#`. */
export interface Address {
  /** A scenario's name; `null`: none. */
  readonly scenario: string | null;
  readonly seed: number | null;
  /** The script of a world of one's own; `null`: that of the scenario. */
  readonly script: string | null;
  /** How many events have happened; `null`: none. */
  readonly at: number | null;
}

/** What is wrong with an address, in a sentence; empty: nothing. */
export interface ReadAddress extends Address {
  readonly problem: string;
}

/** Reads `#scenario=half-close&seed=7&at=12`. */
export function readAddress(hash: string): ReadAddress {
  const fields = new URLSearchParams(hash.replace(/^#/, ''));
  const known = ['scenario', 'seed', 'script', 'at'];
  const stranger = [...fields.keys()].find((key) => !known.includes(key));
  const problems: string[] = [];
  if (stranger !== undefined)
    problems.push(
      `The address has “${stranger}”, of which nothing is known here; scenario, seed, script and at are.`,
    );
  const whole = (name: string, most: number): number | null => {
    const text = fields.get(name);
    if (text === null) return null;
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value <= most) return value;
    problems.push(`In the address ${name} must be a whole number from 0 to ${most}, not “${text}”.`);
    return null;
  };
  const scenario = fields.get('scenario');
  return {
    scenario: scenario === '' ? null : scenario,
    seed: whole('seed', 0xffff_ffff),
    script: fields.get('script'),
    at: whole('at', 1e9),
    problem: problems.join(' '),
  };
}

/** Writes what {@link readAddress} reads. */
export function writeAddress({ scenario, seed, script, at }: Address): string {
  const fields = new URLSearchParams();
  if (scenario !== null) fields.set('scenario', scenario);
  if (seed !== null) fields.set('seed', String(seed));
  if (script !== null) fields.set('script', script);
  if (at !== null) fields.set('at', String(at));
  return `#${fields.toString()}`;
}
