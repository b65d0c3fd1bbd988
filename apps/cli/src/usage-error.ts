/** What the command ends with when it was used in a wrong way, as getopt(1) has it in many commands. */
export const WRONG_USE = 2;

/** The command was used in a wrong way, which only showed once it ran; its message says what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
