/** What goes wrong with a lab, by code. */
export type LabErrorCode =
  | 'ERR_LAB_FAILED'
  | 'ERR_LAB_KERNEL'
  | 'ERR_LAB_NESTED'
  | 'ERR_LAB_DEADLOCK'
  | 'ERR_LAB_TIME_LIMIT'
  | 'ERR_LAB_SPIN'
  | 'ERR_LAB_REAL_WORK'
  | 'ERR_LAB_UNUSED_FAULT'
  | 'ERR_LAB_HOST'
  | 'ERR_LAB_EXPLORED'
  | 'ERR_LAB_RUNTIME'
  | 'ERR_LAB_STATE';

/** An error of a lab itself, not of a program in it. */
export class LabError extends Error {
  /** Which mistake it is: stable, for programs. */
  readonly code: LabErrorCode;

  constructor(code: LabErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LabError';
    this.code = code;
  }
}

/** What was thrown, as an error. */
export function asError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  // Errors of another realm (vm contexts of test runners) are none of this one's.
  if (typeof thrown === 'object' && thrown !== null && 'message' in thrown && 'stack' in thrown)
    return thrown as Error;
  return new Error(`thrown: ${String(thrown)}`, { cause: thrown });
}
