/** Something to see: a script of a world, or of packetdrill, and what it shows. */
export interface Scenario {
  /** As it stands behind `#scenario=`. */
  readonly name: string;
  readonly group: string;
  readonly title: string;
  /** What happens and why, a paragraph for each. */
  readonly about: readonly string[];
  /** Rows of docs/CLOSING.md that it has to do with. */
  readonly rows: readonly string[];
  readonly kind: 'world' | 'drill';
  /** In the language of `parseScript`, or of packetdrill. */
  readonly script: string;
}
