import { SYMBOL_VALUES } from './symbol-values.ts';

/** The names of the flags of send(2) and recv(2) that `bits` has, and what is left of it in hexadecimal: `MSG_EOR|0x8000000`. */
export function messageFlagNames(bits: number): string {
  let rest = bits;
  const names: string[] = [];
  for (const [name, value] of SYMBOL_VALUES) {
    if (!name.startsWith('MSG_') || (rest & value) === 0) continue;
    names.push(name);
    rest &= ~value;
  }
  if (rest !== 0) names.push(`0x${(rest >>> 0).toString(16)}`);
  return names.join('|');
}
