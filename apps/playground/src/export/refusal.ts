/** Why something cannot be exported so, as the rest of a sentence. */
export class Refusal extends Error {}
