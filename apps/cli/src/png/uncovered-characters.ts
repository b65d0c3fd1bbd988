import covered from './covered-characters.json' with { type: 'json' };

/** Ranges of code points: Latin with its accents, Greek, Cyrillic, punctuation, the euro, arrows and mathematics. */
const RANGES = covered.map((range) => range.split('-').map((code) => parseInt(code, 16)));

/** Characters of a text that the fonts of PNG files do not have, each once: nothing is drawn for them. */
export function uncoveredCharacters(text: string): readonly string[] {
  return [...new Set(text)].filter((character) => {
    const code = character.codePointAt(0) ?? 0;
    return !RANGES.some(([first = 0, last = 0]) => first <= code && code <= last);
  });
}
