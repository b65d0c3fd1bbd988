/** A field of some options, two values of it, and what is seen with each. */
export type FieldRow<Options> = {
  [K in keyof Options]: readonly [
    field: K,
    see: (changes: Partial<Options>) => unknown,
    first: readonly [value: Options[K], seen: unknown],
    second: readonly [value: Options[K], seen: unknown],
  ];
}[keyof Options];
