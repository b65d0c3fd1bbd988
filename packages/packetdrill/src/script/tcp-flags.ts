import { Flag } from '@halfclose/codec';

const LETTERS: readonly (readonly [letter: string, bit: number])[] = [
  ['F', Flag.FIN],
  ['S', Flag.SYN],
  ['R', Flag.RST],
  ['P', Flag.PSH],
  ['.', Flag.ACK],
  ['U', Flag.URG],
  ['E', Flag.ECE],
  ['W', Flag.CWR],
  ['A', Flag.AE],
];

/** The three flags that AccECN makes a counter of (RFC 9768, 3.2.2). */
export const ACE_FLAGS: number = Flag.AE | Flag.CWR | Flag.ECE;

/** The bit of a flag's letter; `null` for a letter that is none. */
export function flagOfLetter(letter: string): number | null {
  return LETTERS.find(([known]) => known === letter)?.[1] ?? null;
}

/** AE, CWR and ECE as a number from 0 to 7. */
export function aceOf(flags: number): number {
  return (flags & Flag.AE ? 4 : 0) | (flags & Flag.CWR ? 2 : 0) | (flags & Flag.ECE ? 1 : 0);
}

/** The flags that make this number of AE, CWR and ECE. */
export function flagsOfAce(ace: number): number {
  return (ace & 4 ? Flag.AE : 0) | (ace & 2 ? Flag.CWR : 0) | (ace & 1 ? Flag.ECE : 0);
}

/** Flags as scripts write them: `S.`, `FP.`, `-` for none. With `ace`, those three are written as a number. */
export function formatFlags(flags: number, ace: number | null = null): string {
  const spelled = ace === null ? flags : flags & ~ACE_FLAGS;
  let text = '';
  for (const [letter, bit] of LETTERS) if (letter !== '.' && (spelled & bit) !== 0) text += letter;
  if ((spelled & Flag.ACK) !== 0) text += '.';
  if (ace !== null) text += String(ace);
  return text === '' ? '-' : text;
}
